using Crm.Analytics.Models.Clv;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>sBG and BdW over the customers of the star.</summary>
internal sealed class SubscriptionModelTests
{
    private static readonly SubscriptionSettings settings = SubscriptionSettings.Usual with { Unit = "year", Model = "sbg", Horizon = 5 };

    [TestCase("regular_pct", .7040773, 1.1820431, -1680.265188)]
    [TestCase("highend_pct", .6680884, 3.8060955, -1611.158147)]
    public void Score_ContractsOfFaderAndHardie_HaveThePublishedParameters(string column, double alpha, double beta, double logLikelihood)
    {
        // A thousand customers who came on 2000-01-01: as many as the paper tells leave at the end of each year, the others are there at the end of the seventh.
        using var warehouse = new RfmWarehouse(FittedFile.Data("cdnow"));
        warehouse.Session.Execute($"""
            insert into star.dim_customer by name
            with share as (select year, {column} * 10 as there, lag({column} * 10) over (order by year) as before from read_csv('{FittedFile.Data("cdnow", "sbg_survival_fader_hardie_2007.csv")}') where year <= 7),
            lives as (
              select make_timestamp(2000 + year::int, 1, 1, 0, 0, 0) as left_at from share, range(round(before - there)::int) r(i) where year > 0
              union all select null from share, range(round(there)::int) r(i) where year = 7
            )
            select row_number() over ()::integer as customer_key, row_number() over ()::integer as customer_version_key, (row_number() over ())::varchar as customer_id, timestamp '2000-01-01' as acquired_at, left_at,
              timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id
            from lives
            """);
        warehouse.Sell(new Sale(1, "2007-01-01", "newest day", 10));

        var outcome = warehouse.Score(new SubscriptionModel(), settings);

        Assert.Multiple(() =>
        {
            Assert.That(outcome.Quality["alpha"], Is.EqualTo(alpha).Within(1e-6 * alpha));
            Assert.That(outcome.Quality["beta"], Is.EqualTo(beta).Within(1e-6 * beta));
            Assert.That(outcome.Quality["log_likelihood"], Is.EqualTo(logLikelihood).Within(1e-5));
            Assert.That(outcome.Notes, Is.Empty);
            Assert.That(warehouse.Rows("select count(distinct customer_key) = count(*), min(periods), max(periods), min(retention) between 0 and 1, bool_and(retention between retention_low and retention_high and expected_periods between expected_periods_low and expected_periods_high) from star.score_subscription"),
                Is.EqualTo("true 7 7 true true"));
            Assert.That(warehouse.Rows("select count(*) from star.score_model_check where model = 'subscriptions' and chart = 'survival' and abs(expected - actual) > 0.02"), Is.EqualTo("0"));
        });
    }

    [Test]
    public void Score_BestModel_IsTheOneOfTheSmallerAic()
    {
        using var warehouse = Silent();

        var outcome = warehouse.Score(new SubscriptionModel(), SubscriptionSettings.Usual);

        var used = warehouse.Session.Scalar<string>("select any_value(model) from star.score_subscription");
        var other = warehouse.Score(new SubscriptionModel(), SubscriptionSettings.Usual with { Model = used == "sbg" ? "bdw" : "sbg" }, 2);
        Assert.That(outcome.Quality["aic"], Is.LessThanOrEqualTo(other.Quality["aic"]!.Value));
    }

    [Test]
    public void Score_NoContracts_TakesSilenceForLeavingAndSaysSo()
    {
        using var warehouse = Silent();

        var outcome = warehouse.Score(new SubscriptionModel(), SubscriptionSettings.Usual);

        Assert.That(outcome.Notes, Has.Some.EqualTo("no contract tells who left: customers without an order for 90 days count as having left after their last one"));
        Assert.That(outcome.Quality["left"], Is.EqualTo(warehouse.Session.Scalar<long>("select count(*) from (select max(ordered_at) as last from star.fact_sales group by customer_key) where last < timestamp '2020-12-31' - to_days(90)")));
        Assert.That(outcome.Members, Is.EqualTo(300 - outcome.Quality["left"]));
    }

    [Test]
    public void Score_ContractsAskedForWhereThereAreNone_SaysWhatIsMissing()
    {
        using var warehouse = Silent();

        var outcome = warehouse.Score(new SubscriptionModel(), SubscriptionSettings.Usual with { Definition = "contract" });

        Assert.That(outcome.Notes.Single(), Does.StartWith("no scores: no customer has a day of leaving (left_at)"));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_subscription"), Is.Zero);
    }

    [Test]
    public void Score_LeftBeforeTheyCame_AreLeftOutAndCounted()
    {
        using var warehouse = Silent();
        warehouse.Session.Execute("update star.dim_customer set acquired_at = timestamp '2020-05-01', left_at = timestamp '2020-01-02' where customer_key <= 3");

        var outcome = warehouse.Score(new SubscriptionModel(), SubscriptionSettings.Usual with { Definition = "contract" });

        Assert.That(outcome.Notes, Has.Some.EqualTo("3 customers left before they came, by their dates; they are left out"));
    }

    // Orders every month until the customer stops.
    private static RfmWarehouse Silent()
    {
        var warehouse = new RfmWarehouse();
        warehouse.Customers(300, "null::timestamp as acquired_at, null::timestamp as left_at");
        var random = new Random(3);
        var sales = Enumerable.Range(1, 300).SelectMany(c =>
        {
            var rate = .05 + (.3 * random.NextDouble());
            var months = 1;
            while (months < 12 && random.NextDouble() > rate)
                months++;
            return Enumerable.Range(0, months).Select(m => new Sale(c, new DateTime(2020, 1, 1).AddMonths(m).AddDays(c % 27), $"{c}-{m}", 10));
        });
        return warehouse.Sell([.. sales, new Sale(300, "2020-12-31", "newest", 10)]);
    }
}
