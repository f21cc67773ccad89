namespace Crm.Analytics.Models.Numerics;

/// <summary>Forecast of a series by one method.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Expected">Expected values of the periods after the end.</param>
/// <param name="Deviations">Their standard deviations.</param>
/// <param name="Parameters">What was fitted, in words and numbers.</param>
public sealed record SeriesForecast(string Method, double[] Expected, double[] Deviations, string Parameters);

/// <summary>
/// The forecasting methods that the M competitions use as benchmarks, each over the series without its season where the season's test finds one
/// (Naive2, SES, Holt, damped, Theta and the mean of the three smoothings), and Holt-Winters with its own season.
/// </summary>
public static class ForecastMethods
{
    /// <summary>The methods, simplest first.</summary>
    public static IReadOnlyList<string> All { get; } = ["naive2", "ses", "holt", "damped", "theta", "comb", "hw_add", "hw_mult"];

    /// <summary>Forecasts by every method that the series is long enough for.</summary>
    /// <param name="series">Values, oldest first, without gaps; at least one.</param>
    /// <param name="period">Periods in a season, 1 for none.</param>
    /// <param name="horizon">Periods to forecast.</param>
    /// <param name="methods">Which methods; null: all.</param>
    public static IReadOnlyList<SeriesForecast> Forecast(double[] series, int period, int horizon, IReadOnlyCollection<string>? methods = null)
    {
        var season = SeasonalAdjustment.Of(series, period);
        var fits = new Dictionary<SmoothingKind, SmoothingModel>();
        var forecasts = All.Where(m => methods is null || methods.Contains(m)).Select(Of).OfType<SeriesForecast>();

        // What was never negative is not forecast negative.
        return series.Min() < 0 ? [.. forecasts] : [.. forecasts.Select(f => f with { Expected = [.. f.Expected.Select(v => Math.Max(0, v))] })];

        SeriesForecast? Of(string method) => method switch
        {
            "naive2" => Naive(season, horizon),
            "ses" => Smoothed(method, SmoothingKind.Simple),
            "holt" => Smoothed(method, SmoothingKind.Holt),
            "damped" => Smoothed(method, SmoothingKind.Damped),
            "theta" => series.Length < 3 ? null : Theta(season, horizon),
            "comb" => Combined(),
            "hw_add" => Seasonal(method, SmoothingKind.SeasonalAdditive),
            _ => series.Min() <= 0 ? null : Seasonal(method, SmoothingKind.SeasonalMultiplicative),
        };

        SmoothingModel? Fitted(SmoothingKind kind)
        {
            if (season.Adjusted.Length < ExponentialSmoothing.LeastObservations(kind, 1))
                return null;
            return fits.TryGetValue(kind, out var model) ? model : fits[kind] = ExponentialSmoothing.Fit(season.Adjusted, kind);
        }

        SeriesForecast? Smoothed(string method, SmoothingKind kind) => Fitted(kind) is { } model
            ? Restored(method, season, horizon, model.Expected, model.Deviation, Words(model))
            : null;

        SeriesForecast? Combined()
        {
            if (Fitted(SmoothingKind.Simple) is not { } ses || Fitted(SmoothingKind.Holt) is not { } holt || Fitted(SmoothingKind.Damped) is not { } damped)
                return null;
            SmoothingModel[] parts = [ses, holt, damped];
            return Restored("comb", season, horizon, h => parts.Average(p => p.Expected(h)), h => parts.Average(p => p.Deviation(h)), "mean of ses, holt, damped");
        }

        SeriesForecast? Seasonal(string method, SmoothingKind kind)
        {
            if (period < 2 || series.Length < ExponentialSmoothing.LeastObservations(kind, period))
                return null;
            var model = ExponentialSmoothing.Fit(series, kind, period);
            var steps = Enumerable.Range(1, horizon);
            return new SeriesForecast(method, [.. steps.Select(model.Expected)], [.. steps.Select(model.Deviation)], Words(model));
        }
    }

    private static SeriesForecast Naive(SeasonalAdjustment season, int horizon)
    {
        var values = season.Adjusted;
        var variance = values.Length < 2 ? 0 : values.Skip(1).Zip(values, (b, a) => (b - a) * (b - a)).Average();
        return Restored("naive2", season, horizon, _ => values[^1], h => Math.Sqrt(variance * h), season.IsSeasonal ? "last value, season put back" : "last value");
    }

    /// <summary>Theta (Assimakopoulos and Nikolopoulos 2000): the mean of the trend line and of the smoothed series of doubled curvature.</summary>
    private static SeriesForecast Theta(SeasonalAdjustment season, int horizon)
    {
        var values = season.Adjusted;
        var n = values.Length;
        var middle = (n + 1) / 2.0;
        var mean = values.Average();
        var slope = values.Select((v, t) => (t + 1 - middle) * (v - mean)).Sum() / (n * ((double)n * n - 1) / 12);
        double Line(double t) => mean + slope * (t - middle);
        var model = ExponentialSmoothing.Fit([.. values.Select((v, t) => 2 * v - Line(t + 1))], SmoothingKind.Simple);

        // The one-step errors of the mean of both lines are half of the doubled series' ones.
        var deviation = Math.Sqrt(model.Variance) / 2;
        return Restored(
            "theta", season, horizon, h => (Line(n + h) + model.Expected(h)) / 2,
            h => deviation * Math.Sqrt(1 + (h - 1) * model.Parameters.Alpha * model.Parameters.Alpha),
            FormattableString.Invariant($"alpha {model.Parameters.Alpha:0.####}, slope {slope:0.####}"));
    }

    private static SeriesForecast Restored(
        string method, SeasonalAdjustment season, int horizon, Func<int, double> expected, Func<int, double> deviation, string parameters)
    {
        var steps = Enumerable.Range(1, horizon);
        return new SeriesForecast(
            method, [.. steps.Select(h => season.Restore(expected(h), h))], [.. steps.Select(h => season.RestoreSpread(deviation(h), h))], parameters);
    }

    private static string Words(SmoothingModel model)
    {
        var p = model.Parameters;
        var words = FormattableString.Invariant($"alpha {p.Alpha:0.####}");
        words += model.Kind == SmoothingKind.Simple ? "" : FormattableString.Invariant($", beta {p.Beta:0.####}");
        words += model.Kind == SmoothingKind.Damped ? FormattableString.Invariant($", phi {p.Phi:0.####}") : "";
        return words + (model.Season.Length > 0 ? FormattableString.Invariant($", gamma {p.Gamma:0.####}") : "");
    }
}
