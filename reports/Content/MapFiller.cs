using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers treemaps and heatmaps: charts whose colour is a measure.</summary>
internal sealed class MapFiller(Questions questions, ValueText text, Words words)
{
    /// <summary>The most classes of colour that people tell apart in one hue.</summary>
    private const int Classes = 6;

    /// <summary>A treemap, answered.</summary>
    public BlockContent Fill(TreemapPlan plan)
    {
        var answer = questions.Ask(plan.Query, Totals.Grand);
        var rows = answer.Rows.Where(r => r.TotalLevel == 0).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var total = answer.Rows.FirstOrDefault(r => r.TotalLevel > 0);
        var colour = plan.Colour is null ? null : Colours(plan, answer, rows);
        var views = plan.Sizes.Select(size => new ChartView(
            answer.Columns[answer.IndexOf(size)].Title,
            EChartsOption.Write(new TreemapChart(
                answer.Columns[answer.IndexOf(size)].Title,
                [.. rows.Select((r, i) => Rectangle(answer, r, i, answer.IndexOf(size), total, plan, colour))])
            { Column = answer.IndexOf(size) })));
        return new ChartContent(plan.Frame, [.. views], 380, Wide: false, null, colour?.Scale, Table(answer, rows));
    }

    /// <summary>A heatmap, answered.</summary>
    public BlockContent Fill(HeatmapPlan plan)
    {
        var answer = questions.Ask(plan.Query);
        var (x, y, colour) = (answer.IndexOf(plan.X), answer.IndexOf(plan.Y), answer.IndexOf(plan.Colour));
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && r.Values[colour] is not null).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var rank = plan.Rank is { } ranking ? questions.Ask(ranking).Rows.Select(r => r.Values[^1]).Distinct().ToList() : [.. plan.Sequence];
        var columns = Labels(answer, rows, x, rank);
        var lines = Labels(answer, rows, y, rank);
        if (answer.Columns[y].Type.Kind == TypeKind.Text)
        {
            // Numbers grow upwards, as on any axis; names are read from the top down.
            lines.Reverse();
        }

        var measure = answer.Columns[colour];
        var classes = Quantiles([.. rows.Select(r => Number(r.Values[colour])!.Value)], measure.Format);
        var chart = new HeatmapChart(
            answer.Columns[x].Title, answer.Columns[y].Title, columns, lines,
            [.. rows.Select(r => new HeatmapCell(
                columns.IndexOf(TextOf(answer, r, x)), lines.IndexOf(TextOf(answer, r, y)),
                Number(r.Values[colour])!.Value, text.Compact(Number(r.Values[colour])!.Value, measure.Format), Detail(answer, r))
            { Row = rows.IndexOf(r) })],
            classes);
        var scale = new ColourScale(
            measure.Title, [.. classes.Select((c, k) => new ColourStep(Palette.Class(k, classes.Count), c.Label))], Gradual: false);
        return new ChartContent(
            plan.Frame, [new ChartView(measure.Title, EChartsOption.Write(chart))], 64 + (lines.Count * (lines.Count > 8 ? 34 : 60)),
            Wide: columns.Count > 6, null, scale, Table(answer, rows));
    }

    /// <summary>The values of an axis: as ranked, else in their own order.</summary>
    private List<string> Labels(CubeResult answer, List<ResultRow> rows, int column, List<object?> rank) =>
    [
        .. rows.Select(r => r.Values[column]).Distinct()
            .OrderBy(v => rank.IndexOf(v) is { } place and >= 0 ? place : int.MaxValue).ThenBy(v => v, Comparer<object?>.Create(Compare))
            .Select(v => text.Of(v, answer.Columns[column].Format)).Distinct(),
    ];

    /// <summary>Classes that hold about equally many cells: spend is so skewed that equal steps would colour all but one cell alike.</summary>
    private List<HeatmapClass> Quantiles(IReadOnlyList<double> values, string? format)
    {
        var distinct = values.Distinct().Order().ToList();
        var count = Math.Min(Classes, distinct.Count);
        return [.. Enumerable.Range(0, count).Select(k =>
        {
            var (low, high) = (distinct[k * distinct.Count / count], distinct[((k + 1) * distinct.Count / count) - 1]);
            var label = text.Compact(low, format);
            return new HeatmapClass(low, high, low == high ? label : $"{label}–{text.Compact(high, format)}");
        })];
    }

    private TreemapItem Rectangle(CubeResult answer, ResultRow row, int place, int size, ResultRow? total, TreemapPlan plan, TreemapColours? colours)
    {
        var value = Number(row.Values[size]) ?? 0;
        var share = Number(total?.Values[size]) is { } whole && whole != 0 ? " · " + text.Percent(value / whole) : "";
        var detail = plan.Colour is null ? null : $"{answer.Columns[answer.IndexOf(plan.Colour)].Title}: {TextOf(answer, row, answer.IndexOf(plan.Colour))}";
        return new TreemapItem(
            text.Of(row.Values[0], answer.Columns[0].Format), Math.Max(0, value), text.Of(row.Values[size], answer.Columns[size].Format) + share,
            colours?.Place(row), detail)
        { Row = place };
    }

    /// <summary>Places by rank, so that one customer group far out does not make all others look alike.</summary>
    private TreemapColours Colours(TreemapPlan plan, CubeResult answer, List<ResultRow> rows)
    {
        var column = answer.IndexOf(plan.Colour!);
        var values = rows.Select(r => Number(r.Values[column])).OfType<double>().Distinct().Order().ToList();
        var (good, bad) = plan.LowIsGood ? (values[0], values[^1]) : (values[^1], values[0]);
        var format = answer.Columns[column].Format;
        var scale = new ColourScale(
            string.Format(CultureInfo.InvariantCulture, words.ColouredBy, answer.Columns[column].Title.ToLowerInvariant()),
            [new(Palette.GoodToBad(0), text.Of(good, format)), new(Palette.GoodToBad(1), text.Of(bad, format))], Gradual: true);
        return new TreemapColours(scale, row =>
        {
            if (Number(row.Values[column]) is not { } value || values.Count < 2)
            {
                return null;
            }

            var place = (double)values.IndexOf(value) / (values.Count - 1);
            return plan.LowIsGood ? place : 1 - place;
        });
    }

    private TableView Table(CubeResult answer, List<ResultRow> rows) => AnswerTable.Of(answer, rows, text);

    private string Detail(CubeResult answer, ResultRow row) => string.Join(
        " · ", answer.Columns.Select((c, i) => (c, i)).Where(p => p.c.IsMeasure).Select(p => $"{p.c.Title}: {TextOf(answer, row, p.i)}"));

    private string TextOf(CubeResult answer, ResultRow row, int column) => answer.Columns[column].IsMeasure
        ? text.Of(row.Values[column], answer.Columns[column].Format, answer.Rows.Max(r => Math.Abs(Number(r.Values[column]) ?? 0)))
        : text.Of(row.Values[column], answer.Columns[column].Format);

    private static int Compare(object? a, object? b) =>
        a is null || b is null ? (a is null ? 1 : 0) - (b is null ? 1 : 0)
        : a is string left && b is string right ? string.CompareOrdinal(left, right)
        : Comparer<object>.Default.Compare(a, b);

    private static double? Number(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private sealed record TreemapColours(ColourScale Scale, Func<ResultRow, double?> Place);
}
