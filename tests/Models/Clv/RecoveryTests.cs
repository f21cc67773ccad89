using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>
/// Parameters that customers were simulated with are recovered: 95 % intervals cover them 95 % of the times, within three binomial standard errors (91.2 to
/// 98.8 % of 300 times). A tenth of the simulations runs by default, all of them with CRM_TESTS_FULL=1.
/// </summary>
internal sealed class RecoveryTests
{
    private static readonly int times = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 300 : 30;

    private static readonly TestCaseData[] models =
    [
        Case("bgnbd", [.6, 6, .9, 2.5], (s, v) => Of(BgNbd.Plain, s.BetaGeometric(3000, v[0], v[1], v[2], v[3], 80))),
        Case("mbgnbd", [.6, 6, .9, 2.5], (s, v) => Of(BgNbd.Modified, s.BetaGeometric(3000, v[0], v[1], v[2], v[3], 80, leavesAtOnce: true))),
        Case("paretonbd", [.7, 7, .8, 10], (s, v) => Of(ParetoNbd.Plain, s.Pareto(3000, v[0], v[1], v[2], v[3], 80))),
        Case("nbd", [.8, 9], (s, v) => Of(Nbd.Plain, s.Gamma(1000, v[0], v[1], 60))),
        Case("gammagamma", [6.2, 3.7, 15], (s, v) => GammaGamma.Fit(s.GammaGamma(1500, v[0], v[1], v[2]))),
        Case("bgbb", [1.2, .75, .66, 2.8], (s, v) => BgBb.Fit(s.BetaBernoulli(4000, v[0], v[1], v[2], v[3], 8))),
        Case("sbg", [.7, 1.2], (s, v) => ContractSurvival.ShiftedBetaGeometric.Fit(s.Contracts(1500, v[0], v[1], 1, 9))),
        Case("bdw", [.7, 1.6, 1.3], (s, v) => ContractSurvival.BetaDiscreteWeibull.Fit(s.Contracts(6000, v[0], v[1], v[2], 14))),
        Case("bgnbd with a covariate", [.6, 6, .9, 2.5, .7, -.5], (s, v) => Covariate(BgNbd.Plain, v, e => s.BetaGeometric(2000, v[0], v[1] / Math.Exp(v[4] * e), v[2] * Math.Exp(v[5] * e), v[3] * Math.Exp(v[5] * e), 80))),
        Case("paretonbd with a covariate", [.7, 7, .8, 10, .7, -.5], (s, v) => Covariate(ParetoNbd.Plain, v, e => s.Pareto(2000, v[0], v[1] / Math.Exp(v[4] * e), v[2], v[3] / Math.Exp(v[5] * e), 80))),
    ];

    [TestCaseSource(nameof(models))]
    public void Intervals_OfSimulatedCustomers_CoverTheTruth(double[] truth, Func<SimulatedCustomers, double[], Estimates> fit)
    {
        var fits = new Estimates[times];
        Parallel.For(0, times, i => fits[i] = fit(new SimulatedCustomers(1000 + i), truth));

        var covered = truth.Select((t, k) => fits.Count(f => f.Interval(k) is { } interval && interval.Low <= t && t <= interval.High) / (double)times);

        var half = 3 * Math.Sqrt(.95 * .05 / times);
        Assert.That(covered, Is.All.InRange(.95 - half, Math.Min(1, .95 + half)), $"{fits.Count(f => !f.Identified)} of {times} not identified");
    }

    [Test]
    public void Figures_OfSimulatedCustomers_AreCoveredByTheirIntervals()
    {
        double[] truth = [.6, 6, .9, 2.5];
        var expected = BgNbd.Plain.ExpectedOfNew(truth, 52);
        var known = new PurchaseHistory(4, 30, 50);
        var alive = BgNbd.Plain.ProbabilityAlive(truth, known);
        var (ofExpected, ofAlive) = (new bool[times], new bool[times]);
        Parallel.For(0, times, i =>
        {
            var fit = PurchaseFit.Of(BgNbd.Plain, [new HistoryCell(new SimulatedCustomers(5000 + i).BetaGeometric(1500, truth[0], truth[1], truth[2], truth[3], 80), [])], []);
            var error = fit.Estimates.StandardErrorOf(v => Math.Log(BgNbd.Plain.ExpectedOfNew(v, 52)))!.Value;
            ofExpected[i] = Math.Abs(Math.Log(BgNbd.Plain.ExpectedOfNew(fit.Estimates.Values, 52) / expected)) <= Normal.NinetyFive * error;
            var logit = fit.Estimates.StandardErrorOf(v => Logit(BgNbd.Plain.ProbabilityAlive(v, known)))!.Value;
            ofAlive[i] = Math.Abs(Logit(BgNbd.Plain.ProbabilityAlive(fit.Estimates.Values, known)) - Logit(alive)) <= Normal.NinetyFive * logit;
        });

        var half = 3 * Math.Sqrt(.95 * .05 / times);
        Assert.That((double[])[ofExpected.Count(c => c) / (double)times, ofAlive.Count(c => c) / (double)times], Is.All.InRange(.95 - half, Math.Min(1, .95 + half)));
    }

    private static double Logit(double p) => Math.Log(p / (1 - p));

    private static Estimates Of(PurchaseModel model, IReadOnlyCollection<PurchaseHistory> histories) => PurchaseFit.Of(model, [new HistoryCell(histories, [])], []).Estimates;

    private static Estimates Covariate(PurchaseModel model, double[] truth, Func<double, IReadOnlyCollection<PurchaseHistory>> customers)
        => truth.Length == model.Parameters.Count + 2 ? PurchaseFit.Of(model, [new HistoryCell(customers(0), [0]), new HistoryCell(customers(1), [1])], ["web"]).Estimates : throw new ArgumentException("one covariate", nameof(truth));

    private static TestCaseData Case(string name, double[] truth, Func<SimulatedCustomers, double[], Estimates> fit) => new TestCaseData(truth, fit).SetArgDisplayNames(name);
}
