using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>Customers simulated from the models' own stories, from a seed.</summary>
internal sealed class SimulatedCustomers(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>Histories under BG/NBD (or MBG/NBD, which lets a customer leave at once).</summary>
    public List<PurchaseHistory> BetaGeometric(int customers, double r, double alpha, double a, double b, double age, bool leavesAtOnce = false)
        => [.. Enumerable.Range(0, customers).Select(_ =>
        {
            var (rate, leaving) = (Gamma(r) / alpha, Beta(a, b));
            var (time, x, last) = (0.0, 0, 0.0);
            var own = age * (0.5 + (0.5 * random.NextDouble()));
            for (var left = leavesAtOnce && random.NextDouble() < leaving; !left; left = random.NextDouble() < leaving)
            {
                time -= Math.Log(1 - random.NextDouble()) / rate;
                if (time > own)
                {
                    break;
                }

                (x, last) = (x + 1, time);
            }

            return new PurchaseHistory(x, last, own);
        })];

    /// <summary>Histories under Pareto/NBD.</summary>
    public List<PurchaseHistory> Pareto(int customers, double r, double alpha, double s, double beta, double age)
        => [.. Enumerable.Range(0, customers).Select(_ =>
        {
            var (rate, stay) = (Gamma(r) / alpha, -Math.Log(1 - random.NextDouble()) / (Gamma(s) / beta));
            var own = age * (0.5 + (0.5 * random.NextDouble()));
            var (time, x, last) = (0.0, 0, 0.0);
            while ((time -= Math.Log(1 - random.NextDouble()) / rate) < Math.Min(own, stay))
            {
                (x, last) = (x + 1, time);
            }

            return new PurchaseHistory(x, last, own);
        })];

    public double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        // Marsaglia and Tsang 2000.
        var d = shape - (1.0 / 3);
        while (true)
        {
            var z = Normal.Quantile(Math.Clamp(random.NextDouble(), 1e-12, 1 - 1e-12));
            var v = Math.Pow(1 + (z / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (z * z / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    public double Beta(double a, double b)
    {
        var x = Gamma(a);
        return x / (x + Gamma(b));
    }
}
