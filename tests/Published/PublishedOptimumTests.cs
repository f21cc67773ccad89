using System.Globalization;
using Crm.Analytics.Models.Clv;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Tests.Models;

namespace Crm.Analytics.Tests.Published;

/// <summary>
/// Two printed figures of CDNOW come out in all but their last digits. They were printed of fits that had stopped a little early: whatever parameters give them to the
/// digit, the data are less likely under these than under ours. Likelihoods are written here again, apart from the product's.
/// </summary>
internal sealed class PublishedOptimumTests
{
    // The most likely parameters whose expectation rounds to the printed 1.444004: a step from the optimum along the constraint (Newton, checked by the test).
    private static readonly double[] bgNbdAsPrinted = [.24259427534889613, 4.413611237914683, .7929326410475747, 2.4259311407465085];

    [Test]
    public void ExpectedOfNew_BgNbd_IsThatOfThePublishedParameters()
    {
        // Over the purchase rate by hand, over the probability of leaving by quadrature: E(t) = ∫ (1 − (α / (α + p t))^r) / p · beta(p; a, b) dp, p = v^(1/a).
        var (r, alpha, a, b) = (.24259452, 4.41360202, .79292202, 2.42590678);
        double Inner(double p) => p == 0 ? r * 52 / alpha : (1 - Math.Pow(alpha / (alpha + (p * 52)), r)) / p;
        var sum = Panels(v => Inner(Math.Pow(v, 1 / a)) * Math.Pow(1 - Math.Pow(v, 1 / a), b - 1) / a);
        var integral = sum / Math.Exp(SpecialFunctions.LogBeta(a, b));

        Assert.That(BgNbd.Plain.ExpectedOfNew([r, alpha, a, b], 52), Is.EqualTo(integral).Within(1e-8));
        Assert.That(integral, Is.EqualTo(1.4440124).Within(5e-8));
        Assert.That(integral, Is.EqualTo(1.444004).Within(1e-5), "printed");
    }

    [Test]
    public void ExpectedOfNew_BgNbdAsPrinted_IsOfALessLikelyFit()
    {
        var histories = Histories();
        var ours = FittedFile.FitCdnow("bgnbd").Parameters.Select(p => p.Value).ToArray();

        Assert.That(BgNbd.Plain.ExpectedOfNew(bgNbdAsPrinted, 52), Is.EqualTo(1.4440045).Within(1e-9), "the end of what rounds to the printed figure that is nearest to ours");
        Assert.That(LogLikelihood(ours, histories) - LogLikelihood(bgNbdAsPrinted, histories), Is.EqualTo(6.33e-9).Within(1e-10));
        foreach (var (parameter, step) in Enumerable.Range(0, 4).SelectMany(i => (IEnumerable<(int, double)>)[(i, 1e-6), (i, -1e-6)]))
        {
            var aside = ours.ToArray();
            aside[parameter] *= 1 + step;
            Assert.That(LogLikelihood(aside, histories), Is.LessThanOrEqualTo(LogLikelihood(ours, histories) + 1e-11));
        }
    }

    [Test]
    public void ExpectedValue_GammaGamma_PrintedFiguresAreOfALessLikelyFit()
    {
        // Averages in whole cents, as the package that printed them ships them.
        var spend = Purchases().Select(c => c.Values.Skip(1).ToList()).Where(c => c.Count > 0 && c.Sum() > 0)
            .Select(c => new SpendHistory(c.Count, (double)Math.Round(c.Average(), 2, MidpointRounding.AwayFromZero))).ToList();
        var ours = GammaGamma.Fit(spend).Values.ToArray();

        // The three figures fix p / (q − 1) and γ and leave one direction free: the likeliest in that direction is the best that can be behind them.
        const double ofNew = 35.170981;
        var weight = (18.911489 - 11.77) / (ofNew - 11.77);
        var ratio = (1 / weight) - 1;
        double[] Printed(double q) => [ratio * (q - 1), q, ofNew / ratio];
        var best = Largest(q => LogLikelihood(Printed(q), spend), 3, 5);

        Assert.That(spend, Has.Count.EqualTo(946));
        Assert.That((double[])[.. new (int X, double M)[] { (2, 22.35), (1, 11.77), (0, 0) }.Select(c => GammaGamma.ExpectedValue(Printed(best), c.X, c.M))],
            Is.EqualTo((double[])[24.658619, 18.911489, ofNew]).Within(1e-6), "so these are the printed figures");
        Assert.That(LogLikelihood(ours, spend) - LogLikelihood(Printed(best), spend), Is.EqualTo(2.9e-10).Within(.4e-10));
        Assert.That((double[])[.. new (int X, double M)[] { (2, 22.35), (1, 11.77), (0, 0) }.Select(c => GammaGamma.ExpectedValue(ours, c.X, c.M))],
            Is.EqualTo((double[])[24.658616, 18.911480, 35.171002]).Within(1e-6));
    }

