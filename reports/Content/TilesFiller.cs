using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Answers tiles: the figure of a period beside the one of the period before.</summary>
internal sealed class TilesFiller(Questions questions, ValueText text, Words words)
{
    /// <summary>The block, answered.</summary>
    public BlockContent Fill(TilesPlan plan)
    {
        var measures = plan.Tiles.SelectMany(t => new[] { t.Measure, t.ShareOf }).OfType<string>().Distinct().ToList();
        var over = plan.Period?.Over;
        var now = plan.Period is { } p ? questions.Period(p.Over, p.Choice, measures) : null;
        if (over is not null && now is null)
        {
            return new EmptyContent(plan.Frame);
        }

        var everything = Ask(plan, measures, []);
        var tiles = plan.Tiles.Select(tile => tile.Measure is null
            ? Newest(tile)
            : Figure(plan, tile, now, everything, tile.Filters.Count == 0 ? everything : Ask(plan, [tile.Measure], tile.Filters)));
        return new TilesContent(plan.Frame, [.. tiles]) { Table = new TableView(Columns(), typed) };
    }

    private readonly List<TableRow> typed = [];

    private static TableColumn[] Columns() =>
    [
        new("Figure", null, false), new("Period", null, false) { Type = new(TypeKind.Date) }, new("Value", null, true) { Type = new(TypeKind.Decimal, 18, 4) },
        new("Period before", null, true) { Type = new(TypeKind.Decimal, 18, 4) },
    ];

    private CubeResult Ask(TilesPlan plan, IReadOnlyList<string> measures, IReadOnlyList<FilterPlan> filters) => questions.Ask(new CubeQuery
    {
        Measures = measures,
        Dimensions = plan.Period is { } period ? [period.Over] : [],
        Filters = questions.Filters(filters, measures),
        Order = plan.Period is { } ordered ? [new CubeOrder(ordered.Over, Descending: false)] : null,
        Totals = plan.Period?.TotalLabel is null ? Totals.None : Totals.Grand,
    });

    private TileContent Figure(TilesPlan plan, TilePlan tile, DateOnly? now, CubeResult everything, CubeResult answer)
    {
        var measure = answer.IndexOf(tile.Measure!);
        var column = answer.Columns[measure];
        var label = tile.Label ?? column.Title;
        var periods = answer.Rows.Where(r => r.TotalLevel == 0).ToList();
        var at = now is null ? (periods.Count > 0 ? 0 : -1) : periods.FindIndex(r => Questions.Day(r.Values[0]) == now);
        var value = at < 0 ? null : periods[at].Values[measure];
        typed.Add(new TableRow(
            [Cell(label), Cell(now), Cell(value ?? Zero(tile, column), column.Format), Cell(at > 0 && now is not null ? periods[at - 1].Values[measure] : null, column.Format)], IsTotal: false));
        var format = now is null ? null : answer.Columns[0].Format ?? "day";
        var details = new List<string>();
        if (tile.ShareOf is not null && Number(value) is { } part && Of(everything, tile.ShareOf, now) is { } whole && whole != 0)
        {
            details.Add(Say(words.ShareOf, text.Percent(part / whole), Title(everything, tile.ShareOf)));
        }

        if (plan.Period?.TotalLabel is { } totalLabel && answer.Rows.FirstOrDefault(r => r.TotalLevel > 0) is { } total)
        {
            details.Add($"{totalLabel} {text.Of(total.Values[measure], column.Format)}");
        }

        return new TileContent(
            label, now is { } day ? text.Period(day, format) : null, text.Of(value ?? Zero(tile, column), column.Format),
            at > 0 && now is not null ? Change(tile, column, periods[at - 1], value, measure, format) : null,
            details.Count > 0 ? string.Join(" · ", details) : null,
            tile.Sparkline && at >= 0 ? Sparkline(label, periods[..(at + 1)], measure, format) : null)
        {
            Origin = new Origin(answer.Query with { Measures = [tile.Measure!] }, now is { } month ? [KeyValuePair.Create(plan.Period!.Over, (object?)month)] : []),
        };
    }

    private TableCell Cell(object? value, string? format = null) => new(text.Of(value, format), null) { Value = value };

    /// <summary>Filtered figures that have no rows are none at all: a count of nothing is 0.</summary>
    private static object? Zero(TilePlan tile, ResultColumn column) => tile.Filters.Count > 0 && column.IsMeasure ? 0L : null;

    private TileChange? Change(TilePlan tile, ResultColumn column, ResultRow before, object? value, int measure, string? format)
    {
        if (Number(value) is not { } now || Number(before.Values[measure]) is not { } then || then == 0)
        {
            return null;
        }

        var change = (now - then) / Math.Abs(then);
        var direction = Math.Abs(change) < 0.0005 ? 0 : Math.Sign(change);
        bool? good = direction == 0 || tile.Good == GoodDirection.None ? null : direction > 0 == (tile.Good == GoodDirection.Up);
        var against = Questions.Day(before.Values[0]) is { } day ? text.Period(day, format) : text.Of(before.Values[0], format);
        return new TileChange(
            direction, good, direction == 0 ? words.Unchanged : text.Percent(Math.Abs(change)),
            Say(words.Against, against, text.Of(before.Values[measure], column.Format)));
    }

    private SparklineContent Sparkline(string label, List<ResultRow> periods, int measure, string? format)
    {
        var values = periods.Select(r => Number(r.Values[measure])).ToList();
        var first = text.Of(periods[0].Values[0], format);
        return new SparklineContent(values, Say(words.SparklineOf, label, first, text.Of(periods[^1].Values[0], format)));
    }

    private TileContent Newest(TilePlan tile)
    {
        var asOf = questions.AsOf;
        return new TileContent(
            tile.Label ?? words.DataNewest, null,
            asOf?.Newest is { } newest ? text.Period(DateOnly.FromDateTime(newest), "day") : ValueText.Missing,
            null, asOf?.Run is { } run ? Say(words.Run, run.ToString(CultureInfo.InvariantCulture)) : null, null);
    }

    private static string Title(CubeResult answer, string measure) => answer.Columns[answer.IndexOf(measure)].Title.ToLowerInvariant();

    private static double? Of(CubeResult answer, string measure, DateOnly? period)
    {
        var row = answer.Rows.FirstOrDefault(r => r.TotalLevel == 0 && (period is null || Questions.Day(r.Values[0]) == period));
        return Number(row?.Values[answer.IndexOf(measure)]);
    }

    private static double? Number(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Say(string pattern, params object[] values) => string.Format(CultureInfo.InvariantCulture, pattern, values);
}
