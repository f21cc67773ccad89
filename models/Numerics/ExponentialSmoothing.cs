namespace Crm.Analytics.Models.Numerics;

/// <summary>Which parts are smoothed.</summary>
public enum SmoothingKind
{
    /// <summary>Level only.</summary>
    Simple,

    /// <summary>Level and trend (Holt 1957).</summary>
    Holt,

    /// <summary>Level and a trend that fades (Gardner and McKenzie 1985).</summary>
    Damped,

    /// <summary>Level, trend and a season that is added (Winters 1960).</summary>
    SeasonalAdditive,

    /// <summary>Level, trend and a season that multiplies.</summary>
    SeasonalMultiplicative,
}

/// <summary>
/// Exponential smoothing in its error-correction form (Hyndman et al. 2008), fitted by least squares of the one-step errors within the usual bounds:
/// 0 &lt; β ≤ α &lt; 1, 0.8 ≤ φ ≤ 0.98, 0 &lt; γ ≤ 1 − α. First level and trend are fitted too, exactly, because the errors are linear in them; only
/// with a multiplicative season they come from the first seasons of the adjusted series.
/// </summary>
public static class ExponentialSmoothing
{
    /// <summary>Observations that a kind needs at least.</summary>
    public static int LeastObservations(SmoothingKind kind, int period) => kind switch
    {
        SmoothingKind.Simple => 3,
        SmoothingKind.Holt => 5,
        SmoothingKind.Damped => 6,
        _ => Math.Max(2 * period + 3, 8),
    };

    /// <summary>Fits one kind.</summary>
    /// <param name="series">Values, oldest first; at least <see cref="LeastObservations"/>.</param>
    /// <param name="kind">Which parts.</param>
    /// <param name="period">Periods in a season.</param>
    public static SmoothingModel Fit(double[] series, SmoothingKind kind, int period = 1)
    {
        var least = LeastObservations(kind, period);
        if (series.Length < least)
            throw new ArgumentException($"{series.Length} observations; {kind} needs {least}", nameof(series));
        var run = SmoothingRun.Of(series, kind, period);
        double Loss(double[] at) => run.Errors(Parameters(kind, at)).SquaredSum;
        var start = Starts(kind).MinBy(Loss)!;
        return run.Finish(Parameters(kind, SimplexSearch.Minimise(Loss, start).At));
    }

    // A coarse grid; the search begins at its best place.
    private static IEnumerable<double[]> Starts(SmoothingKind kind)
    {
        double[] alphas = [-4, -2, -1, 0, 1, 2, 4];
        double[] betas = kind == SmoothingKind.Simple ? [0] : [-9, -4, -2, 0];
        double[] lasts = kind switch { SmoothingKind.Damped => [-1, 2], SmoothingKind.SeasonalAdditive or SmoothingKind.SeasonalMultiplicative => [-4, -1, 1], _ => [0] };
        return alphas.SelectMany(a => betas.SelectMany(b => lasts.Select(c => kind switch
        {
            SmoothingKind.Simple => (double[])[a],
            SmoothingKind.Holt => [a, b],
            _ => [a, b, c],
        })));
    }

    // Logistic maps hold the search within the bounds.
    private static SmoothingParameters Parameters(SmoothingKind kind, double[] at)
    {
        var alpha = Between(at[0], 1e-4, 0.9999);
        return kind switch
        {
            SmoothingKind.Simple => new(alpha, 0, 1, 0),
            SmoothingKind.Holt => new(alpha, Between(at[1], 1e-4, alpha), 1, 0),
            SmoothingKind.Damped => new(alpha, Between(at[1], 1e-4, alpha), Between(at[2], 0.8, 0.98), 0),
            _ => new(alpha, Between(at[1], 1e-4, alpha), 1, Between(at[2], 1e-4, 1 - alpha)),
        };
    }

    private static double Between(double x, double low, double high) => low + (high - low) * LogisticRegression.Sigmoid(x);
}

/// <summary>How fast the parts follow the data.</summary>
/// <param name="Alpha">Of the level.</param>
/// <param name="Beta">Of the trend, at most alpha; 0 where there is none.</param>
/// <param name="Phi">What remains of the trend from period to period; 1 undamped.</param>
/// <param name="Gamma">Of the season; 0 where there is none.</param>
public readonly record struct SmoothingParameters(double Alpha, double Beta, double Phi, double Gamma);
