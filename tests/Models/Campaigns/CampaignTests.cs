using Crm.Analytics.Models.Campaigns;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Models.Campaigns;

internal sealed class CampaignTests
{
    private static readonly (string, string)[] touches = [("customer", "who"), ("date", "day"), ("channel", "channel"), ("conversion", "bought"), ("amount", "value"), ("lookback", "60")];

    [Test]
    public void Attribution_TwoPaths_SharesAreAsCountedByHand()
    {
        var result = FittedFile.FitText("attribution", """
            who,day,channel,bought,value
            a,2024-01-01,mail,0,
            a,2024-01-08,web,0,
            a,2024-01-15,shop,1,100
            b,2024-01-01,mail,1,50
            c,2024-01-01,web,0,

            """, touches);
        var rows = result.Table("channels").Rows.ToDictionary(r => (string)r[0]!);

        Assert.Multiple(() =>
        {
            Assert.That(rows["mail"].Skip(2).Take(5), Is.EqualTo((object[])[150.0, 50.0, (100 / 3.0) + 50, (100 * .25 / 1.75) + 50, 90.0]).Within(1e-9));
            Assert.That(rows["shop"].Skip(2).Take(3), Is.EqualTo((object[])[0.0, 100.0, 100 / 3.0]).Within(1e-9));
            for (var model = 2; model <= 7; model++)
            {
                Assert.That(rows.Values.Sum(r => (double)r[model]!), Is.EqualTo(150).Within(1e-9), "each model shares out all there is");
            }

            // Chain: start → mail 2/3, web 1/3; mail → web, conversion 1/2 each; web → shop, nothing 1/2 each; shop → conversion.
            // With all: 2/3 (1/2 + 1/2 · 1/2) + 1/3 · 1/2 = 2/3; without mail 1/6; without web 1/3; without shop 1/3.
            Assert.That(rows["mail"][8], Is.EqualTo(.75).Within(1e-9));
            Assert.That(rows["web"][8], Is.EqualTo(.5).Within(1e-9));
            Assert.That(rows["shop"][8], Is.EqualTo(.5).Within(1e-9));
        });
    }

    [Test]
    public void Attribution_TouchBeforeTheLookback_DoesNotCount()
    {
        var result = FittedFile.FitText("attribution", "who,day,channel,bought,value\na,2023-01-01,mail,0,\na,2024-01-15,shop,1,100\n", touches);

        Assert.That(result.Table("channels").Rows.Single(r => (string)r[0]! == "mail")[2], Is.Zero);
    }

    // Newcombe 1998, table II: 56/70 − 48/80 by method 10 is .0524 to .3339; 9/10 − 3/10 is .1705 to .8090.
    [TestCase(56, 70, 48, 80, .0524, .3339)]
    [TestCase(9, 10, 3, 10, .1705, .8090)]
    [TestCase(10, 10, 0, 20, .6791, 1)]
    public void Newcombe_PublishedPairs_IsAsPublished(int successes1, int n1, int successes2, int n2, double low, double high)
    {
        var interval = UpliftMeasure.Newcombe(successes1, n1, successes2, n2);

        Assert.That(interval.Low, Is.EqualTo(low).Within(.00006));
        Assert.That(interval.High, Is.EqualTo(high).Within(.00006));
    }

    [Test]
    public void Uplift_ClearDifference_IsTold()
    {
        var rows = string.Concat(Enumerable.Range(0, 2000).Select(i => FormattableString.Invariant($"{(i % 4 == 0 ? "yes" : "no")},{(i % 4 == 0 ? (i % 40 == 0 ? 10 : 0) : (i % 5 == 0 ? 10 : 0))},0.5\n")));

        var table = FittedFile.FitText("uplift", "control,outcome,cost\n" + rows, ("control", "control"), ("outcome", "outcome"), ("cost", "cost")).Table("campaigns");

        Assert.That((table.Cell(0, "contacted"), table.Cell(0, "control"), table.Cell(0, "verdict")), Is.EqualTo((1500L, 500L, "worked")));
        Assert.That(table.Cell(0, "uplift"), Is.EqualTo(.1).Within(1e-9));
        Assert.That((double)table.Cell(0, "p_value")!, Is.LessThan(.001));
    }

    [Test]
    public void Uplift_NoControlGroup_IsRefused()
    {
        var error = Assert.Throws<CrmException>(() => FittedFile.FitText("uplift", "control,outcome\nno,1\nno,0\n", ("control", "control"), ("outcome", "outcome")));

        Assert.That(error.Next, Does.Contain("control group"));
    }

    [Test]
    public void Nps_Answers_HasItsInterval()
    {
        var answers = string.Concat(Enumerable.Range(0, 100).Select(i => FormattableString.Invariant($"{(i < 60 ? 9 : i < 80 ? 7 : 3)},2024-0{1 + (i % 2)}-05,{(i >= 80 ? "slow delivery" : "friendly")}\n")));

        var result = FittedFile.FitText("nps", "score,day,comment\n" + answers, ("score", "score"), ("date", "day"), ("comment", "comment"));

        // 60 % − 20 % = 40; the standard error is √((.8 − .16) / 100) = .08.
        Assert.That(result.Figures.Value("nps"), Is.EqualTo(40).Within(1e-9));
        Assert.That(result.Figures.Value("nps_low95"), Is.EqualTo(40 - (8 * 1.959963984540054)).Within(1e-9));
        Assert.That(result.Table("months").Rows, Has.Count.EqualTo(2));
        Assert.That(result.Table("terms").Rows.Single(r => (string)r[0]! == "delivery").Skip(1).Take(3), Is.EqualTo((object[])[20L, 20L, 0L]));
    }
}
