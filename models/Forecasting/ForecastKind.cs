using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>What comes next in the series of a file.</summary>
public sealed class ForecastKind : IModelKind
{
    /// <inheritdoc/>
    public string Name => "forecast";

    /// <inheritdoc/>
    public string Title => "What comes next: Naive2, exponential smoothing, Theta and their combination per series, the best of the past with its intervals";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("date", "COLUMN", "When: dates, quarters such as 1995Q1, or the numbers of the periods") { Required = true },
        new("value", "COLUMN", "What is forecast, summed per period; else rows are counted"),
        new("series", "COLUMN", "Which series a row belongs to; else all rows are one"),
        new("horizon", "N", "Periods to forecast") { Default = "6" },
        new("period", "WORD", "hour, day, week, month, quarter or year; found out when it is not given"),
        new("season", "N", "Periods in a season; else 24 hours, 7 days, 52 weeks, 12 months, 4 quarters; 1 for none"),
        new("origins", "N", "Moments of the past that methods are tried from, a horizon apart") { Default = "3" },
        new("methods", "WORDS", $"Methods with commas between, of {string.Join(", ", ForecastMethods.All)}"),
        new("choose", "WORD", "each: every series has its best method; all: one method for all") { Default = "each" },
        new("gaps", "WORD", "Periods without rows: line (between their neighbours) or zero") { Default = "line" },
        new("format", "FORMAT", "How dates are written, such as yyyyMMdd; found out when it is not given"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var date = input.Column("date")!;
        var table = SqlName.Quote(input.Table);
        var unusual = input.Text("format") is null ? SeriesTable.Unusual(input.Session, table, date) : null;
        var reading = unusual is null ? DateReading.Find(input, date) : null;
        var source = new SeriesTable(input.Session, table, unusual?.Moment ?? reading!.Expression)
        {
            Series = input.Column("series") is { } series ? SeriesTable.Text(series) : null,
            Value = input.Column("value") is { } value ? input.NumbersOf(value) : null,
            GapsAreZero = input.Choice("gaps", "line", "zero") == "zero",
        };
        var notes = new List<string>();
        var period = Period(input, source, unusual?.IsIndex == true);
        var all = source.Read(period, Whole(source, period, unusual?.IsIndex == true, notes), input.Cancellation);
        if (all.Count == 0)
            throw input.Unfit($"no row has both a date in {date} and a value", "one row per period, or several that are summed", "Name other columns with --date and --value");
        var options = new OutlookOptions(input.Whole("horizon", 1, 1000)!.Value, input.Whole("season", 1, 1000) ?? period.Season)
        {
            Origins = input.Whole("origins", 0, 50)!.Value,
            Methods = Methods(input),
            OneForAll = input.Choice("choose", "each", "all") == "all",
        };
        var outlooks = SeriesOutlooks.Forecast(all, options, input.Cancellation);
        notes.AddRange(Warnings(outlooks, options));
        return Result(period, options, reading?.Said ?? (unusual!.Value.IsIndex ? "numbers of the periods" : "quarters"), outlooks, notes);
    }

    private static SeriesPeriod Period(KindInput input, SeriesTable source, bool isIndex)
    {
        if (isIndex)
            return new SeriesPeriod("index", 1);
        var named = input.Choice("period", [.. SeriesPeriod.All.Select(p => p.Name)]);
        return named is null ? source.Suitable() : SeriesPeriod.All.First(p => p.Name == named);
    }

