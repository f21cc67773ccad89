using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>Pairs that agree in the same way.</summary>
/// <param name="Pattern">The levels of all columns, three bits each.</param>
/// <param name="Pairs">How many pairs.</param>
public readonly record struct PatternCount(long Pattern, long Pairs);

/// <summary>How often two records that are drawn agree exactly in a column.</summary>
/// <param name="Pairs">Pairs of records with equal values.</param>
/// <param name="Filled">Records with a value.</param>
/// <param name="Values">Different values.</param>
public sealed record EqualPairs(long Pairs, long Filled, long Values);

/// <summary>Generates the pairs of the blocking rules and compares them, in the engine: <c>identity_pair</c> (l, r, pattern), each pair once.</summary>
internal sealed class CandidatePairs(ISession session, IReadOnlyList<ComparisonLevels> columns)
{
    private static readonly SqlFile Sql = SqlFile.Beside<CandidatePairs>();

    /// <summary>Generates and compares; answers the pairs by pattern.</summary>
    public IReadOnlyList<PatternCount> Compare(int rules, bool acrossSourcesOnly, CancellationToken cancellation)
    {
        session.Execute(Sql.Fill("make"));
        var across = acrossSourcesOnly ? Sql.Fill("across_sources").TrimEnd() : "";
        for (var rule = 0; rule < rules; rule++)
        {
            var earlier = across + string.Concat(Enumerable.Range(0, rule).Select(k => Sql.Fill("not_earlier", ("key", Key(k))).TrimEnd()));
            session.Execute(Sql.Fill("block", ("key", Key(rule)), ("earlier", earlier)), null, cancellation);
        }

        session.Execute(Sql.Fill("compare", ("pattern", ComparisonLevels.Pattern(columns))), null, cancellation);
        session.Execute(Sql.Fill("drop"));
        return Counts(session.Query<PatternRow>(Sql.Fill("counts"), null, cancellation));
    }

    /// <summary>Patterns of all pairs among records drawn at random: the first ones, since their order follows a hash of their content.</summary>
    public IReadOnlyList<PatternCount> Random(int records, CancellationToken cancellation) => Counts(session.Query<PatternRow>(
        Sql.Fill("random", ("pattern", ComparisonLevels.Pattern(columns)), ("records", records.ToString(CultureInfo.InvariantCulture))), null, cancellation));

    /// <summary>How often values of a column are equal, over all records.</summary>
    public EqualPairs Equal(int column) =>
        session.Query<EqualPairs>(Sql.Fill("equal_pairs", ("value", LinkScoring.EqualForm(columns[column].Column.Kind, column))))[0];

    private static string Key(int number) => $"k{number.ToString(CultureInfo.InvariantCulture)}";

    private static List<PatternCount> Counts(IReadOnlyList<PatternRow> rows) => [.. rows.Select(r => new PatternCount(r.Pattern, r.Pairs))];

    private sealed record PatternRow(long Pattern, long Pairs);
}
