using Crm.Analytics.Models.Clv;
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

    private static long Score(RfmWarehouse warehouse, int run, LifetimeValueSettings? settings = null)
    {
        var changed = 0L;
        warehouse.Session.InTransaction(() => changed = ClvModel.Score(warehouse.Session, RfmWarehouse.Catalogue, settings ?? LifetimeValueSettings.Usual, run));
        return changed;
    }

    private static IEnumerable<Sale> Sales(int customers)
    {
        var simulated = new SimulatedCustomers(4);
        var (first, last) = (new DateTime(2024, 1, 1), new DateTime(2024, 12, 28));
        for (var c = 1; c <= customers; c++)
        {
            var (rate, leaving, level) = (simulated.Gamma(.7) / 40, simulated.Beta(.9, 3), 10 + (20 * simulated.Gamma(3)));
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
