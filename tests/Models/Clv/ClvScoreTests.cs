using Crm.Analytics.Models.Clv;
using Crm.Analytics.Tests.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Clv;

/// <summary>Lifetime value scored in the star.</summary>
internal sealed class ClvScoreTests
{
    [Test]
    public void Score_Sales_WritesScoresAndWhatTheyStandOn()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(900));

        var changed = Score(warehouse, 1, LifetimeValueSettings.Usual with { Purchases = "best" });

        var customers = warehouse.Session.Scalar<long>("select count(*) from star.score_clv");
        Assert.That(customers, Is.EqualTo(warehouse.Session.Scalar<long>("select count(distinct customer_key) from star.fact_sales")));
        Assert.That(changed, Is.EqualTo(customers + 4));
        Assert.That(warehouse.Rows("""
            select count(*) from star.score_clv where not (probability_alive between 0 and 1 and expected_purchases_low <= expected_purchases and expected_purchases <= expected_purchases_high
              and lifetime_value_low <= lifetime_value and lifetime_value <= lifetime_value_high and expected_value > 0 and residual_lifetime_value > 0)
            """), Is.EqualTo("0"));
        Assert.That(warehouse.Rows("select count(*), count(*) filter (is_used), count(*) filter (is_used and status = 'ok'), max(data_version) from star.score_clv_model"), Is.EqualTo("4 2 2 1"));
        Assert.That(warehouse.Session.Scalar<double>("select max(holdout_error) from star.score_clv_model"), Is.InRange(.01, 10));
    }

    [Test]
    public void Score_SameDataTwice_ChangesNothing()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(300));
        Score(warehouse, 1);

        Assert.That(Score(warehouse, 2), Is.Zero);
        Assert.That(warehouse.Rows("select count(*) from star.score_clv_history"), Is.EqualTo("0"));
    }

    [Test]
    public void Score_NewMonth_KeepsTheOldSnapshot()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(300));
        Score(warehouse, 1);
        warehouse.Sell(new Sale(7, "2025-03-05", "late", 20));

        Score(warehouse, 2);

        Assert.That(warehouse.Rows("select distinct snapshot_date, run_id from star.score_clv order by all"), Is.EqualTo("2024-12-28 1; 2025-03-05 2"));
    }

    [Test]
    public void Score_TooFewCustomers_TellsWhyThereAreNoScores()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(5));

        Score(warehouse, 1);

        Assert.That(warehouse.Rows("select count(*) from star.score_clv"), Is.EqualTo("0"));
        Assert.That(warehouse.Session.Scalar<string>("select status from star.score_clv_model"), Does.StartWith("no scores: 5 customers").And.Contain("at least 30"));
    }

    [Test]
    public void Score_Returns_AreNoPurchasesButTakenOff()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(300));
        warehouse.Sell(new Sale(5_000, "2024-01-05", "a", 100), new Sale(5_000, "2024-03-05", "b", 80), new Sale(5_000, "2024-03-09", "Cb", -30, true));

        Score(warehouse, 1);

        Assert.That(warehouse.Rows("select repeat_count, average_repeat_value::int, historic_value::int from star.score_clv where customer_key = 5000"), Is.EqualTo("1 50 150"));
    }

    [Test]
    public void Score_Filter_LeavesOtherSalesOut()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(300));
        warehouse.Sell(new Sale(6_000, "2024-01-05", "left out", 100));

        Score(warehouse, 1, LifetimeValueSettings.Usual with { Filter = "order_id <> 'left out'" });

        Assert.That(warehouse.Rows("select count(*) from star.score_clv where customer_key = 6000"), Is.EqualTo("0"));
    }

    [TestCase("bgnbd")]
    [TestCase("paretonbd")]
    public void Score_Covariates_FindsTheEffectsThatCustomersWereMadeWith(string model)
    {
        using var warehouse = new RfmWarehouse();

        // Those of the north buy twice as often; channels differ in nothing.
        warehouse.Customers(1600, "case when i % 7 < 3 then 'north' else 'south' end as region");
        warehouse.Sell(Sales(1600, c => c % 7 < 3 ? 2 : 1));
        warehouse.Session.Execute("update star.fact_sales set channel = case when customer_key % 3 = 0 then 'web' else 'shop' end, customer_version_key = customer_key");

        Score(warehouse, 1, LifetimeValueSettings.Usual with { Purchases = model, Covariates = ["customers.region", "sales.channel"] });

        double Of(string column, string name) => warehouse.Session.Scalar<double>($"select json_extract({column}, '$.\"{name}\"')::double from star.score_clv_model where model = '{model}'");
        var (north, south) = (Has("purchasing_region=north") ? 1 : -1, Has("purchasing_region=north") ? "north" : "south");
        Assert.That(north * Of("parameters", $"purchasing_region={south}"), Is.EqualTo(Math.Log(2)).Within(3 * Of("standard_errors", $"purchasing_region={south}")).And.GreaterThan(.3));
        Assert.That(Math.Abs(Of("parameters", "purchasing_channel=web")), Is.LessThan(3 * Of("standard_errors", "purchasing_channel=web")));
        Assert.That(warehouse.Rows("select status from star.score_clv_model where is_used and model <> 'gammagamma'"), Is.EqualTo("ok"));

        // Two with the same history, of different regions, are not expected to buy the same.
        Assert.That(
            warehouse.Session.Scalar<long>("select count(*) from star.score_clv a join star.score_clv b using (repeat_count, last_purchase_age, customer_age) where a.customer_key % 7 < 3 and b.customer_key % 7 >= 3 and a.expected_purchases <> b.expected_purchases"),
            Is.Positive);

        bool Has(string name) => warehouse.Rows($"select parameters from star.score_clv_model where model = '{model}'").Contains(name, StringComparison.Ordinal);
    }

    [Test]
    public void Score_CovariatesThatTellNothing_AreLeftOutOrHarmless()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(300));

        Score(warehouse, 1, LifetimeValueSettings.Usual with { Covariates = ["customers.region", "sales.order_id"] });

        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_clv"), Is.EqualTo(300), "one level, and one where every level has a single customer");
        Assert.That(warehouse.Rows("select parameters from star.score_clv_model where model = 'bgnbd'"), Does.Not.Contain("region"));
    }

    [Test]
    public void Score_Bootstrap_HasIntervalsNearThoseOfTheCurvature()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(900));
        Score(warehouse, 1);
        const string width = "select avg(ln(expected_purchases_high / expected_purchases_low)) from star.score_clv where repeat_count > 2";
        var delta = warehouse.Session.Scalar<double>(width);

        Score(warehouse, 2, LifetimeValueSettings.Usual with { Intervals = "bootstrap" });

        Assert.That(warehouse.Session.Scalar<double>(width), Is.EqualTo(delta).Within(40).Percent.And.Not.EqualTo(delta));
    }

    [Test]
    public void Score_EveryFigure_HasItsInterval()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales(600));

        Score(warehouse, 1);

        Assert.That(warehouse.Rows("""
            select count(*) from star.score_clv where not (probability_alive_low between 0 and probability_alive and probability_alive_high between probability_alive and 1
              and expected_value_low < expected_value and expected_value < expected_value_high
              and residual_lifetime_value_low < residual_lifetime_value and residual_lifetime_value < residual_lifetime_value_high)
            """), Is.EqualTo("0"));
    }

    private static long Score(RfmWarehouse warehouse, int run, LifetimeValueSettings? settings = null)
    {
        var changed = 0L;
        warehouse.Session.InTransaction(() => changed = ClvModel.Score(warehouse.Session, RfmWarehouse.Catalogue, settings ?? LifetimeValueSettings.Usual, run).Changed);
        return changed;
    }

    private static IEnumerable<Sale> Sales(int customers, Func<int, double>? factor = null)
    {
        var simulated = new SimulatedCustomers(4);
        var (first, last) = (new DateTime(2024, 1, 1), new DateTime(2024, 12, 28));
        for (var c = 1; c <= customers; c++)
        {
            var (rate, leaving, level) = (simulated.Gamma(.7) / 40 * (factor?.Invoke(c) ?? 1), simulated.Beta(.9, 3), 10 + (20 * simulated.Gamma(3)));
            var day = c == 1 ? last : first.AddDays(c % 90);
            for (var order = 0; day <= last; order++)
            {
                yield return new(c, day.AddHours(10), $"{c}-{order}", (decimal)Math.Round(level * (.6 + (.1 * simulated.Gamma(4))), 2));
                if (simulated.Beta(1, 1) < leaving)
                {
                    break;
                }

                day = day.AddDays(1 + Math.Floor(Math.Min(1e4, simulated.Gamma(1) / rate)));
            }
        }
    }
}
