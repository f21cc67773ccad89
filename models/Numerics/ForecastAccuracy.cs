namespace Crm.Analytics.Models.Numerics;

/// <summary>How far forecasts were off, as the M4 competition measures it.</summary>
public static class ForecastAccuracy
{
    /// <summary>Symmetric mean absolute percentage error, 0–200 %: mean of 200·|y − f| / (|y| + |f|); a period where both are zero counts 0.</summary>
    public static double Smape(double[] actual, double[] forecast)
        => actual.Zip(forecast, (y, f) => y == 0 && f == 0 ? 0 : 200 * Math.Abs(y - f) / (Math.Abs(y) + Math.Abs(f))).Average();

    /// <summary>
    /// Mean absolute scaled error (Hyndman and Koehler 2006): mean absolute error over that of the seasonal naive forecast within the history.
    /// Null where the history never changed over a season, so that nothing can be scaled.
    /// </summary>
    public static double? Mase(double[] history, double[] actual, double[] forecast, int period)
    {
        var lag = history.Length > period ? period : 1;
        if (history.Length <= lag)
            return null;
        var scale = 0.0;
        for (var t = lag; t < history.Length; t++)
            scale += Math.Abs(history[t] - history[t - lag]);
        scale /= history.Length - lag;
        return scale > 1e-12 ? actual.Zip(forecast, (y, f) => Math.Abs(y - f)).Average() / scale : null;
    }

    /// <summary>Overall weighted average: the mean of sMAPE and MASE, each over that of Naive2; null where Naive2 was never off.</summary>
    public static double? Owa(double smape, double mase, double naiveSmape, double naiveMase)
        => naiveSmape > 0 && naiveMase > 0 ? (smape / naiveSmape + mase / naiveMase) / 2 : null;
}
