using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>The YAML of what measures do over time, of ranks and shares.</summary>
internal static class MeasureTimeFormat
{
    public static readonly string[] Types =
        ["count", "count_distinct", "count_distinct_approx", "sum", "avg", "min", "max", "median", "percentile", "number", "rank", "share"];

    public static readonly ScalarShape Step = new(ScalarKind.Text, "a span of time, as 3 months")
    {
        Pattern = "^-?[0-9]{1,6} +(second|minute|hour|day|week|month|quarter|year)s?$",
        Accepts = static text => TimeStep.TryParse(text, out _) && text.Length > 0 && char.IsAsciiLetterLower(text[^1]),
    };

    public static readonly ScalarShape Share = new(ScalarKind.Text, "a share from 0 to 1, as 0.9")
    {
        Pattern = @"^(0|1|0?\.[0-9]+|1\.0+)$",
        Accepts = static text => ShareOf(text) is >= 0 and <= 1 && char.IsAsciiDigit(text[^1]) && text[0] is '0' or '1' or '.',
    };

    private static readonly ScalarShape reach = Step with
    {
        What = "a span of time, as 3 months, or unbounded",
        Pattern = "^(unbounded|[0-9]{1,6} +(day|week|month|quarter|year)s?)$",
        Accepts = static text => text == "unbounded" || (TimeStep.TryParse(text, out var step) && step is { Count: >= 0, Unit: >= TimeUnit.Day }),
    };

    public static readonly MapShape Window = new("a rolling window",
    [
        new("type", ScalarShape.Choice("a type of window", "fixed", "to_date"), "fixed (default): trailing and leading; to_date: from the beginning of a longer period."),
        new("trailing", reach, "How far back it reaches."),
        new("leading", reach, "How far ahead it reaches."),
        new("offset", ScalarShape.Choice("an edge", "start", "end"), "The edge of the period it is counted from; default end."),
        new("granularity", ScalarShape.Choice("a period", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"), "For to_date: the longer period."),
    ]);

    public static readonly MapShape Shift = new("a time shift",
    [
        new("time_dimension", ScalarShape.Reference, "The date that is shifted; default: the one the question groups by."),
        new("interval", Step, "How far.", Required: true),
        new("type", ScalarShape.Choice("a direction", "prior", "next"), "prior (default): back; next: ahead."),
    ]);

    public static readonly MapShape NonAdditive = new("a non-additive dimension",
    [
        new("name", ScalarShape.Reference, "A date role of the fact, or a date column of it.", Required: true),
        new("window_choice", ScalarShape.Choice("a choice", "last", "first", "min", "max"), "Which value over time stands for all; default last."),
        new("window_groupings", new ListShape(ScalarShape.Reference), "Roles or columns for each of which the choice is made on its own; default: one for all."),
    ]);

    public static readonly MapShape Order = new("a sort key",
    [
        new("sql", ScalarShape.Sql, "Measure in braces.", Required: true),
        new("dir", ScalarShape.Choice("a direction", "asc", "desc"), "asc or desc; default desc."),
    ]);

    public static double? ShareOf(string? text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) ? share : null;

    public static RollingWindow WindowOf(YamlMap map) => new(Reach(map.Text("trailing")), Reach(map.Text("leading")))
    {
        FromStart = map.Text("offset") == "start",
        ToDate = map.Text("type") == "to_date" ? map.Text("granularity") ?? "year" : null,
    };

    public static TimeShift? ShiftOf(YamlMap measure)
    {
        if (measure.Text("time_shift") is { } alone)
            return TimeStep.TryParse(alone, out var step) ? new TimeShift(null, step) : null;
        var map = measure.MapsOf("time_shift").FirstOrDefault();
        if (map is null || !TimeStep.TryParse(map.Text("interval") ?? "", out var interval))
            return null;
        return new TimeShift(map.Text("time_dimension"), map.Text("type") == "next" ? interval with { Count = -interval.Count } : interval);
    }

    public static NonAdditive NonAdditiveOf(YamlMap map) => new(map.Text("name") ?? "", map.Text("window_choice") switch
    {
        "first" => WindowChoice.First,
        "min" => WindowChoice.Min,
        "max" => WindowChoice.Max,
        _ => WindowChoice.Last,
    }, [.. map.ScalarsOf("window_groupings").Select(g => g.Text)]);

    private static WindowReach Reach(string? text) => text == "unbounded" ? new(null, true)
        : text is not null && TimeStep.TryParse(text, out var step) ? new(step, false) : default;
}
