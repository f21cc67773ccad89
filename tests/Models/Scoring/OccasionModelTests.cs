using Crm.Analytics.Models.Clv;
using Crm.Analytics.Tests.Models.Clv;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>BG/BB over the sales of the star.</summary>
internal sealed class OccasionModelTests
{
    private static readonly OccasionSettings settings = OccasionSettings.Usual with { Unit = "year", Horizon = 10 };

    [Test]
    public void Score_Donations_HaveThePublishedParameters()
    {
        // The 11,104 donors of Fader, Hardie and Shang (2010) as sales: the first gift in 1995, then one in each of x of the t_x years up to the last one.
        using var warehouse = new RfmWarehouse(FittedFile.Data("cdnow"));
        warehouse.Session.Execute($"""
            create temp table donor as
            select row_number() over () ::integer as customer, frequency as x, recency as tx from read_csv('{FittedFile.Data("cdnow", "donations.csv")}'), range(weights) r(i);
            insert into star.fact_sales by name
            select customer as customer_key, make_timestamp(1995 + year, 6, 1, 0, 0, 0) as ordered_at, customer || '-' || year as order_id, 10::decimal(18,4) as revenue, false as is_return, 1 as run_id
            from (
              select customer, 0 as year from donor union all select customer, tx from donor where x > 0
              union all select customer, unnest(range(1, x)) from donor where x > 1
            )
            """);

        var outcome = warehouse.Score(new OccasionModel(), settings with { CalibrationEnd = new DateOnly(2001, 12, 31) });

        Assert.Multiple(() =>
        {
            Assert.That(new[] { "alpha", "beta", "gamma", "delta" }.Select(n => outcome.Quality[n]), Is.EqualTo((double[])[1.2035222, .7497163, .6567184, 2.7834432]).Within(1e-4).Percent);
            Assert.That(outcome.Quality["log_likelihood"], Is.EqualTo(-33225.581274).Within(1e-4));
            Assert.That(outcome.Notes, Is.Empty);
            Assert.That(outcome.Members, Is.EqualTo(11_104));
            Assert.That(warehouse.Rows("select distinct round(expected_purchases, 3), snapshot_date from star.score_occasion where repeat_count = 4 and last_occasion = 5"), Is.EqualTo("3.628 2001-12-31"));
            Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_occasion where not (probability_alive between probability_alive_low and probability_alive_high) or not (expected_purchases between expected_purchases_low and expected_purchases_high) or probability_alive not between 0 and 1"), Is.Zero);
        });
    }

    [Test]
    public void Score_OccasionThatIsNotOver_DoesNotCount()
    {
        using var warehouse = Buyers(800);

        var outcome = warehouse.Score(new OccasionModel(), OccasionSettings.Usual);

        Assert.That(warehouse.Rows("select distinct snapshot_date, max(occasions) over () from star.score_occasion"), Is.EqualTo("2020-12-31 11"), "the sales end on 2021-01-15");
        Assert.That(warehouse.Rows("select chart, count(*) from star.score_model_check where model = 'occasions' group by chart"), Is.EqualTo("holdout 8"), "by repeat purchases, 7 and more in one");
        Assert.That(outcome.Quality["holdout_bias_percent"], Is.InRange(-25, 25));
    }

    [Test]
    public void Score_NobodyCameBack_SaysSo()
    {
        using var warehouse = new RfmWarehouse().Sell(Enumerable.Range(1, 60).Select(c => new Sale(c, new DateTime(2020, 1, 1).AddDays(c * 5), $"o{c}", 10)));

        var outcome = warehouse.Score(new OccasionModel(), OccasionSettings.Usual);

        Assert.That(outcome.Notes.Single(), Is.EqualTo("no scores: 54 customers, 0 of whom bought in another month than their first; at least 30 and 10 are needed"));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_occasion"), Is.Zero);
    }

    private static RfmWarehouse Buyers(int count)
    {
        var random = new SimulatedCustomers(5);
        var draws = new Random(5);
        double Beta(double a, double b) => random.Gamma(a) is var x ? x / (x + random.Gamma(b)) : 0;
        var sales = new List<Sale>();
        for (var c = 1; c <= count; c++)
        {
            var (buys, leaves) = (Beta(1.2, .8), Beta(.7, 2.8));
            for (var month = 0; month < 12 && (month == 0 || draws.NextDouble() > leaves); month++)
            {
                if (month == 0 || draws.NextDouble() < buys)
                {
                    sales.Add(new(c, new DateTime(2020, 1, 1).AddMonths(month).AddDays(c % 25), $"{c}-{month}", 10));
                }
            }
        }

        sales.Add(new(1, new DateTime(2021, 1, 15), "last", 10));
        return new RfmWarehouse().Sell(sales);
    }
}
