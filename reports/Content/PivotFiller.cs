using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>
/// Answers pivots. Each total is a question at its own grain, so that a mean, a share or a number of different customers is what it is over all of them, and
/// never a sum of the cells.
/// </summary>
internal sealed class PivotFiller(Questions questions, ValueText text)
{
    /// <summary>Columns beyond which nobody reads across.</summary>
    private const int MostColumns = 60;

    /// <summary>The block, answered.</summary>
    public BlockContent Fill(PivotPlan plan)
    {
        var cells = new Dictionary<string, ResultRow>(StringComparer.Ordinal);
        var columns = new List<IReadOnlyList<object?>>();
        var rows = new List<IReadOnlyList<object?>>();
        CubeResult? finest = null;
        for (var down = plan.Down.Count; down >= 0; down--)
        {
            for (var across = plan.Across.Count; across >= 0; across--)
            {
                if (!IsShown(plan, down, across))
                {
                    continue;
                }

                var answer = Ask(plan, down, across);
                finest ??= answer;
                foreach (var row in answer.Rows)
                {
                    var (r, c) = (Part(row, 0, down), Part(row, down, across));
                    cells[Key(r, c)] = row;
                    if (across == plan.Across.Count && down == plan.Down.Count)
                    {
                        rows.Add(r);
                        columns.Add(c);
                    }
                }
            }
        }

        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var tree = PivotTree.Read(plan, questions, (place, across, measures) => cells[OpenedKey(place, across)] = new ResultRow(measures, 0));
        return Table(plan, finest!, Lines(plan, rows), Headings(plan, finest!, columns), cells, tree);
    }

    /// <summary>Which combinations of leading parts stand in the table: the finest; totals over everything; and subtotals where they are wanted.</summary>
    private static bool IsShown(PivotPlan plan, int down, int across) =>
        (down == plan.Down.Count || (down == 0 ? plan.Total : plan.Subtotals)) && (across == plan.Across.Count || (across == 0 && plan.Total));

    private CubeResult Ask(PivotPlan plan, int down, int across)
    {
        IReadOnlyList<string> dimensions = [.. plan.Down.Take(down), .. plan.Across.Take(across)];
        var members = dimensions.Concat(plan.Query.Measures).ToHashSet();
        return questions.Ask(plan.Query with { Dimensions = dimensions, Order = plan.Query.Order?.Where(o => members.Contains(o.Member)).ToList() });
    }

    /// <summary>Columns in their own order; a dimension of text by its name.</summary>
    private static List<IReadOnlyList<object?>> Headings(PivotPlan plan, CubeResult finest, List<IReadOnlyList<object?>> found)
    {
        var distinct = found.DistinctBy(c => Key(c, [])).Order(Comparer<IReadOnlyList<object?>>.Create(Compare)).ToList();
        if (distinct.Count * finest.Query.Measures.Count > MostColumns && plan.Across.Count > 0)
        {
            throw new Warehouse.CrmException(
                Warehouse.FailureKind.Failed, $"{distinct.Count} members of {string.Join(", ", plan.Across)} across", plan.Frame.Name,
                $"at most {MostColumns} columns", "Put them down instead, or restrict them by a filter");
        }

        return distinct;
    }

    /// <summary>Rows of one coarser member together, in the order in which the answer names them first.</summary>
    private static List<IReadOnlyList<object?>> Lines(PivotPlan plan, List<IReadOnlyList<object?>> found)
    {
        var distinct = found.DistinctBy(r => Key(r, [])).ToList();
        for (var level = plan.Down.Count - 1; level > 0; level--)
        {
            distinct = [.. distinct.GroupBy(r => Key(r.Take(level), [])).SelectMany(g => g)];
        }

        return distinct;
    }

