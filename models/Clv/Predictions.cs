using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>A history of customers, and which covariates they have.</summary>
/// <param name="Cell">Place of the covariates in the cells the predictions were made for.</param>
/// <param name="Repeats">x.</param>
/// <param name="LastAge">Days from the first purchase to the last.</param>
/// <param name="Age">Days from the first purchase to the end of the calibration.</param>
public readonly record struct PredictedHistory(int Cell, int Repeats, int LastAge, int Age);

/// <summary>What a fitted model says of customers with one history.</summary>
/// <param name="History">The history.</param>
/// <param name="ProbabilityAlive">Probability of not having left.</param>
/// <param name="ProbabilityError">Its standard error on the logit; 0 where it is certain.</param>
/// <param name="Expected">Purchases expected within the horizon.</param>
/// <param name="ExpectedError">Standard error of their logarithm.</param>
/// <param name="Discounted">The same, each discounted to now.</param>
/// <param name="Residual">Discounted purchases without end; null without a discount.</param>
/// <param name="ResidualError">Standard error of their logarithm.</param>
/// <param name="Slopes">What a total's error is made from.</param>
public readonly record struct Prediction(
    PredictedHistory History, double ProbabilityAlive, double ProbabilityError, double Expected, double ExpectedError, double Discounted, double? Residual, double ResidualError, PredictionSlopes Slopes)
{
    /// <summary>The 95 % interval of the probability.</summary>
    public (double Low, double High) ProbabilityInterval
    {
        get
        {
            var logit = Math.Log(ProbabilityAlive / (1 - ProbabilityAlive));
            var half = Normal.NinetyFive * ProbabilityError;
            return ProbabilityError > 0 ? (1 / (1 + Math.Exp(half - logit)), 1 / (1 + Math.Exp(-half - logit))) : (ProbabilityAlive, ProbabilityAlive);
        }
    }
}

/// <summary>How a prediction moves with each parameter (the logarithm of positive ones).</summary>
/// <param name="Logit">The logit of the probability.</param>
/// <param name="Expected">The logarithm of the expected purchases.</param>
/// <param name="Residual">The logarithm of the purchases without end.</param>
public readonly record struct PredictionSlopes(double[] Logit, double[] Expected, double[] Residual);

/// <summary>Predictions of groups of customers. What depends on count and age alone is computed once for all recencies.</summary>
/// <param name="fit">The model.</param>
/// <param name="unit">Its unit.</param>
/// <param name="horizon">How far to predict, in units.</param>
/// <param name="rate">Continuous discount per unit; 0 for none.</param>
/// <param name="cells">Values of the covariates, by cell.</param>
public sealed class Predictions(PurchaseFit fit, TimeUnit unit, double horizon, double rate, IReadOnlyList<double[]> cells)
{
    private const double Step = 1e-4;

    private readonly double[][][] points = [.. cells.Select(c => Points(fit, c))];

    /// <summary>The prediction of one history.</summary>
    public Prediction Of(PredictedHistory history) => Of([history])[0];

    /// <summary>Predictions of histories, in their order.</summary>
    public Prediction[] Of(IReadOnlyList<PredictedHistory> histories)
    {
        var ages = histories.Select(h => (h.Cell, h.Repeats, h.Age)).Distinct().ToArray();
        var alive = new OfAge[ages.Length];
        Parallel.For(0, ages.Length, i => alive[i] = IfAlive(points[ages[i].Cell], ages[i].Repeats, ages[i].Age));
        var places = ages.Select((a, i) => (a, i)).ToDictionary(p => p.a, p => p.i);
        var predictions = new Prediction[histories.Count];
        Parallel.For(0, histories.Count, i => predictions[i] = Combine(histories[i], alive[places[(histories[i].Cell, histories[i].Repeats, histories[i].Age)]]));
        return predictions;
    }

