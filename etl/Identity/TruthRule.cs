using System.Text.RegularExpressions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity;

/// <summary>
/// What tells which records are truly one: a column whose equal values are, or a regular expression over a column whose first group is
/// (<c>rec_id=rec-(\d+)</c>, <c>rec_id:…</c>, <c>rec_id~…</c>), or the expression alone, for the first column that it fits.
/// </summary>
/// <param name="Column">The column; it is never compared by.</param>
/// <param name="Pattern">The expression; null for the whole value.</param>
public sealed record TruthRule(string Column, string? Pattern)
{
    private const string FebrlPattern = @"^rec-(\d+)-(?:org|dup.*)$";

    private static readonly SqlFile Sql = SqlFile.Beside<TruthRule>();

    /// <summary>Reads a rule.</summary>
    /// <param name="session">The session with <c>identity_input</c>.</param>
    /// <param name="rule">As the user wrote it.</param>
    /// <param name="columns">The columns of the data.</param>
    /// <param name="said">Told what was guessed.</param>
    /// <exception cref="CrmException">It names no column and is no expression that fits one.</exception>
    public static TruthRule Read(ISession session, string rule, IReadOnlyList<string> columns, Action<string> said)
    {
        if (Find(columns, rule) is { } whole)
        {
            return Fits(session, whole, null, unique: true) && Fits(session, whole, FebrlPattern, unique: false) ? Guess(whole, FebrlPattern, said) : new(whole, null);
        }

        var mark = rule.IndexOfAny(['=', ':', '~']);
        if (mark > 0 && Find(columns, rule[..mark].TrimEnd()) is { } column)
        {
            return new(column, Checked(rule[(mark + 1)..].TrimStart('~', ' '), rule));
        }

        if (!rule.Contains('('))
        {
            throw new CrmException(
                FailureKind.WrongUse, $"'{rule}'", "--truth", NearestName.Expected("a column, or COLUMN=REGEX with a group", rule, [.. columns]), "Correct it");
        }

        var pattern = Checked(rule, rule);
        return columns.FirstOrDefault(c => Fits(session, c, pattern, unique: false)) is { } first
            ? Guess(first, pattern, said)
            : throw new CrmException(FailureKind.WrongUse, $"'{rule}', which fits no column", "--truth", "COLUMN=REGEX with a group", "Name the column");
    }

    /// <summary>SQL expression of what the records of one person have in common.</summary>
    public string Expression => Pattern is null
        ? $"nullif(trim({SqlName.Quote(Column)}), '')"
        : $"nullif(regexp_extract(trim({SqlName.Quote(Column)}), {SqlName.Literal(Pattern)}, 1), '')";

    private static TruthRule Guess(string column, string pattern, Action<string> said)
    {
        said($"truth: the first group of {pattern} in column {column}");
        return new(column, pattern);
    }

    private static string? Find(IReadOnlyList<string> columns, string name) =>
        columns.FirstOrDefault(c => string.Equals(c, name.Trim(), StringComparison.OrdinalIgnoreCase));

    private static string Checked(string pattern, string rule)
    {
        try
        {
            if (new Regex(pattern, RegexOptions.NonBacktracking).GetGroupNumbers().Length > 1)
            {
                return pattern;
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new CrmException(FailureKind.WrongUse, $"'{rule}' ({e.Message})", "--truth", "a regular expression with a group", "Correct it", e);
        }

        throw new CrmException(FailureKind.WrongUse, $"'{rule}', which has no group", "--truth", "a group for what the records of one person share", "Put parentheses around it");
    }

    private static bool Fits(ISession session, string column, string? pattern, bool unique) => unique
        ? session.Scalar<bool>(Sql.Fill("unique", ("column", SqlName.Quote(column))))
        : session.Scalar<bool>(Sql.Fill("fits", ("column", SqlName.Quote(column))), new { pattern });
}