    private TableContent Table(
        PivotPlan plan, CubeResult finest, List<IReadOnlyList<object?>> lines, List<IReadOnlyList<object?>> headings, Dictionary<string, ResultRow> cells, PivotTree tree)
    {
        var measures = plan.Query.Measures.Select(m => finest.Columns[finest.IndexOf(m)]).ToList();
        var shown = headings.ToList();
        if (plan.Across.Count > 0 && plan.Total)
        {
            shown.Add([]);
        }

        var columns = Columns(plan, finest, shown, measures);
        var largest = measures.Select((m, i) => cells.Values.Max(r => Math.Abs(AnswerTable.Number(r.Values[^(measures.Count - i)]) ?? 0))).ToList();
        var rows = new List<TableRow>();
        for (var i = 0; i < lines.Count; i++)
        {
            var place = PivotPlace.Of(plan.Down, lines[i]);
            rows.Add(Line(lines[i], isTotal: false) with { Branches = tree.Branches(place) });
            rows.AddRange(tree.AllBelow(place).Select(r => Line(r.Values, isTotal: false, r.Place) with { Branches = tree.Branches(r.Place) }));
            for (var level = plan.Down.Count - 1; plan.Subtotals && level > 0; level--)
            {
                var ends = i == lines.Count - 1 || Key(lines[i + 1].Take(level), []) != Key(lines[i].Take(level), []);
                if (ends)
                {
                    rows.Add(Line([.. lines[i].Take(level)], isTotal: true));
                }
            }
        }

        if (plan.Total)
        {
            rows.Add(Line([], isTotal: true));
        }

        return new TableContent(plan.Frame, new TableView(columns, rows));

        TableRow Line(IReadOnlyList<object?> line, bool isTotal, PivotPlace? place = null)
        {
            var named = new List<TableCell>();
            for (var d = 0; d < plan.Down.Count; d++)
            {
                var name = d < line.Count ? text.Of(line[d], place?.Paths[d].Count > 1 ? tree.FormatOf(place.Paths[d][^1].Member) : columns[d].Format) : d == line.Count ? questions.Words.AllRows : "";
                named.Add(new TableCell(name, null) { Value = d < line.Count ? line[d] : d == line.Count ? name : null });
            }

            foreach (var heading in shown)
            {
                var cell = cells.GetValueOrDefault(place is null ? Key(line, heading) : OpenedKey(place, heading));
                named.AddRange(measures.Select((m, i) => cell is null
                    ? new TableCell(ValueText.Missing, null) : AnswerTable.Cell(cell.Values[^(measures.Count - i)], m.Format, text, largest[i])));
            }

            return new TableRow(named, isTotal) { Origin = place is null ? new Origin(finest.Query, [.. line.Select((v, d) => KeyValuePair.Create(plan.Down[d], v))]) : OriginOf(plan, finest.Query, place) };
        }
    }

    private List<TableColumn> Columns(PivotPlan plan, CubeResult finest, List<IReadOnlyList<object?>> shown, List<ResultColumn> measures) =>
        [.. plan.Down.Select(d => AnswerTable.Heading(finest.Columns[finest.IndexOf(d)]) with { IsNumber = false }),
            .. shown.SelectMany(heading => measures.Select(m => AnswerTable.Heading(m) with
            {
                Title = Title(plan, finest, heading, m, measures.Count),
                At = [.. heading.Select((v, i) => KeyValuePair.Create(plan.Across[i], v))],
            }))];

    private string Title(PivotPlan plan, CubeResult finest, IReadOnlyList<object?> heading, ResultColumn measure, int measures)
    {
        var over = heading.Count == 0
            ? plan.Across.Count > 0 ? questions.Words.AllRows : ""
            : string.Join(" · ", heading.Select((v, i) => text.Of(v, finest.Columns[finest.IndexOf(plan.Across[i])].Format)));
        return over.Length == 0 ? measure.Title : measures == 1 ? over : $"{over} · {measure.Title}";
    }

    /// <summary>A row that was opened comes from the question by the levels that it stands on, at what its steps say.</summary>
    private static Origin OriginOf(PivotPlan plan, CubeQuery query, PivotPlace place)
    {
        var steps = place.Paths.SelectMany(p => p).DistinctBy(s => s.Member).ToList();
        return new Origin(query with { Dimensions = [.. steps.Select(s => s.Member), .. plan.Across] }, [.. steps.Select(s => KeyValuePair.Create(s.Member, (object?)s.Value))]);
    }

    private static string OpenedKey(PivotPlace place, IEnumerable<object?> across) => $"\u0004{place.Key}{Key([], across)}";

    private static List<object?> Part(ResultRow row, int from, int count) => [.. row.Values.Skip(from).Take(count)];

    /// <summary>The values of both sides as one key; the marks keep apart what lies at which side, and missing from empty.</summary>
    private static string Key(IEnumerable<object?> row, IEnumerable<object?> column) =>
        string.Concat(row.Select(v => Convert.ToString(v ?? "\u0002", System.Globalization.CultureInfo.InvariantCulture) + "\u0001")) + "\u0003"
        + string.Concat(column.Select(v => Convert.ToString(v ?? "\u0002", System.Globalization.CultureInfo.InvariantCulture) + "\u0001"));

    private static int Compare(IReadOnlyList<object?> one, IReadOnlyList<object?> other)
    {
        for (var i = 0; i < one.Count; i++)
        {
            var (a, b) = (one[i], other[i]);
            var order = a is null || b is null ? (a is null ? 1 : 0) - (b is null ? 1 : 0)
                : a is string x && b is string y ? string.CompareOrdinal(x, y) : Comparer<object>.Default.Compare(a, b);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
