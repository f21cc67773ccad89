using Crm.Analytics.Models.Clv;
using Crm.Analytics.Tests.Models;

namespace Crm.Analytics.Tests.Published;

/// <summary>Figures of the papers: Fader, Hardie and Lee 2005; Batislam et al. 2007; Schmittlein et al. 1987; Fader and Hardie 2005, 2007, 2013; Fader, Hardie and Shang 2010.</summary>
internal sealed class ClvPublishedTests
{
    private static readonly double[] bgNbd = [.24259452, 4.41360202, .79292202, 2.42590678];
    private static readonly double[] paretoOfPaper = [.5534354, 10.5795187, .6060276, 11.6566646];

    [TestCase("bgnbd", new[] { .24259452, 4.41360202, .79292202, 2.42590678 }, -9582.4292067)]
    [TestCase("mbgnbd", new[] { .52484316, 6.18308528, .89135938, 1.61400224 }, -9582.1357156)]
    [TestCase("paretonbd", new[] { .5532770, 10.5776832, .6062401, 11.6687397 }, -9594.9761789)]
    [TestCase("gammagamma", new[] { 6.24957227, 3.74422467, 15.44352096 }, -4055.9176948)]
    public void Fit_Cdnow_IsAsPublished(string kind, double[] parameters, double logLikelihood)
    {
        var result = FittedFile.FitCdnow(kind);

        Assert.Multiple(() =>
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                Assert.That(result.Parameters[i].Value, Is.EqualTo(parameters[i]).Within(1e-6 * parameters[i]), result.Parameters[i].Name);
            }

            Assert.That(result.Likelihood!.LogLikelihood, Is.EqualTo(logLikelihood).Within(1e-6));
            Assert.That(result.Warnings, Is.Empty);
        });
    }

    [TestCase("bgnbd", new[] { .012557, .378224, .185734, .705414 })]
    [TestCase("gammagamma", new[] { 1.190055, .290133, 4.159423 })]
    public void StandardErrors_Cdnow_AreAsPublished(string kind, double[] errors)
        => Assert.That(FittedFile.FitCdnow(kind).Parameters.Select(p => p.StandardError), Is.EqualTo(errors).Within(1e-6));

    [Test]
    public void Counts_Cdnow_AreAsPublished()
    {
        var counts = FittedFile.FitCdnow("bgnbd").Counts;

        Assert.That((counts.Value("customers"), counts.Value("repeat_customers"), counts.Value("repeat_purchases"), counts.Value("distinct_histories")), Is.EqualTo((2357.0, 946.0, 2457.0, 1016.0)));
    }

    [Test]
    public void Holdout_Cdnow_ByFrequencyIsAsPublished()
    {
        var table = FittedFile.FitCdnow("paretonbd").Table("holdout_by_frequency");

        Assert.That(table.Rows.Select(r => r[2]), Is.EqualTo((double[])[.237, .697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]).Within(.00051));
        Assert.That(table.Rows.Select(r => r[3]), Is.EqualTo((double[])[.138, .600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]).Within(.0011), "published of rounded parameters");
    }

    [Test]
    public void Customers_Cdnow_AreAsPublished()
    {
        var often = new PurchaseHistory(26, 216 / 7.0, 31);
        double[] pareto = [.5532770, 10.5776832, .6062401, 11.6687397];

        Assert.Multiple(() =>
        {
            Assert.That(ParetoNbd.Plain.ExpectedPurchases(paretoOfPaper, often, 52), Is.EqualTo(25.456).Within(.001));
            Assert.That(ParetoNbd.Plain.ProbabilityAlive(pareto, often), Is.EqualTo(.99787).Within(5e-6));
            Assert.That(BgNbd.Plain.ExpectedPurchases(bgNbd, often, 52), Is.EqualTo(25.757).Within(.0005));
            Assert.That(BgNbd.Plain.ProbabilityAlive(bgNbd, often), Is.EqualTo(.96885).Within(5e-6));
            Assert.That(BgNbd.Plain.ExpectedPurchases(bgNbd, new(2, 30.43, 38.86), 39), Is.EqualTo(1.226).Within(.0005));
            Assert.That(BgNbd.Plain.ProbabilityAlive(bgNbd, new(2, 30.43, 38.86)), Is.EqualTo(.7266).Within(.00005));
            Assert.That(ParetoNbd.Plain.ExpectedOfNew(pareto, 52), Is.EqualTo(1.473434).Within(5e-7));
            Assert.That(BgNbd.Plain.ProbabilityOfNone([.243, 4.414, .793, 2.426], 39), Is.EqualTo(.5737864).Within(5e-8));
        });
    }

    [TestCase(0, 0, 38.86, .476966415848724)]
    [TestCase(7, 29.43, 38.86, 16.5378390521302)]
    [TestCase(26, 30.857, 31, 86.0371923082979)]
    public void Residual_ParetoNbd_IsThePublishedDert(int x, double last, double age, double dert)
        => Assert.That(ParetoNbd.Plain.Residual(paretoOfPaper, new(x, last, age), .0027), Is.EqualTo(dert).Within(1e-9 * dert));

    [Test]
    public void BgBb_Donations_IsAsPublished()
    {
        var result = FittedFile.Fit("bgbb", FittedFile.Data("cdnow", "donations.csv"), ("frequency", "frequency"), ("recency", "recency"), ("periods", "periods"), ("weights", "weights"));
        var expected = result.Table("histories").Rows.ToDictionary(r => ((int)r[0]!, (int)r[1]!), r => (double)r[5]!);

        Assert.Multiple(() =>
        {
            Assert.That(result.Parameters.Select(p => p.Value), Is.EqualTo((double[])[1.2035222, .7497163, .6567184, 2.7834432]).Within(1e-4).Percent);
            Assert.That(result.Likelihood!.LogLikelihood, Is.EqualTo(-33225.581274).Within(1e-6));

            // Published of an optimum that is a little loose: at the parameters above the formula gives .1302181 and 3.627967.
            Assert.That(expected[(0, 0)], Is.EqualTo(.1302169).Within(2e-6));
            Assert.That(expected[(4, 5)], Is.EqualTo(3.627858).Within(2e-4));
        });
    }

    [TestCase("regular_pct", .7040773, 1.1820431, -1680.265188, new[] { 22.01, 20.44, 19.12, 17.99, 17.00 })]
    [TestCase("highend_pct", .6680884, 3.8060955, -1611.158147, new[] { 46.04, 43.58, 41.42, 39.51, 37.80 })]
    public void Sbg_Contracts_IsAsPublished(string column, double alpha, double beta, double logLikelihood, double[] survival)
    {
        var result = FittedFile.Fit("sbg", FittedFile.Data("cdnow", "sbg_survival_fader_hardie_2007.csv"), ("period", "year"), ("survivors", column));

        Assert.Multiple(() =>
        {
            Assert.That(result.Parameter("alpha"), Is.EqualTo(alpha).Within(1e-6 * alpha));
            Assert.That(result.Parameter("beta"), Is.EqualTo(beta).Within(1e-6 * beta));
            Assert.That(result.Likelihood!.LogLikelihood, Is.EqualTo(logLikelihood).Within(1e-6));
            Assert.That(result.Table("survival").Rows.Skip(8).Take(5).Select(r => 100 * (double)r[2]!), Is.EqualTo(survival).Within(.0051));
        });
    }

    [Test]
    public void Portfolio_CdnowMaster_IsAsPublished()
    {
        var result = FittedFile.Fit("portfolio", FittedFile.Data("cdnow", "CDNOW_master.txt"), ("customer", "customer_id"), ("amount", "dollar_value"));

        Assert.Multiple(() =>
        {
            Assert.That(result.Counts.Value("customers"), Is.EqualTo(23_570));
            Assert.That(result.Figures.Value("revenue"), Is.EqualTo(2_500_315.63).Within(.005));
            Assert.That(result.Figures.Value("top_20_percent_share"), Is.EqualTo(.677774).Within(5e-7));
            Assert.That(result.Figures.Value("customers_for_80_percent"), Is.EqualTo(7_695));
            Assert.That(result.Figures.Value("gini"), Is.EqualTo(.634571).Within(5e-7));
        });
    }

    [Test]
    public void Cohorts_CdnowMaster_AreAsPublished()
    {
        var rows = FittedFile.Fit("cohorts", FittedFile.Data("cdnow", "CDNOW_master.txt"), ("customer", "customer_id"), ("date", "date"), ("amount", "dollar_value")).Table("retention").Rows;

        Assert.That(rows.Where(r => (string)r[0]! == "1997-01").Take(4).Select(r => r[2]), Is.EqualTo((long[])[7846, 1157, 964, 810]));
        Assert.That(rows.Where(r => (string)r[0]! == "1997-02").Take(2).Select(r => r[2]), Is.EqualTo((long[])[8476, 1312]));
        Assert.That(rows.Where(r => (string)r[0]! == "1997-03").Take(2).Select(r => r[2]), Is.EqualTo((long[])[7248, 1032]));
    }

    [Test]
    public void Rfm_OrdersOfAFile_ScoreAsPublished()
    {
        var result = FittedFile.Fit(
            "rfm", FittedFile.Data("rfm", "rfm_data_orders.csv"), ("customer", "customer_id"), ("date", "order_date"), ("amount", "revenue"), ("as-of", "2006-12-31"), ("ties", "quantile"),
            ("month-ends", "0"), ("predict", "Abbey O'Reilly"));

        Assert.That(result.Table("customers").Rows.Select(r => $"{r[1]} {r[2]} {r[3]} {r[4]}{r[5]}{r[6]}"), Is.EqualTo((string[])["205 6 472 343"]));
    }
}
