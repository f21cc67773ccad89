using System.Globalization;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>One way in which two values agree.</summary>
/// <param name="Level">Its number: 1 different, more for more agreement; 0, of which there is no row, is a missing value.</param>
/// <param name="Name">What it is called in evidence.</param>
/// <param name="ExpectedShare">Share of matches that is expected to agree so, before any is seen.</param>
public sealed record ComparisonLevel(int Level, string Name, double ExpectedShare);

/// <summary>
/// How the values of a column are compared: levels of agreement from equal to different, as SQL over two records l and r. All levels of a pair make its
/// pattern: one whole number with three bits per column, so that pairs are counted by pattern and everything after works on counts.
/// </summary>
public sealed class ComparisonLevels
{
    /// <summary>Bits of a pattern per column.</summary>
    public const int Bits = 3;

    private static readonly SqlFile Sql = SqlFile.Beside<ComparisonLevels>();
    private readonly string when;

    /// <summary>The levels of one column.</summary>
    /// <param name="columns">All compared columns.</param>
    /// <param name="index">The column.</param>
    public ComparisonLevels(IReadOnlyList<MatchColumn> columns, int index)
    {
        (Column, Index) = (columns[index], index);
        var i = index.ToString(CultureInfo.InvariantCulture);
        var other = Column.Partner?.ToString(CultureInfo.InvariantCulture);
        var crossed = other is null ? "false" : $"(l.v{i} = r.v{other} AND l.v{other} = r.v{i})"
            + (columns[Column.Partner!.Value].Kind == Column.Kind ? $" OR (l.v{i} = r.v{other} OR l.v{other} = r.v{i})" : "");
        var formal = Column.Kind == MatchKind.GivenName ? $"l.n{i} = r.n{i}" : "false";
        when = Sql.Fill(KindLines.PartOf(Column.Kind), ("i", i), ("crossed", crossed), ("formal", formal));
        Levels = [.. KindLines.Of(when).Select(l => new ComparisonLevel(l.Sql[^1] - '0', l.Name, l.Share)).OrderBy(l => l.Level)];
    }

    /// <summary>The column.</summary>
    public MatchColumn Column { get; }

    /// <summary>Its place among the compared columns.</summary>
    public int Index { get; }

    /// <summary>Its levels, from different (1) to equal.</summary>
    public IReadOnlyList<ComparisonLevel> Levels { get; }

    /// <summary>The number of the strongest level.</summary>
    public int Top => Levels[^1].Level;

    /// <summary>The level of a pair, as an SQL expression over records <c>l</c> and <c>r</c>.</summary>
    public string Expression => Sql.Fill("level", ("i", Index.ToString(CultureInfo.InvariantCulture)), ("levels", when));

    /// <summary>The level of this column in a pattern.</summary>
    public int In(long pattern) => (int)(pattern >> (Bits * Index)) & ((1 << Bits) - 1);

    /// <summary>The levels of all columns.</summary>
    public static IReadOnlyList<ComparisonLevels> For(IReadOnlyList<MatchColumn> columns) => [.. columns.Select((_, i) => new ComparisonLevels(columns, i))];

    /// <summary>The pattern of a pair, as an SQL expression over records <c>l</c> and <c>r</c>.</summary>
    public static string Pattern(IEnumerable<ComparisonLevels> columns) => string.Join(
        "\n+ ", columns.Select(c => $"(CAST({c.Expression} AS BIGINT) << {(Bits * c.Index).ToString(CultureInfo.InvariantCulture)})"));
}
