using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers column, bar and line charts.</summary>
internal sealed class ChartFiller(Questions questions, ValueText text, Words words)
{
    /// <summary>The block, answered.</summary>
    public BlockContent Fill(ChartPlan plan)
    {
        var totals = plan.LiftDominant || plan.Series.Any(s => s.Share) ? Totals.Grand : Totals.None;
        var answer = questions.Ask(plan.Query, totals);
        var rows = answer.Rows.Where(r => r.TotalLevel == 0).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var total = answer.Rows.FirstOrDefault(r => r.TotalLevel > 0);
        var series = plan.Series.Select(s => new SeriesReading(s, answer, total, text, words)).ToList();
        var callout = plan.LiftDominant && rows.Count > 1 ? Dominant(answer, rows[0], series[0]) : null;
        var drawn = callout is null ? rows : rows[1..];
        var chart = new CategoryChart(
            [.. drawn.Select(r => Category(answer, r))],
            [.. series.Select(s => s.Drawn(drawn, r => !IsOver(answer, r)))],
            plan.Horizontal);
        var height = plan.Horizontal ? 28 + (drawn.Count * (14 + (14 * series.Count))) : 320;
        return new ChartContent(
            plan.Frame, [new ChartView(series[0].Title, EChartsOption.Write(chart))], height, Wide: false, callout, Scale: null, Table(answer, rows, series));
    }

    private string? Dominant(CubeResult answer, ResultRow first, SeriesReading series)
    {
        if (series.ShareOf(first) is not > 0.5)
        {
            return null;
        }

        return string.Format(
            CultureInfo.InvariantCulture, words.Dominant, Category(answer, first), series.TextOf(first), text.Percent(series.ShareOf(first)!.Value),
            series.Title.ToLowerInvariant());
    }

    private TableView Table(CubeResult answer, List<ResultRow> rows, List<SeriesReading> series)
    {
        var columns = new List<TableColumn> { new(answer.Columns[0].Title, answer.Columns[0].Description, IsNumber: false) };
        columns.AddRange(series.Select(s => new TableColumn(s.Title, s.Description, IsNumber: true)));
        return new TableView(columns, [.. rows.Select(r => new TableRow(
            [new TableCell(Category(answer, r), null), .. series.Select(s => new TableCell(s.TextOf(r), null))], IsTotal: false))]);
    }

    private string Category(CubeResult answer, ResultRow row)
    {
        var name = text.Of(row.Values[0], answer.Columns[0].Format);
        return IsOver(answer, row) ? name : string.Format(CultureInfo.InvariantCulture, words.NotOver, name);
    }

    private bool IsOver(CubeResult answer, ResultRow row) =>
        Questions.Day(row.Values[0]) is not { } day || answer.Columns[0].Format is not { } format || questions.IsComplete(day, format);
}

/// <summary>How one series reads its values out of an answer: as they are, or as shares of the total.</summary>
internal sealed class SeriesReading(SeriesPlan plan, CubeResult answer, ResultRow? total, ValueText text, Words words)
{
    private readonly int column = answer.IndexOf(plan.Measure);
    private readonly double largest = answer.Rows.Max(r => Math.Abs(Number(r.Values[answer.IndexOf(plan.Measure)]) ?? 0));

    /// <summary>Its name.</summary>
    public string Title { get; } = plan.Label ?? (plan.Share
        ? string.Format(CultureInfo.InvariantCulture, words.ShareTitle, answer.Columns[answer.IndexOf(plan.Measure)].Title.ToLowerInvariant())
        : answer.Columns[answer.IndexOf(plan.Measure)].Title);

    /// <summary>What it means; null when nobody said.</summary>
    public string? Description => answer.Columns[column].Description;

    /// <summary>A row's value as text.</summary>
    public string TextOf(ResultRow row) => plan.Share
        ? ShareOf(row) is { } share ? text.Percent(share) : ValueText.Missing
        : text.Of(row.Values[column], answer.Columns[column].Format, largest);

    /// <summary>A row's share of the total, 0–1 where values are not negative; null without a total.</summary>
    public double? ShareOf(ResultRow row) =>
        Number(row.Values[column]) is { } part && Number(total?.Values[column]) is { } whole && whole != 0 ? part / whole : null;

    /// <summary>The series as the chart draws it; periods that are not over are pale.</summary>
    public ChartSeries Drawn(IEnumerable<ResultRow> rows, Func<ResultRow, bool> pale) => new(
        Title, plan.Line, plan.SecondAxis, Format,
        [.. rows.Select(r => new ChartPoint(plan.Share ? ShareOf(r) : Number(r.Values[column]), TextOf(r), pale(r)))]);

    private AxisFormat Format => plan.Share ? AxisFormat.Percent : answer.Columns[column].Format switch
    {
        "currency" => AxisFormat.Currency,
        "percent" => AxisFormat.Percent,
        _ => AxisFormat.Number,
    };

    private static double? Number(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
