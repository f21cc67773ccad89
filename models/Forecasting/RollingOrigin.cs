using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>How one method did on one series, forecast from one moment of the past.</summary>
/// <param name="Method">The method.</param>
/// <param name="Origin">Which moment: 0 the last, 1 a horizon before it, and so on.</param>
/// <param name="Smape">Symmetric mean absolute percentage error, 0–200.</param>
/// <param name="Mase">Mean absolute scaled error; null where the history never changed.</param>
/// <param name="Inside">Share of the periods that lay inside the 95 % interval.</param>
public sealed record MethodError(string Method, int Origin, double Smape, double? Mase, double Inside);

/// <summary>What one series' forecast stands on.</summary>
/// <param name="Errors">Errors of every method at every origin.</param>
/// <param name="Chosen">The method with the smallest errors; null when the series is too short to try any.</param>
/// <param name="ChosenBefore">The method that the origins before the last would have chosen; null without them.</param>
public sealed record SeriesTrial(IReadOnlyList<MethodError> Errors, string? Chosen, string? ChosenBefore);

/// <summary>
/// Tries methods on the past: each origin hides what came after it, so that what is chosen was right before it was asked (Tashman 2000).
/// </summary>
public static class RollingOrigin
{
    /// <summary>Half width of a 95 % interval in standard deviations.</summary>
    public const double Wide = 1.959963984540054;

    /// <summary>Tries the methods on a series.</summary>
    /// <param name="series">Values, oldest first.</param>
    /// <param name="season">Periods in a season.</param>
    /// <param name="horizon">Periods that are forecast from each origin.</param>
    /// <param name="origins">Origins at most, one horizon apart; only those with enough before them.</param>
    /// <param name="methods">Which methods; null: all.</param>
    public static SeriesTrial Try(double[] series, int season, int horizon, int origins, IReadOnlyCollection<string>? methods)
    {
        var errors = new List<MethodError>();
        for (var origin = 0; origin < origins; origin++)
        {
            var known = series.Length - horizon * (origin + 1);
            if (known < Math.Max(4, origin == 0 ? 0 : Math.Max(2 * season, horizon)))
                break;
            var (history, actual) = (series[..known], series[known..(known + horizon)]);
            errors.AddRange(ForecastMethods.Forecast(history, season, horizon, methods).Select(f => new MethodError(
                f.Method, origin, ForecastAccuracy.Smape(actual, f.Expected), ForecastAccuracy.Mase(history, actual, f.Expected, season),
                actual.Where((y, h) => Math.Abs(y - f.Expected[h]) <= Wide * f.Deviations[h] + 1e-9 * Math.Abs(y)).Count() / (double)horizon)));
        }

        return new SeriesTrial(errors, Best(errors), Best([.. errors.Where(e => e.Origin > 0)]));
    }

    // By MASE, by sMAPE where nothing can be scaled; of equals the simpler one. Only methods that were tried as often as any.
    private static string? Best(IReadOnlyCollection<MethodError> errors)
    {
        if (errors.Count == 0)
            return null;
        var byMethod = errors.GroupBy(e => e.Method).ToList();
        var most = byMethod.Max(g => g.Count());
        return byMethod.Where(g => g.Count() == most)
            .MinBy(g => (Math.Round(g.Average(e => e.Mase ?? e.Smape), 12), ForecastMethods.All.ToList().IndexOf(g.Key)))!.Key;
    }
}
