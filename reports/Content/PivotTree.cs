using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>The rows of a pivot that are opened in place, by the row they stand below.</summary>
internal sealed class PivotTree
{
    private readonly Dictionary<string, (int Position, List<OpenedRow> Rows)> below = new(StringComparer.Ordinal);
    private readonly HashSet<(string Key, int Position)> ends = [];
    private readonly Dictionary<string, string?> formats = new(StringComparer.Ordinal);
    private readonly PivotExpansion? expansion;
    private readonly IReadOnlyList<string> taken;

    private PivotTree(PivotExpansion? expansion, IReadOnlyList<string> taken) => (this.expansion, this.taken) = (expansion, taken);

    /// <summary>Asks for what lies below the rows that a pivot has opened. What leads to no row of the pivot is passed over: the data may have changed since.</summary>
    /// <param name="plan">The pivot.</param>
    /// <param name="questions">Answers.</param>
    /// <param name="cell">Told of each cell: the row's place, the values across (empty for the total), the measures.</param>
    public static PivotTree Read(PivotPlan plan, Questions questions, Action<PivotPlace, IReadOnlyList<object?>, IReadOnlyList<object?>> cell)
    {
        var expansion = questions.Catalogue is { } catalogue ? new PivotExpansion(catalogue, questions) : null;
        var tree = new PivotTree(expansion, [.. plan.Down, .. plan.Across]);
        if (expansion is null)
        {
            return tree;
        }

        foreach (var steps in plan.Opened.OrderBy(o => o.Count))
        {
            var opened = expansion.Read(questions.Query(plan.Query), plan.Down, plan.Across, steps);
            tree.formats[opened.Column.Member] = opened.Column.Format;
            foreach (var row in opened.Cells.Concat(opened.Totals))
            {
                cell(row.Place, row.Across, row.Measures);
            }

            foreach (var rows in opened.Totals.GroupBy(r => r.Place.Above(opened.Position).Key))
            {
                tree.below[rows.Key] = (opened.Position, [.. rows]);
            }

            if (opened.Totals.Count == 0)
            {
                tree.ends.Add((string.Join('\u001d', steps.Select(s => $"{s.Member}\u001f{s.Value}")), opened.Position));
            }
        }

        return tree;
    }

    /// <summary>How the values of a level that was opened are shown; null: plainly.</summary>
    public string? FormatOf(string level) => formats.GetValueOrDefault(level);

    /// <summary>The rows that stand below one, each before those below it; none when it is closed.</summary>
    public IEnumerable<OpenedRow> AllBelow(PivotPlace place) =>
        below.TryGetValue(place.Key, out var opened) ? opened.Rows.SelectMany(r => AllBelow(r.Place).Prepend(r)) : [];

    /// <summary>The ways in which a row can be opened and closed, one for each of its members.</summary>
    public IReadOnlyList<RowBranch> Branches(PivotPlace place)
    {
        var isOpen = below.TryGetValue(place.Key, out var opened);
        return [.. place.Paths.Select((p, i) => new RowBranch(
            p.Count - 1, isOpen ? opened.Position == i ? Level(p[^1].Member) : null : IsEnd(place, i) ? null : Level(p[^1].Member), isOpen && opened.Position == i, place.Opening(i)))];
    }

    private bool IsEnd(PivotPlace place, int position) => ends.Contains((string.Join('\u001d', place.Opening(position).Select(s => $"{s.Member}\u001f{s.Value}")), position));

    private string? Level(string member) => expansion?.Below(member) is { } level && (level == member || !taken.Contains(level)) ? level : null;
}
