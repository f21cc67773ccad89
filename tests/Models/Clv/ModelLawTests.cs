using Crm.Analytics.Models.Clv;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>What holds of the models of occasions, contracts and spend, and of customers drawn from models, whatever the parameters.</summary>
internal sealed class ModelLawTests
{
    private static readonly PurchaseModel[] purchases = [BgNbd.Plain, BgNbd.Modified, ParetoNbd.Plain, Nbd.Plain];

    [Test]
    public void BgBb_AllHistories_HaveProbabilitiesThatSumToOne([Values(1, 4, 9)] int occasions)
    {
        var random = new Random(31);
        for (var i = 0; i < 40; i++)
        {
            var p = Parameters(random, 4);
            var sum = Math.Exp(BgBb.LogLikelihood(p, new(0, 0, occasions), null));
            for (var last = 1; last <= occasions; last++)
            {
                for (var x = 1; x <= last; x++)
                {
                    sum += Ways(last - 1, x - 1) * Math.Exp(BgBb.LogLikelihood(p, new(x, last, occasions), null));
                }
            }

            Assert.That(sum, Is.EqualTo(1).Within(1e-10), string.Join(' ', p));
        }

        static double Ways(int n, int k) => Enumerable.Range(1, k).Aggregate(1.0, (ways, i) => ways * (n - k + i) / i);
    }

    [Test]
    public void BgBb_LongerSilence_IsLessLikelyAlive()
    {
        var random = new Random(32);
        for (var i = 0; i < 100; i++)
        {
            var p = Parameters(random, 4);
            var alive = Enumerable.Range(2, 9).Select(last => BgBb.ProbabilityAlive(p, new(2, last, 10))).ToList();
            Assert.That(alive, Is.Ordered.Ascending.And.All.InRange(0, 1));
            Assert.That(BgBb.ExpectedPurchases(p, new(2, 5, 10), 20), Is.InRange(BgBb.ExpectedPurchases(p, new(2, 5, 10), 10), 20));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Survival_AnyParameters_FallsFromOneAndLeavesNoOneOut(bool weibull)
    {
        var random = new Random(33);
        var model = weibull ? ContractSurvival.BetaDiscreteWeibull : ContractSurvival.ShiftedBetaGeometric;
        for (var i = 0; i < 100; i++)
        {
            double[] p = weibull ? [.. Parameters(random, 2), .5 + random.NextDouble()] : Parameters(random, 2);
            var survival = Enumerable.Range(0, 40).Select(t => model.Survival(p, t)).ToList();
            Assert.That(survival[0], Is.EqualTo(1).Within(1e-12));
            Assert.That(survival, Is.Ordered.Descending.And.All.InRange(0, 1));
            Assert.That(Enumerable.Range(0, 39).Aggregate(1.0, (s, t) => s * model.Retention(p, t)), Is.EqualTo(survival[39]).Within(1e-10));
            if (!weibull)
            {
                // Who is left is ever more loyal: the published property of sBG.
                Assert.That(Enumerable.Range(0, 20).Select(t => model.Retention(p, t)), Is.Ordered.Ascending);
            }
        }
    }

    [Test]
    public void ExpectedValue_LiesBetweenOwnAndAllAndNearsTheOwn()
    {
        var random = new Random(34);
        for (var i = 0; i < 200; i++)
        {
            double[] p = [Math.Exp(random.NextDouble() * 3), 1.1 + (4 * random.NextDouble()), Math.Exp(random.NextDouble() * 5)];
            var (all, own) = (GammaGamma.ExpectedValue(p, 0, 0), Math.Exp(random.NextDouble() * 6));
            var values = new[] { 1, 3, 10, 100, 5000 }.Select(x => GammaGamma.ExpectedValue(p, x, own)).ToList();
            Assert.That(values, Is.All.InRange(Math.Min(all, own) * (1 - 1e-9), Math.Max(all, own) * (1 + 1e-9)));
            Assert.That(values.Select(v => Math.Abs(v - own)), Is.Ordered.Descending);
        }
    }

    [TestCaseSource(nameof(purchases))]
    public void LikelihoodOfNoPurchase_IsTheProbabilityOfNone(PurchaseModel model)
    {
        var random = new Random(35);
        for (var i = 0; i < 100; i++)
        {
            var (p, age) = (Parameters(random, model.Parameters.Count), 1 + (100 * random.NextDouble()));
            var likelihood = Math.Exp(model.LogLikelihood(p, new HistoryCell([new(0, 0, age)], []), new double[p.Length]));
            Assert.That(likelihood, Is.EqualTo(model.ProbabilityOfNone(p, age)).Within(1e-8));
        }
    }

    [TestCaseSource(nameof(purchases))]
    public void Simulated_Customers_BuyAsOftenAsExpectedAndAsFewNever(PurchaseModel model)
    {
        double[] p = [.. ((double[])[.7, 8, 1.2, 4])[..model.Parameters.Count]];
        const int customers = 40_000;
        var random = new Random(36);

        var drawn = Enumerable.Range(0, customers).Select(_ => model.Simulate(p, 40, random)).ToList();

        var (mean, none) = (drawn.Average(h => h.RepeatCount), drawn.Count(h => h.RepeatCount == 0) / (double)customers);
        var deviation = Math.Sqrt(drawn.Average(h => Math.Pow(h.RepeatCount - mean, 2)) / customers);
        Assert.That(mean, Is.EqualTo(model.ExpectedOfNew(p, 40)).Within(4 * deviation));
        Assert.That(none, Is.EqualTo(model.ProbabilityOfNone(p, 40)).Within(4 * Math.Sqrt(none * (1 - none) / customers)));
        Assert.That(drawn.All(h => h.LastPurchaseAge <= h.CustomerAge && (h.RepeatCount == 0) == (h.LastPurchaseAge == 0)));
    }

    [TestCaseSource(nameof(purchases))]
    public void Residual_HardHistories_IsFinite(PurchaseModel model)
    {
        var random = new Random(37);
        for (var i = 0; i < 15; i++)
        {
            var p = Parameters(random, model.Parameters.Count);
            foreach (var history in (ReadOnlySpan<PurchaseHistory>)[new(0, 0, 0), new(0, 0, 39), new(1, 39, 39), new(500, 38.9, 39), new(5000, 39, 39), new(3, 1e-9, 39)])
            {
                Assert.That(model.Residual(p, history, .0018), Is.Not.NaN.And.GreaterThanOrEqualTo(0).And.LessThan(1e9), $"{string.Join(' ', p)} {history}");
            }
        }
    }

    private static double[] Parameters(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Math.Exp((random.NextDouble() * 4) - 2))];
}