    // Days that are summed to longer periods: the last one may not be over.
    private static long? Whole(SeriesTable source, SeriesPeriod period, bool isIndex, List<string> notes)
    {
        if (isIndex || period.Name is "hour" or "day" || source.Suitable().Name == period.Name || source.LastDay() is not { } last)
            return null;
        var whole = period.LastWhole(last);
        if (whole == period.PlaceOf(last))
            return null;
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"the data ends on {last:yyyy-MM-dd}, within a {period.Name} that is not over: that {period.Name} is left out"));
        return whole;
    }

    private static string[]? Methods(KindInput input)
    {
        if (input.Text("methods") is not { } text)
            return null;
        var methods = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(methods, m => !ForecastMethods.All.Contains(m)) is { } unknown
            ? throw input.Wrong("methods", unknown, $"some of {string.Join(", ", ForecastMethods.All)}")
            : [.. methods, "naive2"];
    }

    private static IEnumerable<string> Warnings(IReadOnlyList<SeriesOutlook> outlooks, OutlookOptions options)
    {
        static string Some(List<SeriesOutlook> found) => string.Join(", ", found.Take(5).Select(o => o.Series.Name)) + (found.Count > 5 ? ", …" : "");
        var filled = outlooks.Sum(o => o.Series.Filled);
        if (filled > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{filled:N0} periods have no row; they are filled as --gaps says");
        if (outlooks.Where(o => o.Trial.Chosen is null).ToList() is { Count: > 0 } untried && options.Origins > 0)
            yield return $"{untried.Count} series are too short to try methods over {options.Horizon} periods and take a usual one: {Some(untried)}";
        if (outlooks.Where(o => o.Series.Values.Length < 4).ToList() is { Count: > 0 } shortest)
            yield return $"{shortest.Count} series have fewer than four periods: their last value is all that can be said, without intervals: {Some(shortest)}";
        if (outlooks.Where(o => o.Series.Values.Length >= 4 && o.Series.Values.Distinct().Count() == 1).ToList() is { Count: > 0 } constant)
            yield return $"{constant.Count} series never change, so nothing tells how sure their forecasts are: {Some(constant)}";
        if (options.Season > 1 && outlooks.Where(o => o.Series.Values.Length < 3 * options.Season).ToList() is { Count: > 0 } young)
            yield return $"{young.Count} series are shorter than three seasons of {options.Season}: a season cannot be told in them: {Some(young)}";
    }

    private static FitResult Result(SeriesPeriod period, OutlookOptions options, string dates, IReadOnlyList<SeriesOutlook> outlooks, List<string> notes)
    {
        var trials = outlooks.Select(o => o.Trial).ToList();
        var summaries = SeriesOutlooks.Summaries(trials, 0);
        var choosing = SeriesOutlooks.Choosing(trials);
        var used = outlooks.CountBy(o => o.Method).ToDictionary(c => c.Key, c => c.Value);
        return new FitResult("forecast", "What comes next")
        {
            Conventions =
            [
                new("dates", dates), new("period", period.Name), new("season", options.Season == 1 ? "none" : $"{options.Season} periods, where the test of the M4 competition finds it"),
                new("holdout", $"the last {options.Horizon} periods, hidden from the methods; sMAPE, MASE and OWA as in the M4 competition"),
                new("choice", options.OneForAll ? "one method for all series: the smallest OWA" : $"per series the smallest MASE over up to {options.Origins} origins, a horizon apart"),
            ],
            Counts = [new("series", outlooks.Count, "series"), new("periods", outlooks.Sum(o => o.Series.Values.Length), "periods in all"), new("series_tried", trials.Count(t => t.Chosen is not null), "series long enough to try methods")],
            Holdout = [.. summaries.Concat(choosing is null ? [] : [choosing]).SelectMany(s => Figures(s))],
            Tables =
            [
                new("accuracy", "Errors on the last periods, hidden from the methods", ["method", "series", "smape", "mase", "owa", "inside_95", "used_for_series"],
                    [.. summaries.Concat(choosing is null ? [] : [choosing]).Select(s => (IReadOnlyList<object?>)[s.Method, s.Series, s.Smape, s.Mase, s.Owa, s.Inside, used.GetValueOrDefault(s.Method)])]),
                new("forecasts", "Forecasts", ["series", "period", "expected", "low_80", "high_80", "low_95", "high_95", "method"],
                    [.. outlooks.SelectMany(o => o.Points.Select(p => (IReadOnlyList<object?>)[o.Series.Name, period.Label(p.Place), p.Expected, p.Low80, p.High80, p.Low95, p.High95, o.Method]))]) { Shown = 24 },
                new("choices", "The method of each series, and its errors over the origins", ["series", "method", "fitted", "smape", "mase"],
                    [.. outlooks.Select(o => (IReadOnlyList<object?>)[o.Series.Name, o.Method, o.Parameters, Mean(o, e => e.Smape), Mean(o, e => e.Mase)])]),
            ],
            Warnings = notes,
        };
    }

    private static double? Mean(SeriesOutlook outlook, Func<MethodError, double?> of)
        => outlook.Trial.Errors.Where(e => e.Method == outlook.Method).Select(of).Average();

    private static IEnumerable<Figure> Figures(MethodSummary s)
    {
        var name = s.Method.Replace(' ', '_');
        yield return new($"{name}_smape", s.Smape, "mean of 200·|y − f| / (|y| + |f|)");
        yield return new($"{name}_mase", s.Mase, "mean error over that of the seasonal naive forecast in the history");
        yield return new($"{name}_owa", s.Owa, "mean of both, each over that of Naive2");
    }
}
