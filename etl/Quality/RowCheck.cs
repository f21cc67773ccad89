using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Quality;

/// <summary>A test that each row meets or breaks by itself.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Column">The column it is about, if one.</param>
/// <param name="Broken">SQL condition over contract columns, true where the row breaks it, never null.</param>
/// <param name="Reason">SQL text expression that tells people.</param>
internal sealed record RowCheck(QualityRule Rule, string? Column, string Broken, string Reason)
{
    /// <summary>The row checks of a rule over one contract; none when the rule is not about single rows.</summary>
    public static IEnumerable<RowCheck> Of(QualityRule rule, Contract contract)
    {
        switch (rule.Test)
        {
            case ConditionTest test:
                yield return new(rule, null, $"(({test.Sql}\n) IS FALSE)", SqlName.Literal($"{rule.Name}: {test.Sql}"));
                break;
            case NotNullTest test:
                foreach (var column in test.Of)
                {
                    yield return new(rule, column, $"({SqlName.Quote(column)} IS NULL)", SqlName.Literal($"{Said(rule)}{column}: missing, expected a value"));
                }

                break;
            case RangeTest { Min: var min, Max: var max } test:
                yield return On(rule, test.Column, test.Expected, string.Join(" OR ", Bounds(test.Column, min, max, TypeOf(contract, test.Column))));
                break;
            case PatternTest test:
                yield return On(rule, test.Column, $"a text that matches {test.Regex}", $"NOT regexp_full_match({SqlName.Quote(test.Column)}, {SqlName.Literal(test.Regex)})");
                break;
            case AcceptedTest test:
                var type = TypeOf(contract, test.Column);
                yield return On(rule, test.Column, $"one of {string.Join(", ", test.Values)}", $"{SqlName.Quote(test.Column)} NOT IN ({SqlName.List(test.Values.Select(v => Typed(v, type)))})");
                break;
        }
    }

    private static RowCheck On(QualityRule rule, string column, string expected, string broken) => new(
        rule, column, $"coalesce({broken}, false)",
        $"{SqlName.Literal($"{Said(rule)}{column}: found ")} || chr(39) || left(CAST({SqlName.Quote(column)} AS VARCHAR), 80) || chr(39) || {SqlName.Literal($", expected {expected}")}");

    /// <summary>A rule's name where it says more than the test itself.</summary>
    private static string Said(QualityRule rule) => rule.Name == rule.Test.Text ? "" : $"{rule.Name}: ";

    private static IEnumerable<string> Bounds(string column, string? min, string? max, ColumnType type)
    {
        if (min is not null)
        {
            yield return $"{SqlName.Quote(column)} < {Typed(min, type)}";
        }

        if (max is not null)
        {
            yield return $"{SqlName.Quote(column)} > {Typed(max, type)}";
        }
    }

    private static ColumnType TypeOf(Contract contract, string column) => contract.Columns.First(c => c.Name == column).Type;

    /// <summary>A value of the column's type; numbers as written, so that a bound finer than the column's scale is not rounded.</summary>
    private static string Typed(string value, ColumnType type) =>
        type.Kind is TypeKind.Decimal or TypeKind.Integer or TypeKind.Double ? value : $"CAST({SqlName.Literal(value)} AS {type.Sql})";
}
