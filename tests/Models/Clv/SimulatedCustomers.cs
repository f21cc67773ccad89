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

    /// <summary>Histories under NBD: nobody leaves.</summary>
    public List<PurchaseHistory> Gamma(int customers, double r, double alpha, double age) => Pareto(customers, r, alpha, 1, 1e9, age);

    /// <summary>Average repeat values under Gamma-Gamma, of customers with one to ten repeat purchases.</summary>
    public List<SpendHistory> GammaGamma(int customers, double p, double q, double gamma)
        => [.. Enumerable.Range(0, customers).Select(_ =>
        {
            var x = 1 + (int)(10 * random.NextDouble() * random.NextDouble());
            var scale = Gamma(q) / gamma;
            return new SpendHistory(x, Gamma(p * x) / (scale * x));
        })];

    /// <summary>Histories under BG/BB.</summary>
    public List<OccasionHistory> BetaBernoulli(int customers, double alpha, double beta, double gamma, double delta, int occasions)
        => [.. Enumerable.Range(0, customers).Select(_ =>
        {
            var (buying, leaving) = (Beta(alpha, beta), Beta(gamma, delta));
            var (x, last) = (0, 0);
            for (var i = 1; i <= occasions && random.NextDouble() >= leaving; i++)
            {
                (x, last) = random.NextDouble() < buying ? (x + 1, i) : (x, last);
            }

            return new OccasionHistory(x, last, occasions);
        }).GroupBy(h => h).Select(g => g.Key with { Customers = g.Count() })];

    /// <summary>Lives under contract: BdW, and sBG when <paramref name="c"/> is 1.</summary>
    public ContractLives Contracts(int customers, double alpha, double beta, double c, int periods)
    {
        var left = new double[periods];
        var staying = new double[periods];
        for (var i = 0; i < customers; i++)
        {
            // S(t | θ) = (1 − θ)^(t^c): the period in which one draw falls below.
            var stay = Math.Pow(Math.Log(1 - random.NextDouble()) / Math.Log(1 - Beta(alpha, beta)), 1 / c);
            if (stay < periods)
            {
                left[(int)stay]++;
            }
            else
            {
                staying[^1]++;
            }
        }

        return new(left, staying);
    }

    public double Gamma(double shape) => random.Gamma(shape);

    public double Beta(double a, double b) => random.Beta(a, b);
}
