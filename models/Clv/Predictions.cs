
namespace Crm.Analytics.Models.Clv;

/// <summary>What a fitted model says of customers with one history.</summary>
/// <param name="Repeats">x.</param>
/// <param name="LastAge">Days from the first purchase to the last.</param>
/// <param name="Age">Days from the first purchase to the end of the calibration.</param>
/// <param name="ProbabilityAlive">Probability of not having left.</param>
/// <param name="ProbabilityError">Its standard error on the logit; 0 where it is certain.</param>
/// <param name="Expected">Purchases expected within the horizon.</param>
/// <param name="ExpectedError">Standard error of their logarithm.</param>
/// <param name="Discounted">The same, each discounted to now.</param>
/// <param name="Residual">Discounted purchases without end; null without a discount.</param>
public readonly record struct Prediction(
    int Repeats, int LastAge, int Age, double ProbabilityAlive, double ProbabilityError, double Expected, double ExpectedError, double Discounted, double? Residual);

/// <summary>Predictions of groups of customers. What depends on count and age alone is computed once for all recencies.</summary>
/// <param name="fit">The model.</param>
/// <param name="unit">Its unit.</param>
/// <param name="horizon">How far to predict, in units.</param>
/// <param name="rate">Continuous discount per unit; 0 for none.</param>
public sealed class Predictions(PurchaseFit fit, TimeUnit unit, double horizon, double rate)
{
    private const double Step = 1e-4;

    private readonly double[][] points = Points(fit);

    /// <summary>The prediction of one history.</summary>
    public Prediction Of(int repeats, int lastAge, int age) => Of([(repeats, lastAge, age)])[0];

    /// <summary>Predictions of histories, in their order.</summary>
    public Prediction[] Of(IReadOnlyList<(int Repeats, int LastAge, int Age)> histories)
    {
        var ages = histories.Select(h => (h.Repeats, h.Age)).Distinct().ToArray();
        var alive = new OfAge[ages.Length];
        Parallel.For(0, ages.Length, i => alive[i] = IfAlive(ages[i].Repeats, ages[i].Age));
        var places = ages.Select((a, i) => (a, i)).ToDictionary(p => p.a, p => p.i);
        var predictions = new Prediction[histories.Count];
        Parallel.For(0, histories.Count, i => predictions[i] = Combine(histories[i], alive[places[(histories[i].Repeats, histories[i].Age)]]));
        return predictions;
    }

    private OfAge IfAlive(int repeats, int age)
    {
        var time = age / unit.Days;
        return new(
            Array.ConvertAll(points, p => Math.Max(1e-300, fit.Model.ExpectedIfAlive(p, repeats, time, horizon))),
            fit.Model.DiscountedIfAlive(points[0], repeats, time, horizon, rate), rate > 0 ? fit.Model.ResidualIfAlive(points[0], repeats, time, rate) : null);
    }

    private Prediction Combine((int Repeats, int LastAge, int Age) history, OfAge alive)
    {
        var known = new PurchaseHistory(history.Repeats, history.LastAge / unit.Days, history.Age / unit.Days);
        var count = fit.Model.Parameters.Count;
        Span<double> ofLogit = stackalloc double[count];
        Span<double> ofExpected = stackalloc double[count];
        var probability = fit.Model.ProbabilityAlive(points[0], known);
        for (var k = 0; k < count; k++)
        {
            var (above, below) = (fit.Model.ProbabilityAlive(points[1 + (2 * k)], known), fit.Model.ProbabilityAlive(points[2 + (2 * k)], known));
            ofLogit[k] = probability is > 1e-12 and < 1 ? (Logit(above) - Logit(below)) / (2 * Step) : 0;
            ofExpected[k] = probability > 1e-12 ? (Math.Log(above * alive.Expected[1 + (2 * k)]) - Math.Log(below * alive.Expected[2 + (2 * k)])) / (2 * Step) : 0;
        }

        return new(
            history.Repeats, history.LastAge, history.Age, probability, Error(ofLogit), probability * alive.Expected[0], Error(ofExpected),
            probability * alive.Discounted, probability * alive.Residual);
    }

    private double Error(ReadOnlySpan<double> slope)
    {
        if (fit.Estimates.Covariance is not { } covariance)
        {
            return 0;
        }

        var sum = 0.0;
        for (var i = 0; i < slope.Length; i++)
        {
            for (var j = 0; j < slope.Length; j++)
            {
                sum += slope[i] * covariance[i, j] * slope[j];
            }
        }

        return Math.Sqrt(Math.Max(0, sum));
    }

    private static double Logit(double p) => Math.Log(p / Math.Max(1e-300, 1 - p));

    // The estimates, then each parameter's logarithm a step up and a step down.
    private static double[][] Points(PurchaseFit fit)
    {
        var count = fit.Model.Parameters.Count;
        var points = new double[1 + (2 * count)][];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = fit.Estimates.Values[..count];
            if (i > 0)
            {
                points[i][(i - 1) / 2] *= Math.Exp(i % 2 == 1 ? Step : -Step);
            }
        }

        return points;
    }

    /// <param name="Expected">Purchases expected of those alive, at each point.</param>
    /// <param name="Discounted">The same discounted, at the estimates.</param>
    /// <param name="Residual">All to come, discounted.</param>
    private sealed record OfAge(double[] Expected, double Discounted, double? Residual);
}
