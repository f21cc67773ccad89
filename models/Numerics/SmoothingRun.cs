namespace Crm.Analytics.Models.Numerics;

/// <summary>One series run through the recursions of a kind of smoothing.</summary>
internal sealed class SmoothingRun
{
    private readonly double[] series;
    private readonly SmoothingKind kind;
    private readonly int period;
    private readonly double[] season;
    private readonly double[] errors;
    private readonly double[] byLevel;
    private readonly double[] byTrend;

    private SmoothingRun(double[] series, SmoothingKind kind, int period, double[] season)
    {
        (this.series, this.kind, this.period, this.season) = (series, kind, period, season);
        (errors, byLevel, byTrend) = (new double[series.Length], new double[series.Length], new double[series.Length]);
    }

    private bool HasTrend => kind != SmoothingKind.Simple;

    private bool IsSeasonal => kind is SmoothingKind.SeasonalAdditive or SmoothingKind.SeasonalMultiplicative;

    public static SmoothingRun Of(double[] series, SmoothingKind kind, int period)
    {
        var season = kind is SmoothingKind.SeasonalAdditive or SmoothingKind.SeasonalMultiplicative
            ? Seasonality.Indices(series, period, kind == SmoothingKind.SeasonalMultiplicative)
            : [];
        return new SmoothingRun(series, kind, period, season);
    }

    /// <summary>The first states that suit the parameters best, and the sum of squared one-step errors that is left.</summary>
    public (double Level, double Trend, double SquaredSum) Errors(SmoothingParameters p)
    {
        if (kind == SmoothingKind.SeasonalMultiplicative)
        {
            var (first, slope) = FirstStates();
            return (first, slope, Run(p, first, slope, new double[series.Length]).SquaredSum);
        }

        // The errors are linear in the first level and trend: three runs tell the whole plane.
        Linear(p, errors, 0, 0, series);
        Linear(p, byLevel, 1, 0, null);
        if (HasTrend)
            Linear(p, byTrend, 0, 1, null);
        var (ll, lt, tt, le, te) = (1e-12, 0.0, 1e-12, 0.0, 0.0);
        for (var t = 0; t < errors.Length; t++)
        {
            ll += byLevel[t] * byLevel[t];
            lt += byLevel[t] * byTrend[t];
            tt += byTrend[t] * byTrend[t];
            le += byLevel[t] * errors[t];
            te += byTrend[t] * errors[t];
        }

        var determinant = ll * tt - lt * lt;
        var (level, trend) = HasTrend && determinant > 1e-10 * ll * tt
            ? ((-le * tt + te * lt) / determinant, (-te * ll + le * lt) / determinant)
            : (-le / ll, 0);
        var sum = 0.0;
        for (var t = 0; t < errors.Length; t++)
        {
            var error = errors[t] + level * byLevel[t] + trend * byTrend[t];
            sum += error * error;
        }

        return (level, trend, sum);
    }

    /// <summary>The fitted model.</summary>
    public SmoothingModel Finish(SmoothingParameters p)
    {
        var (level, trend, _) = Errors(p);
        var residuals = new double[series.Length];
        var end = Run(p, level, trend, residuals);
        var count = kind switch { SmoothingKind.Simple => 2, SmoothingKind.Holt => 4, SmoothingKind.Damped => 5, _ => 5 };
        var variance = end.SquaredSum / Math.Max(1, series.Length - count);
        return new SmoothingModel(kind, p, level, trend, end.Level, end.Trend, end.Season, residuals, variance, end.Relative / Math.Max(1, series.Length - count));
    }

    // One-step errors with an additive season that is fixed at its start; linear in the first level and trend.
    private void Linear(SmoothingParameters p, double[] into, double level, double trend, double[]? values)
    {
        Span<double> states = IsSeasonal ? stackalloc double[period] : [];
        for (var i = 0; values is not null && i < states.Length; i++)
            states[i] = season[i];
        for (int t = 0, at = 0; t < into.Length; t++, at = at + 1 == period ? 0 : at + 1)
        {
            var forecast = level + p.Phi * trend;
            var error = (values is null ? 0 : values[t]) - forecast - (IsSeasonal ? states[at] : 0);
            into[t] = error;
            level = forecast + p.Alpha * error;
            trend = p.Phi * trend + p.Beta * error;
            if (IsSeasonal)
                states[at] += p.Gamma * error;
        }
    }

    private End Run(SmoothingParameters p, double level, double trend, double[] residuals)
    {
        double[] states = [.. season];
        var (sum, relative) = (0.0, 0.0);
        for (var t = 0; t < series.Length; t++)
        {
            var forecast = level + p.Phi * trend;
            var at = IsSeasonal ? t % period : 0;
            var index = IsSeasonal ? states[at] : 0;
            var multiplies = kind == SmoothingKind.SeasonalMultiplicative;
            var expected = multiplies ? forecast * index : forecast + index;
            var error = series[t] - expected;
            residuals[t] = error;
            sum += error * error;
            relative += expected == 0 ? 0 : error / expected * (error / expected);
            var shift = multiplies ? error / Math.Max(index, 1e-6) : error;
            level = forecast + p.Alpha * shift;
            trend = p.Phi * trend + p.Beta * shift;
            if (IsSeasonal)
                states[at] = index + p.Gamma * (multiplies ? forecast == 0 ? 0 : error / forecast : error);
        }

        // The season of the next period first.
        double[] next = IsSeasonal ? [.. Enumerable.Range(0, period).Select(k => states[(series.Length + k) % period])] : [];
        return new End(level, trend, next, sum, relative);
    }

    // A line through the season-free first two seasons.
    private (double Level, double Trend) FirstStates()
    {
        var n = Math.Min(series.Length, 2 * period);
        var (sx, sy, sxx, sxy) = (0.0, 0.0, 0.0, 0.0);
        for (var t = 0; t < n; t++)
        {
            var y = series[t] / Math.Max(season[t % period], 1e-6);
            sx += t + 1;
            sy += y;
            sxx += (t + 1.0) * (t + 1);
            sxy += (t + 1) * y;
        }

        var slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
        return ((sy - slope * sx) / n, slope);
    }

    private readonly record struct End(double Level, double Trend, double[] Season, double SquaredSum, double Relative);
}
