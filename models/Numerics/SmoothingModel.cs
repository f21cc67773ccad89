namespace Crm.Analytics.Models.Numerics;

/// <summary>A fitted exponential smoothing.</summary>
/// <param name="Kind">Which parts it smooths.</param>
/// <param name="Parameters">How fast they follow.</param>
/// <param name="FirstLevel">Level before the first period.</param>
/// <param name="FirstTrend">Trend before the first period.</param>
/// <param name="Level">Level after the last period.</param>
/// <param name="Trend">Trend after the last period.</param>
/// <param name="Season">Season, the next period's first; empty where there is none.</param>
/// <param name="Residuals">One-step errors.</param>
/// <param name="Variance">Variance of the one-step errors, parameters and first states taken off the count.</param>
/// <param name="RelativeVariance">The same of the errors over what was expected.</param>
public sealed record SmoothingModel(
    SmoothingKind Kind, SmoothingParameters Parameters, double FirstLevel, double FirstTrend, double Level, double Trend, double[] Season,
    double[] Residuals, double Variance, double RelativeVariance)
{
    /// <summary>The expected value of the step-th period after the end, from 1.</summary>
    public double Expected(int step)
    {
        var value = Level + Damping(step) * Trend;
        return Kind switch
        {
            SmoothingKind.SeasonalAdditive => value + Season[(step - 1) % Season.Length],
            SmoothingKind.SeasonalMultiplicative => value * Season[(step - 1) % Season.Length],
            _ => value,
        };
    }

    /// <summary>
    /// Standard deviation of the step-th period's value: <c>σ·√(1 + Σ cⱼ²)</c>, cⱼ = α + β·(φ + … + φʲ) + γ·[j is a whole season] (Hyndman et al. 2008, table 6.1).
    /// With a multiplicative season it is that of the relative errors, an approximation.
    /// </summary>
    public double Deviation(int step)
    {
        var sum = 1.0;
        for (var j = 1; j < step; j++)
        {
            var c = Parameters.Alpha + Parameters.Beta * Damping(j) + (Season.Length > 0 && j % Season.Length == 0 ? Parameters.Gamma : 0);
            sum += c * c;
        }

        return Kind == SmoothingKind.SeasonalMultiplicative
            ? Math.Sqrt(RelativeVariance * sum) * Math.Abs(Expected(step))
            : Math.Sqrt(Variance * sum);
    }

    // φ + φ² + … + φʲ
    private double Damping(int j) => Parameters.Phi == 1 ? j : Parameters.Phi * (1 - Math.Pow(Parameters.Phi, j)) / (1 - Parameters.Phi);
}