    private static double Panels(Func<double, double> of) => Enumerable.Range(0, 64).Sum(i => GaussLegendre.Of(24).Integrate(of, i / 64.0, (i + 1) / 64.0));

    private static double Largest(Func<double, double> of, double low, double high)
    {
        var golden = (Math.Sqrt(5) - 1) / 2;
        for (var i = 0; i < 80; i++)
        {
            var (a, b) = (high - (golden * (high - low)), low + (golden * (high - low)));
            (low, high) = of(a) > of(b) ? (low, b) : (a, high);
        }

        return low;
    }

    private static double LogLikelihood(double[] p, IReadOnlyList<(int X, double Last, double Age, int Customers)> histories)
    {
        var (r, alpha, a, b) = (p[0], p[1], p[2], p[3]);
        return Sum(histories.Select(h =>
        {
            var stays = -(r + h.X) * Math.Log(alpha + h.Age);
            var left = h.X == 0 ? double.NegativeInfinity : Math.Log(a / (b + h.X - 1)) - ((r + h.X) * Math.Log(alpha + h.Last));
            var high = Math.Max(stays, left);
            return h.Customers * (LogRising(r, h.X) + (r * Math.Log(alpha)) + LogRising(b, h.X) - LogRising(a + b, h.X) + high + Math.Log(Math.Exp(stays - high) + Math.Exp(left - high)));
        }));
    }

    private static double LogLikelihood(double[] parameters, IReadOnlyList<SpendHistory> spend)
    {
        var (p, q, gamma) = (parameters[0], parameters[1], parameters[2]);
        return Sum(spend.Select(s =>
        {
            var (x, m) = (s.RepeatCount, s.AverageRepeatValue);
            return -SpecialFunctions.LogBeta(p * x, q) + (q * Math.Log(gamma)) + (((p * x) - 1) * Math.Log(m)) + (p * x * Math.Log(x)) - (((p * x) + q) * Math.Log(gamma + (x * m)));
        }));
    }

    // Γ(a + n) / Γ(a)
    private static double LogRising(double a, int n) => Enumerable.Range(0, n).Sum(i => Math.Log(a + i));

    // Compensated, since what is compared differs in the tenth decimal.
    private static double Sum(IEnumerable<double> values)
    {
        var (sum, rest) = (0.0, 0.0);
        foreach (var value in values)
        {
            var next = sum + value;
            rest += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return sum + rest;
    }

    private static List<(int X, double Last, double Age, int Customers)> Histories()
        => [.. Purchases().Select(c => (X: c.Values.Count - 1, Last: (c.Last.DayNumber - c.First.DayNumber) / 7.0, Age: (new DateOnly(1997, 9, 30).DayNumber - c.First.DayNumber) / 7.0))
            .GroupBy(h => h).Select(g => (g.Key.X, g.Key.Last, g.Key.Age, g.Count()))];

    private static IEnumerable<(DateOnly First, DateOnly Last, List<decimal> Values)> Purchases()
        => File.ReadLines(FittedFile.Data("cdnow", "CDNOW_sample.txt")).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(v => string.CompareOrdinal(v[2], "19970930") <= 0).GroupBy(v => v[1]).Select(c =>
            {
                var days = c.GroupBy(v => v[2]).OrderBy(d => d.Key, StringComparer.Ordinal).ToList();
                return (Day(days[0].Key), Day(days[^1].Key), days.ConvertAll(d => d.Sum(v => decimal.Parse(v[4], CultureInfo.InvariantCulture))));
            });

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture);
}