    /// <summary>Standard error of a figure whose slopes on the parameters are given; 0 when it cannot be told.</summary>
    public double Error(ReadOnlySpan<double> slope) => fit.Estimates.Covariance is { } covariance ? Math.Sqrt(Math.Max(0, SymmetricMatrix.Quadratic(covariance, slope))) : 0;

    // What is without end is slow to compute and smooth: its slopes are taken on one side, by a rougher rule.
    private OfAge IfAlive(double[][] own, int repeats, int age)
    {
        var time = age / unit.Days;
        double[] rough = rate > 0 ? fit.Model.RoughResiduals([.. own.Where((_, i) => i == 0 || i % 2 == 1)], repeats, time, rate) : [];
        return new(
            Array.ConvertAll(own, p => Math.Max(1e-300, fit.Model.ExpectedIfAlive(p, repeats, time, horizon))),
            fit.Model.DiscountedIfAlive(own[0], repeats, time, horizon, rate),
            rate > 0 ? fit.Model.ResidualIfAlive(own[0], repeats, time, rate) : null, [.. rough.Skip(1).Select(r => r > 0 && rough[0] > 0 ? Math.Log(r / rough[0]) / Step : 0)]);
    }

    private Prediction Combine(PredictedHistory history, OfAge alive)
    {
        var own = points[history.Cell];
        var known = new PurchaseHistory(history.Repeats, history.LastAge / unit.Days, history.Age / unit.Days);
        var count = fit.Estimates.Values.Length;
        var (ofLogit, ofExpected, ofResidual) = (new double[count], new double[count], new double[count]);
        var probability = fit.Model.ProbabilityAlive(own[0], known);
        for (var k = 0; k < count; k++)
        {
            var (above, below) = (fit.Model.ProbabilityAlive(own[1 + (2 * k)], known), fit.Model.ProbabilityAlive(own[2 + (2 * k)], known));
            var ofLog = probability > 1e-12 ? (Math.Log(above) - Math.Log(below)) / (2 * Step) : 0;
            ofLogit[k] = probability is > 1e-12 and < 1 ? (Logit(above) - Logit(below)) / (2 * Step) : 0;
            ofExpected[k] = probability > 1e-12 ? ofLog + (Math.Log(alive.Expected[1 + (2 * k)] / alive.Expected[2 + (2 * k)]) / (2 * Step)) : 0;
            ofResidual[k] = probability > 1e-12 && alive.ResidualSlopes.Length > 0 ? ofLog + alive.ResidualSlopes[k] : 0;
        }

        return new(
            history, probability, Error(ofLogit), probability * alive.Expected[0], Error(ofExpected), probability * alive.Discounted,
            probability * alive.Residual, Error(ofResidual), new(ofLogit, ofExpected, ofResidual));
    }

    private static double Logit(double p) => Math.Log(p / Math.Max(1e-300, 1 - p));

    // The estimates, then each of them a step up and a step down, as parameters of customers with these covariates.
    private static double[][] Points(PurchaseFit fit, double[] covariates)
    {
        var estimates = fit.Estimates;
        var points = new double[1 + (2 * estimates.Values.Length)][];
        for (var i = 0; i < points.Length; i++)
        {
            var values = (double[])estimates.Values.Clone();
            if (i > 0)
            {
                var (k, step) = ((i - 1) / 2, i % 2 == 1 ? Step : -Step);
                values[k] = estimates.Parameters[k].IsPositive ? values[k] * Math.Exp(step) : values[k] + step;
            }

            points[i] = PurchaseFit.ParametersFor(fit.Model, values, covariates);
        }

        return points;
    }

    /// <param name="Expected">Purchases expected of those alive, at each point.</param>
    /// <param name="Discounted">The same discounted, at the estimates.</param>
    /// <param name="Residual">All to come, discounted; null without a discount.</param>
    /// <param name="ResidualSlopes">How its logarithm moves with each estimate; empty without a discount.</param>
    private sealed record OfAge(double[] Expected, double Discounted, double? Residual, double[] ResidualSlopes);
}
