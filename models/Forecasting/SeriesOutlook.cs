using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>How series are forecast.</summary>
/// <param name="Horizon">Periods to forecast.</param>
/// <param name="Season">Periods in a season, 1 for none.</param>
public sealed record OutlookOptions(int Horizon, int Season)
{
    /// <summary>Moments of the past that methods are tried from.</summary>
    public int Origins { get; init; } = 3;

    /// <summary>The methods that are tried; null: all.</summary>
    public IReadOnlyCollection<string>? Methods { get; init; }

    /// <summary>True: one method for all series, the one with the smallest OWA; else each series has its own.</summary>
    public bool OneForAll { get; init; }
}

/// <summary>The forecast of one period.</summary>
/// <param name="Place">The period's place.</param>
/// <param name="Expected">Expected value.</param>
/// <param name="Low80">Lower end of the 80 % interval; the four ends are null where the history is too short to tell them.</param>
/// <param name="High80">Upper end of the 80 % interval.</param>
/// <param name="Low95">Lower end of the 95 % interval.</param>
/// <param name="High95">Upper end of the 95 % interval.</param>
public sealed record ForecastPoint(long Place, double Expected, double? Low80, double? High80, double? Low95, double? High95);

/// <summary>The forecast of one series.</summary>
/// <param name="Series">The series.</param>
/// <param name="Method">The method that was used.</param>
/// <param name="Parameters">What it fitted.</param>
/// <param name="Trial">What the choice stands on.</param>
/// <param name="Points">The periods after the end.</param>
public sealed record SeriesOutlook(NamedSeries Series, string Method, string Parameters, SeriesTrial Trial, IReadOnlyList<ForecastPoint> Points);

/// <summary>Errors of a method over series, as the M competitions sum them up.</summary>
/// <param name="Method">The method.</param>
/// <param name="Series">Series it was tried on.</param>
/// <param name="Smape">Mean sMAPE.</param>
/// <param name="Mase">Mean MASE; null where no history ever changed.</param>
/// <param name="Owa">Overall weighted average against Naive2 on the same series; null where Naive2 was never off.</param>
/// <param name="Inside">Share of the periods inside the 95 % interval.</param>
public sealed record MethodSummary(string Method, int Series, double Smape, double? Mase, double? Owa, double? Inside);

/// <summary>Forecasts many series.</summary>
public static class SeriesOutlooks
{
    private const double Narrow = 1.2815515655446004;

    /// <summary>Forecasts each series with the method that was best on its past.</summary>
    public static IReadOnlyList<SeriesOutlook> Forecast(IReadOnlyList<NamedSeries> series, OutlookOptions options, CancellationToken cancellation = default)
    {
        var trials = new SeriesTrial[series.Count];
        var outlooks = new SeriesOutlook[series.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellation };
        Parallel.For(0, series.Count, parallel, i => trials[i] = RollingOrigin.Try(series[i].Values, options.Season, options.Horizon, options.Origins, options.Methods));
        var one = options.OneForAll ? Summaries(trials, 0).Where(s => s.Owa is not null).MinBy(s => s.Owa)?.Method : null;
        Parallel.For(0, series.Count, parallel, i => outlooks[i] = Of(series[i], trials[i], one, options));
        return outlooks;
    }

    /// <summary>Errors by method at one origin.</summary>
    public static IReadOnlyList<MethodSummary> Summaries(IReadOnlyCollection<SeriesTrial> trials, int origin)
    {
        var errors = trials.Select(t => t.Errors.Where(e => e.Origin == origin).ToDictionary(e => e.Method)).Where(e => e.Count > 0).ToList();
        return [.. ForecastMethods.All.Where(m => errors.Exists(e => e.ContainsKey(m)))
            .Select(m => Summary(m, [.. errors.Where(e => e.ContainsKey(m)).Select(e => (e[m], e.GetValueOrDefault("naive2")))]))];
    }

    /// <summary>
    /// Errors at the last origin of the methods that the earlier origins chose: what choosing per series is worth. Null where no series is long enough.
    /// </summary>
    public static MethodSummary? Choosing(IReadOnlyCollection<SeriesTrial> trials)
    {
        var pairs = trials.Where(t => t.ChosenBefore is not null).Select(t => (
            t.Errors.FirstOrDefault(e => e.Origin == 0 && e.Method == t.ChosenBefore), t.Errors.FirstOrDefault(e => e.Origin == 0 && e.Method == "naive2")))
            .Where(p => p.Item1 is not null).Select(p => (p.Item1!, p.Item2)).ToList();
        return pairs.Count == 0 ? null : Summary("chosen by the past", pairs);
    }

    private static MethodSummary Summary(string name, List<(MethodError Error, MethodError? Naive)> pairs)
    {
        var scaled = pairs.FindAll(p => p.Error.Mase is not null && p.Naive?.Mase is not null);
        var owa = scaled.Count == 0 ? null : ForecastAccuracy.Owa(
            scaled.Average(p => p.Error.Smape), scaled.Average(p => p.Error.Mase!.Value), scaled.Average(p => p.Naive!.Smape), scaled.Average(p => p.Naive!.Mase!.Value));
        return new MethodSummary(name, pairs.Count, pairs.Average(p => p.Error.Smape), pairs.Average(p => p.Error.Mase), owa, pairs.Average(p => p.Error.Inside));
    }

    private static SeriesOutlook Of(NamedSeries series, SeriesTrial trial, string? one, OutlookOptions options)
    {
        // A series too short to be tried takes what has stood up best in the competitions, or else its last value.
        var wanted = one ?? trial.Chosen ?? (series.Values.Length >= 8 ? "comb" : "naive2");
        var forecasts = ForecastMethods.Forecast(series.Values, options.Season, options.Horizon, [wanted, "naive2"]);
        var forecast = forecasts.FirstOrDefault(f => f.Method == wanted) ?? forecasts[0];
        var floor = series.Values.Min() < 0 ? double.NegativeInfinity : 0;
        var tells = series.Values.Length >= 4;
        var points = forecast.Expected.Select((e, h) => new ForecastPoint(
            series.First + series.Values.Length + h, e, End(e, h, -Narrow), End(e, h, Narrow), End(e, h, -RollingOrigin.Wide), End(e, h, RollingOrigin.Wide)));
        return new SeriesOutlook(series, forecast.Method, forecast.Parameters, trial, [.. points]);

        double? End(double expected, int h, double width) => tells ? Math.Max(floor, expected + width * forecast.Deviations[h]) : null;
    }
}
