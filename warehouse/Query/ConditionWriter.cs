using Crm.Analytics.Warehouse.Engines;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Writes conditions; every value becomes a parameter.</summary>
/// <param name="dialect">The engine's spelling.</param>
/// <param name="expressionOf">The expression of a member.</param>
/// <param name="bound">Binds a value and answers how the statement refers to it.</param>
internal sealed class ConditionWriter(SqlDialect dialect, Func<PlannedMember, string> expressionOf, Func<string?, object, string> bound)
{
    /// <summary>The condition as SQL that can stand beside AND.</summary>
    public string Write(PlannedCondition condition) => condition switch
    {
        ConditionGroup group => $"({string.Join(group.Any ? " OR " : " AND ", group.Conditions.Select(Write))})",
        ValueComparison compared => $"{expressionOf(compared.Subject)} {Sign(compared.Comparison)} {bound(null, compared.Value)}",
        Membership among => Among(among),
        TextMatch match => Match(match),
        NullTest test => $"{expressionOf(test.Subject)} IS {(test.Present ? "NOT NULL" : "NULL")}",
        _ => throw new InvalidOperationException($"unknown condition {condition.GetType().Name}"),
    };

    private string Among(Membership among)
    {
        var expression = expressionOf(among.Subject);
        return among.Values.Count == 1
            ? $"{expression} {(among.Negated ? "<>" : "=")} {bound(null, among.Values[0])}"
            : $"{expression} {(among.Negated ? "NOT IN" : "IN")} ({string.Join(", ", among.Values.Select(v => bound(null, v)))})";
    }

    private string Match(TextMatch match)
    {
        var text = dialect.EscapePattern(match.Value);
        var pattern = match.Place switch
        {
            TextPlace.Start => $"{text}%",
            TextPlace.End => $"%{text}",
            _ => $"%{text}%",
        };
        var matches = dialect.MatchesPattern(expressionOf(match.Subject), bound(null, pattern));
        return match.Negated ? $"NOT ({matches})" : matches;
    }

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => ">=",
        _ => throw new InvalidOperationException($"unknown comparison {comparison}"),
    };
}
