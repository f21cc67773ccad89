using Crm.Analytics.Models.Lifecycle;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

internal sealed class LifecycleModelTests
{
    private static readonly LifecycleSettings yearEnd = LifecycleSettings.Usual with { MonthEnds = 3 };

    [Test]
    public void Stages_EachStory_IsItsStageAndTheOneBefore()
    {
        using var warehouse = new RfmWarehouse().Sell(
            new Sale(1, "2024-12-20", "a", 10), new Sale(2, "2024-12-20", "b", 10), new Sale(2, "2024-08-20", "c", 10), new Sale(3, "2024-12-20", "d", 20), new Sale(3, "2024-08-20", "e", 10),
            new Sale(4, "2024-12-20", "f", 5), new Sale(4, "2024-08-20", "g", 10), new Sale(5, "2024-09-20", "h", 10), new Sale(6, "2024-01-01", "i", 10), new Sale(7, "2024-12-31", "j", 10),
            new Sale(7, "2024-01-01", "k", 10), new Sale(8, "2024-12-20", "l", 10));
        warehouse.Customers(10, "case i when 9 then timestamp '2024-12-05' when 10 then timestamp '2024-01-01' end as acquired_at, case i when 8 then timestamp '2024-12-30' end as left_at");

        warehouse.Score(new LifecycleModel(), yearEnd);

        Assert.That(warehouse.Rows("select customer_key, stage, previous_stage from star.score_lifecycle where snapshot_date = '2024-12-31' order by 1"), Is.EqualTo(
            "1 new; 2 active dormant; 3 growing dormant; 4 declining dormant; 5 dormant new; 6 lost lost; 7 won back lost; 8 lost; 9 prospect; 10 prospect prospect"));
        Assert.That(warehouse.Rows("select distinct snapshot_date from star.score_lifecycle order by 1"), Is.EqualTo("2024-09-30; 2024-10-31; 2024-11-30; 2024-12-31"));
        Assert.That(warehouse.Rows("select count(*) from star.score_lifecycle where snapshot_date = '2024-09-30' and previous_stage is not null"), Is.EqualTo("6"), "the month end before the oldest stored one is staged too");
    }

    [Test]
    public void Stages_EverySnapshot_HoldEachKnownCustomerOnce()
    {
        using var warehouse = new RfmWarehouse().Sell(Enumerable.Range(0, 800).Select(i => new Sale((i * 13 % 150) + 1, FormattableString.Invariant($"2024-{(i * 5 % 12) + 1:00}-{(i % 28) + 1:00}"), $"o{i}", i % 50)));

        warehouse.Score(new LifecycleModel(), LifecycleSettings.Usual);

        Assert.That(warehouse.Rows("select count(*) from (select 1 from star.score_lifecycle group by snapshot_date, customer_key having count(*) > 1)"), Is.EqualTo("0"));
        Assert.That(warehouse.Rows("select count(*) from star.score_lifecycle s where snapshot_date = (select max(snapshot_date) from star.score_lifecycle)"), Is.EqualTo("150"));
        // Flows: who was there at a snapshot is there at the next one, too.
        Assert.That(warehouse.Rows("""
            select count(*) from (
              select snapshot_date, count(*) as there, count(previous_stage) as came_along, lag(count(*)) over (order by snapshot_date) as before from star.score_lifecycle group by snapshot_date)
            where before is not null and came_along <> before
            """), Is.EqualTo("0"));
        Assert.That(warehouse.Score(new LifecycleModel(), LifecycleSettings.Usual, 2).Changed, Is.Zero);
    }

    [Test]
    public void Stages_LaterFacts_DoNotChangeThePast()
    {
        using var warehouse = new RfmWarehouse().Sell(Enumerable.Range(0, 300).Select(i => new Sale((i % 60) + 1, FormattableString.Invariant($"2024-{(i % 9) + 1:00}-10"), $"o{i}", 10 + i)));
        warehouse.Score(new LifecycleModel(), LifecycleSettings.Usual);
        const string past = "select * exclude (run_id) from star.score_lifecycle where snapshot_date = '2024-08-31' order by customer_key";
        var before = warehouse.Rows(past);

        warehouse.Sell(new Sale(1, "2024-10-20", "later", 900), new Sale(99, "2024-10-21", "new", 1));
        warehouse.Score(new LifecycleModel(), LifecycleSettings.Usual, 2);

        Assert.That(before, Is.Not.Empty);
        Assert.That(warehouse.Rows(past), Is.EqualTo(before));
    }
}
