using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Clv;

/// <summary>
/// Standard errors from refits to customers simulated from the fitted model, at the ages they have (Efron and Tibshirani 1993): of use where few customers make
/// the curvature of the likelihood a poor guide. Of more than <see cref="MostCustomers"/>, that many are simulated, and the covariance is scaled to all of them.
/// </summary>
internal static class ParametricBootstrap
{
    /// <summary>Refits.</summary>
    public const int Times = 200;

    /// <summary>Customers simulated at most for a refit.</summary>
    public const int MostCustomers = 10_000;

    private const int Seed = 20_050;

    /// <summary>The fit with the covariance of its refits; as it was when most of these find no maximum.</summary>
    public static PurchaseFit Of(PurchaseFit fit, IReadOnlyList<HistoryCell> cells, CancellationToken cancellation = default)
    {
        var customers = cells.Sum(c => c.Customers);
        var simulated = (int)Math.Min(customers, MostCustomers);
        var drawn = cells.Select(c => (Cell: c, Ages: Ages(c, simulated / customers))).Where(d => d.Ages.Length > 0).ToList();
        return fit with
        {
            Estimates = Refitted(fit.Estimates, customers / drawn.Sum(d => d.Ages.Length), cancellation, random =>
            {
                var again = drawn.Select(d =>
                {
                    var own = fit.ParametersFor(d.Cell.Covariates);
                    return new HistoryCell([.. d.Ages.Select(age => fit.Model.Simulate(own, age, random))], d.Cell.Covariates);
                });
                return PurchaseFit.Of(fit.Model, [.. again], fit.Covariates, fit.Estimates.Values).Estimates;
            }),
        };
    }

    /// <summary>Estimates of Gamma-Gamma with the covariance of their refits.</summary>
    public static Estimates Of(Estimates fit, IReadOnlyList<SpendHistory> spend, CancellationToken cancellation = default)
    {
        var customers = spend.Sum(s => s.Customers);
        var counts = Spread(spend.Select(s => ((double)s.RepeatCount, s.Customers)), Math.Min(1, MostCustomers / customers));
        return Refitted(fit, customers / counts.Length, cancellation, random => GammaGamma.Fit([.. counts.Select(x =>
        {
            var scale = random.Gamma(fit.Values[1]) / fit.Values[2];
            return new SpendHistory((int)x, random.Gamma(fit.Values[0] * x) / (scale * x));
        })]));
    }

    private static Estimates Refitted(Estimates fit, double scale, CancellationToken cancellation, Func<Random, Estimates> refit)
    {
        var refits = new Estimates[Times];
        Parallel.For(0, Times, new ParallelOptions { CancellationToken = cancellation }, i => refits[i] = refit(new Random(Seed + i)));
        var points = refits.Where(r => r.Converged).Select(r => r.Values.Select((v, i) => fit.Parameters[i].IsPositive ? Math.Log(v) : v).ToArray()).ToList();
        if (points.Count < Times / 2)
        {
            return fit;
        }

        var n = fit.Values.Length;
        var means = Enumerable.Range(0, n).Select(i => points.Average(p => p[i])).ToArray();
        var covariance = new double[n, n];
        foreach (var point in points)
        {
            for (var i = 0; i < n * n; i++)
            {
                covariance[i / n, i % n] += (point[i / n] - means[i / n]) * (point[i % n] - means[i % n]) / (points.Count - 1) / scale;
            }
        }

        return fit with { Covariance = covariance };
    }

    private static double[] Ages(HistoryCell cell, double share) => Spread(cell.Rows.Select(r => (cell.Times[r.Age], r.Customers)), share);

    // Every so many customers, in the order of their values: the same mixture on a smaller scale.
    private static double[] Spread(IEnumerable<(double Value, double Customers)> values, double share)
    {
        var drawn = new List<double>();
        var place = 0.5;
        foreach (var (value, customers) in values.OrderBy(v => v.Value))
        {
            for (place += customers * share; place >= 1; place--)
            {
                drawn.Add(value);
            }
        }

        return [.. drawn];
    }
}
