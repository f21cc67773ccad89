using System.Globalization;
using Crm.Analytics.Reports.Charts;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
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
        var rows = answer.Rows.Where(r => r.TotalLevel == 0 && !(IsYetToCome(answer, r) && IsEmpty(answer, r))).ToList();
        if (rows.Count == 0)
        {
            return new EmptyContent(plan.Frame);
        }

        var total = answer.Rows.FirstOrDefault(r => r.TotalLevel == answer.Query.Dimensions.Count && r.TotalLevel > 0);
        if (plan.Split is not null)
        {
            return Split(plan, answer, rows);
        }

        var series = plan.Series.Select(s => new SeriesReading(s, answer, total, text, words)).ToList();
        var callout = plan.LiftDominant && rows.Count > 1 ? Dominant(answer, rows[0], series[0]) : null;
        var drawn = callout is null ? rows : rows[1..];
        var chart = new CategoryChart(
            [.. drawn.Select(r => Category(answer, r))],
            [.. series.Select((s, i) => s.Drawn(drawn, r => !IsOver(answer, r), rows.Count - drawn.Count) with { Area = plan.Area && plan.Series[i].Line, Column = i + 1 })],
            plan.Horizontal, plan.Stack);
        var height = plan.Horizontal ? 28 + (drawn.Count * (14 + (14 * (plan.Stack ? 1 : series.Count)))) : 320;
        return new ChartContent(
            plan.Frame, [new ChartView(series[0].Title, EChartsOption.Write(chart))], height, Wide: false, callout, Scale: null, Table(answer, rows, series))
        {
            IsUnknown = rows.Count == 1 && rows[0].Values[0] is null or ValueText.Unknown,
        };
    }

    /// <summary>One series for each member of a second dimension, the largest first; those beyond what colours can tell apart stand in the table alone.</summary>
    private ChartContent Split(ChartPlan plan, CubeResult answer, List<ResultRow> rows)
    {
        const int most = 8;
        var measure = answer.IndexOf(plan.Series[0].Measure);
        var categories = rows.Select(r => r.Values[0]).Distinct().ToList();
        var members = rows.GroupBy(r => text.Of(r.Values[1], answer.Columns[1].Format))
            .OrderByDescending(g => g.Sum(r => Math.Abs(AnswerTable.Number(r.Values[measure]) ?? 0))).Take(most).ToList();
        var firsts = categories.Select(c => rows.First(r => Equals(r.Values[0], c))).ToList();
        var axis = answer.Columns[measure].Format switch { "currency" => AxisFormat.Currency, "percent" => AxisFormat.Percent, _ => AxisFormat.Number };
        var series = members.Select(m =>
        {
            var byCategory = m.ToLookup(r => r.Values[0]);
            return new ChartSeries(m.Key, plan.Series[0].Line, SecondAxis: false, axis, [.. categories.Select((c, i) =>
            {
                var row = byCategory[c].FirstOrDefault();
                var value = row?.Values[measure];
                return new ChartPoint(AnswerTable.Number(value), value is null ? "" : text.Of(value, answer.Columns[measure].Format), !IsOver(answer, firsts[i])) { Row = row is null ? null : rows.IndexOf(row) };
            })])
            { Area = plan.Area, Column = measure };
        }).ToList();
        var chart = new CategoryChart([.. firsts.Select(r => Category(answer, r))], series, plan.Horizontal, plan.Stack);
        var height = plan.Horizontal ? 60 + (categories.Count * (14 + (14 * (plan.Stack ? 1 : series.Count)))) : 340;
        return new ChartContent(
            plan.Frame, [new ChartView(answer.Columns[measure].Title, EChartsOption.Write(chart))], height, Wide: false, null, null, AnswerTable.Of(answer, rows, text));
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
        var columns = new List<TableColumn> { AnswerTable.Heading(answer.Columns[0]) with { IsNumber = false } };
        columns.AddRange(series.Select(s => s.Heading));
        return new TableView(columns, [.. rows.Select(r => new TableRow(
            [new TableCell(Category(answer, r), null) { Value = r.Values[0] }, .. series.Select(s => new TableCell(s.TextOf(r), null) { Value = s.ValueOf(r) })], IsTotal: false) { Origin = Origin.Of(answer, r) })]);
    }

    private string Category(CubeResult answer, ResultRow row)
    {
        var name = text.Of(row.Values[0], answer.Columns[0].Format);
        return IsOver(answer, row) || IsYetToCome(answer, row) ? name : string.Format(CultureInfo.InvariantCulture, words.NotOver, name);
    }

    private bool IsYetToCome(CubeResult answer, ResultRow row) =>
        answer.Columns[0].Format is not null && Questions.Day(row.Values[0]) is { } first && questions.IsYetToCome(first);

    // Measures that look back have a value in every period there is, though nothing happened in it yet.
    private static bool IsEmpty(CubeResult answer, ResultRow row) =>
        Enumerable.Range(answer.Query.Dimensions.Count, row.Values.Count - answer.Query.Dimensions.Count).All(i => AnswerTable.Number(row.Values[i]) is null or 0);

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

    /// <summary>Its column in the table.</summary>
    public TableColumn Heading => plan.Share
        ? new TableColumn(Title, answer.Columns[column].Description, IsNumber: true) { Member = plan.Measure, Format = "percent", Type = new(TypeKind.Double), IsMeasure = true }
        : AnswerTable.Heading(answer.Columns[column]) with { Title = Title };

    /// <summary>A row's value itself.</summary>
    public object? ValueOf(ResultRow row) => plan.Share ? ShareOf(row) : row.Values[column];

    /// <summary>A row's value as text.</summary>
    public string TextOf(ResultRow row) => plan.Share
        ? ShareOf(row) is { } share ? text.Percent(share) : ValueText.Missing
        : text.Of(row.Values[column], answer.Columns[column].Format, largest);

    /// <summary>A row's share of the total, 0–1 where values are not negative; null without a total.</summary>
    public double? ShareOf(ResultRow row) =>
        Number(row.Values[column]) is { } part && Number(total?.Values[column]) is { } whole && whole != 0 ? part / whole : null;

    /// <summary>The series as the chart draws it; periods that are not over are pale.</summary>
    /// <param name="rows">The rows that are drawn.</param>
    /// <param name="pale">True for a row that is drawn pale.</param>
    /// <param name="first">The place of the first of them in the table beside the chart.</param>
    public ChartSeries Drawn(IEnumerable<ResultRow> rows, Func<ResultRow, bool> pale, int first) => new(
        Title, plan.Line, plan.SecondAxis, Format,
        [.. rows.Select((r, i) => new ChartPoint(plan.Share ? ShareOf(r) : Number(r.Values[column]), TextOf(r), pale(r)) { Row = first + i })]);

    private AxisFormat Format => plan.Share ? AxisFormat.Percent : answer.Columns[column].Format switch
    {
        "currency" => AxisFormat.Currency,
        "percent" => AxisFormat.Percent,
        _ => AxisFormat.Number,
    };

    private static double? Number(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
