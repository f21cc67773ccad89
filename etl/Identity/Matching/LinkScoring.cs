using System.Globalization;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>A pair of records that the matcher takes for one customer.</summary>
/// <param name="Left">Number <c>_r</c> of one record.</param>
/// <param name="Right">Number of the other; greater.</param>
/// <param name="Pattern">Its levels.</param>
/// <param name="Weight">Its weight in bits, prior and frequencies of values included.</param>
public readonly record struct ScoredPair(int Left, int Right, long Pattern, double Weight);

/// <summary>
/// Weighs compared pairs: the pattern's weight, and for equal values how rare the value is (term frequency): log2(u/f) with f the share of records that
/// have the value beside the person's own. Equal values never weigh less than the next weaker level.
/// </summary>
internal sealed class LinkScoring(ISession session, MatchModel model)
{
    private static readonly SqlFile Sql = SqlFile.Beside<LinkScoring>();

    /// <summary>The form of a column in which its strongest level asks for equality.</summary>
    public static string EqualForm(MatchKind kind, int column) =>
        $"{(kind is MatchKind.FullName or MatchKind.Text or MatchKind.Address ? 's' : 'v')}{Number(column)}";

    /// <summary>Pairs of at least a weight, in order.</summary>
    /// <param name="patterns">The patterns there are.</param>
    /// <param name="threshold">The least weight, in bits.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IReadOnlyList<ScoredPair> Score(IReadOnlyList<PatternCount> patterns, double threshold, CancellationToken cancellation)
    {
        var frequent = Enumerable.Range(0, model.Columns.Count).Where(i => model.Columns[i].Kind != MatchKind.Number).ToList();
        var possible = patterns.Select(p => p.Pattern)
            .Where(p => model.Weight(p) + frequent.Sum(i => MatchModel.Level(p, i) == Top(i) ? Math.Max(0, Most(i)) : 0) >= threshold).ToList();
        session.Execute(Sql.Fill("weights"), new { patterns = possible, weights = possible.ConvertAll(model.Apart), households = possible.ConvertAll(model.Related) });
        session.Execute(Sql.Fill("frequencies", ("counts", string.Join(Sql.Fill("union"), frequent.Select(i => Sql.Fill(
            "frequency", ("number", Number(i)), ("value", EqualForm(model.Columns[i].Kind, i))))))), null, cancellation);
        session.Execute(
            Sql.Fill(
                "scored", ("adjustments", string.Concat(frequent.Select(Adjustment))),
                ("personal", string.Concat(frequent.Where(i => ExpectationMaximisation.IsPersonal(model.Columns[i].Kind)).Select(Adjustment))), ("joins", string.Concat(frequent.Select(i => Sql.Fill(
                "join", ("i", Number(i)), ("value", EqualForm(model.Columns[i].Kind, i))))))), null, cancellation);
        var links = new List<ScoredPair>();
        session.Stream(
            Sql.Fill("links", ("threshold", Number(threshold))), null,
            row => links.Add(new(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetDouble(3))), cancellation);
        return links;
    }

    private int Top(int column) => model.Columns[column].Levels.Count;

    // What the rarest value adds, in bits.
    private double Most(int column) => Math.Log2(model.Columns[column].U[^1] / model.Columns[column].SmallestU);

    // What a frequent value takes away at most, in bits: what is left is worth the next weaker level.
    private double Least(int column) => Math.Min(0, model.Columns[column].Weight(Top(column) - 1) - model.Columns[column].Weight(Top(column)));

    private string Adjustment(int i) => Sql.Fill(
        "adjustment", ("i", Number(i)), ("shift", Number(ComparisonLevels.Bits * i)), ("top", Number(Top(i))), ("least", Number(Least(i))),
        ("u", Number(model.Columns[i].U[^1])), ("own", Number(model.RecordsPerValue)), ("filled", Number(Math.Max(1.0, model.Columns[i].Filled))),
        ("floor", Number(model.Columns[i].SmallestU))).TrimEnd();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // With an exponent, so that the engine takes it for a DOUBLE and not for a DECIMAL.
    private static string Number(double number) => number.ToString("E17", CultureInfo.InvariantCulture);
}
