using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>What holds of every model of purchases, whatever the parameters.</summary>
internal sealed class PurchaseModelLawTests
{
    private static readonly PurchaseModel[] models = [BgNbd.Plain, BgNbd.Modified, ParetoNbd.Plain];

    private static readonly int[] counts = [0, 1, 2, 7, 50, 500, 5000];

    [TestCaseSource(nameof(models))]
    public void Predictions_HardHistories_AreFiniteAndWithinBounds(PurchaseModel model)
    {
        var random = new Random(11);
        var offenders = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            double[] p = [.. Enumerable.Range(0, 4).Select(_ => Math.Exp((random.NextDouble() * 7) - 3))];
            foreach (var x in counts)
            {
                foreach (var (last, age) in (ReadOnlySpan<(double, double)>)[(0, 0), (0, 39), (39, 39), (20, 39), (38.9, 39), (1e-9, 39), (300, 5000)])
                {
                    var history = new PurchaseHistory(x, x == 0 ? 0 : last, age);
                    var alive = model.ProbabilityAlive(p, history);
                    var (near, far) = (model.ExpectedPurchases(p, history, 10), model.ExpectedPurchases(p, history, 200));
                    if (!(alive is >= 0 and <= 1) || !double.IsFinite(far) || near < 0 || far < near * (1 - 1e-9) || near > 10 * (p[0] + x) / (p[1] + age) * (1 + 1e-9))
                    {
                        offenders.Add(FormattableString.Invariant($"{string.Join(' ', p)} x={x} t_x={last} T={age}: P {alive}, E(10) {near}, E(200) {far}"));
                    }
                }
            }
        }

        Assert.That(offenders.Take(5), Is.Empty, $"{offenders.Count} offenders");
    }

    [TestCaseSource(nameof(models))]
    public void ProbabilityAlive_LongerSilence_Falls(PurchaseModel model)
    {
        var random = new Random(12);
        for (var i = 0; i < 300; i++)
        {
            double[] p = [.. Enumerable.Range(0, 4).Select(_ => Math.Exp((random.NextDouble() * 5) - 2))];
            var x = counts[random.Next(1, 5)];
            var probabilities = Enumerable.Range(0, 20).Select(k => model.ProbabilityAlive(p, new(x, 40 - (2 * k), 40))).ToList();
            Assert.That(probabilities, Is.Ordered.Descending);
        }
    }

    [TestCaseSource(nameof(models))]
    public void Gradient_IsTheSlopeOfTheLikelihood(PurchaseModel model)
    {
        var random = new Random(13);
        var cell = new HistoryCell([new(0, 0, 10), new(3, 8, 10), new(40, 9.5, 10), new(2, 5, 5), new(0, 0, 0), new(5000, 38, 39), new(1, .1, 39, 7)], []);
        for (var i = 0; i < 50; i++)
        {
            double[] p = [.. Enumerable.Range(0, 4).Select(_ => Math.Exp((random.NextDouble() * 4) - 2))];
            var gradient = new double[4];
            model.LogLikelihood(p, cell, gradient);
            for (var k = 0; k < 4; k++)
            {
                var slope = (At(k, 1e-5) - At(k, -1e-5)) / 2e-5;
                Assert.That(gradient[k], Is.EqualTo(slope).Within(1e-5 * Math.Max(10, Math.Abs(slope))), $"parameter {k} at {string.Join(' ', p)}");
            }

            double At(int k, double step)
            {
                var moved = (double[])p.Clone();
                moved[k] *= Math.Exp(step);
                return model.LogLikelihood(moved, cell, new double[4]);
            }
        }
    }

    [TestCaseSource(nameof(models))]
    public void Residual_IsTheLimitOfDiscountedPurchases(PurchaseModel model)
    {
        double[] p = [.55, 10.6, 1.4, 11.7];

        Assert.That(model.DiscountedIfAlive(p, 4, 30, 60, .2), Is.EqualTo(model.ResidualIfAlive(p, 4, 30, .2)).Within(.01).Percent);
    }

    [Test]
    public void Expected_BothWaysOfComputing_MeetWhereTheyChange()
    {
        foreach (var (shape, scale, a, b) in (ReadOnlySpan<(double, double, double, double)>)[(.24, 4.4, .79, 2.43), (5, 40, 1, 8), (.3, 2, .05, .4), (60, 50, 3, 70), (5000.2, 43, .8, 5002)])
        {
            var before = BetaGeometric.Expected(shape, scale, a, b, scale * .91999 / (1 - .91999));
            var after = BetaGeometric.Expected(shape, scale, a, b, scale * .92001 / (1 - .92001));
            Assert.That(after, Is.GreaterThan(before).And.EqualTo(before).Within(.05).Percent);
        }
    }

    [TestCaseSource(nameof(models))]
    public void Fit_GroupingOrOrder_ChangesNothing(PurchaseModel model)
    {
        var simulated = model is ParetoNbd ? new SimulatedCustomers(5).Pareto(2500, .7, 7, .8, 10, 80) : new SimulatedCustomers(5).BetaGeometric(800, .5, 6, .8, 3, 50);
        var histories = simulated.Select(h => h with { LastPurchaseAge = Math.Floor(h.LastPurchaseAge), CustomerAge = Math.Ceiling(h.CustomerAge) }).ToList();
        var grouped = histories.GroupBy(h => h).Select(g => g.Key with { Customers = g.Count() }).Reverse().ToList();

        var (one, other) = (Fit(model, histories), Fit(model, grouped));

        Assert.That(grouped, Has.Count.LessThan(histories.Count));
        Assert.That(other.Values, Is.EqualTo(one.Values).Within(1e-3).Percent);
        Assert.That(other.LogLikelihood, Is.EqualTo(one.LogLikelihood).Within(1e-8));
    }

    [TestCaseSource(nameof(models))]
    public void Fit_FourTimesTheData_HalvesTheStandardErrors(PurchaseModel model)
    {
        var histories = new SimulatedCustomers(6).Pareto(1500, .6, 8, .8, 12, 60);

        var (one, four) = (Fit(model, histories), Fit(model, [.. histories.Select(h => h with { Customers = 4 })]));

        Assert.That(Enumerable.Range(0, 4).Select(i => four.StandardError(i) / one.StandardError(i)), Is.All.EqualTo(.5).Within(.001));
    }

    private static Estimates Fit(PurchaseModel model, IReadOnlyCollection<PurchaseHistory> histories) => PurchaseFit.Of(model, [new HistoryCell(histories, [])], []).Estimates;
}
