namespace Crm.Analytics.Models.Numerics;

/// <summary>Seasonal patterns of a series: whether there is one, and what it is.</summary>
public static class Seasonality
{
    /// <summary>
    /// The test of the M4 competition (Makridakis, Spiliotis and Assimakopoulos 2020): the autocorrelation at the season's lag lies beyond Bartlett's
    /// limit at 90 %. Series shorter than three seasons, constant ones, and a season of one period have none.
    /// </summary>
    /// <param name="series">Values, oldest first.</param>
    /// <param name="period">Periods in a season.</param>
    public static bool IsSeasonal(double[] series, int period)
    {
        if (period < 2 || series.Length < 3 * period)
            return false;
        var mean = series.Average();
        var variance = series.Sum(v => (v - mean) * (v - mean));
        if (variance <= 1e-12 * Math.Max(1, mean * mean))
            return false;
        var squares = 0.0;
        for (var lag = 1; lag <= period; lag++)
        {
            var correlation = 0.0;
            for (var t = lag; t < series.Length; t++)
                correlation += (series[t] - mean) * (series[t - lag] - mean);
            correlation /= variance;
            if (lag == period)
                return Math.Abs(correlation) > 1.645 / Math.Sqrt(series.Length) * Math.Sqrt(1 + 2 * squares);
            squares += correlation * correlation;
        }

        return false;
    }

    /// <summary>
    /// Classical decomposition by centred moving averages: the indices of a season, starting with the series' first period. Multiplicative ones average 1,
    /// additive ones 0. Needs two whole seasons.
    /// </summary>
    public static double[] Indices(double[] series, int period, bool multiplicative)
    {
        var sums = new double[period];
        var counts = new int[period];
        var half = period / 2;
        for (var t = half; t + half < series.Length; t++)
        {
            var trend = 0.0;
            for (var k = -half; k <= half; k++)
                trend += series[t + k] * (period % 2 == 0 && Math.Abs(k) == half ? 0.5 : 1);
            trend /= period;
            if (multiplicative && trend <= 0)
                continue;
            sums[t % period] += multiplicative ? series[t] / trend : series[t] - trend;
            counts[t % period]++;
        }

        var indices = sums.Select((sum, i) => counts[i] == 0 ? (multiplicative ? 1 : 0) : sum / counts[i]).ToArray();
        var mean = indices.Average();
        return [.. indices.Select(i => multiplicative ? i / mean : i - mean)];
    }
}

/// <summary>A series without its season, and how to put the season back. Series with values of zero or less are taken as additive.</summary>
internal sealed class SeasonalAdjustment
{
    private readonly double[] indices;
    private readonly int length;

    private SeasonalAdjustment(double[] indices, bool multiplicative, double[] adjusted)
        => (this.indices, IsMultiplicative, Adjusted, length) = (indices, multiplicative, adjusted, adjusted.Length);

    public bool IsMultiplicative { get; }

    public bool IsSeasonal => indices.Length > 1;

    /// <summary>The series without its season.</summary>
    public double[] Adjusted { get; }

    public static SeasonalAdjustment Of(double[] series, int period)
    {
        if (!Seasonality.IsSeasonal(series, period))
            return new SeasonalAdjustment([1], true, series);
        var multiplicative = series.Min() > 0;
        var indices = Seasonality.Indices(series, period, multiplicative);
        if (multiplicative && indices.Min() < 1e-6)
            (multiplicative, indices) = (false, Seasonality.Indices(series, period, multiplicative: false));
        return new SeasonalAdjustment(
            indices, multiplicative, [.. series.Select((v, t) => multiplicative ? v / indices[t % period] : v - indices[t % period])]);
    }

    /// <summary>A value of the adjusted series with the season of the step-th period after the end, from 1.</summary>
    public double Restore(double value, int step)
    {
        var index = indices[(length + step - 1) % indices.Length];
        return IsMultiplicative ? value * index : value + index;
    }

    /// <summary>A spread of the adjusted series as one of the series itself.</summary>
    public double RestoreSpread(double spread, int step) => IsMultiplicative ? spread * Math.Abs(indices[(length + step - 1) % indices.Length]) : spread;
}
