namespace Crm.Analytics.Tests.Models;

internal sealed class RfmSnapshotTests
{
    private static readonly Sale[] sales =
    [
        new(1, "2011-01-10 10:00", "a", 100),
        new(1, "2011-01-10 10:02", "a", 50), // an order with two timestamps is one order
        new(1, "2011-02-20", "Ca", -30, true),
        new(2, "2011-01-31 23:59", "b", 20),
        new(2, "2011-03-05", "c", 40),
        new(3, "2011-02-01", "Cz", -5, true), // only a return: no customer to score yet
        new(3, "2011-03-01", "d", 70),
        new(0, "2011-03-06", "e", 999), // nobody knows who
    ];

    [Test]
    public void Score_EachSnapshot_StandsOnFactsUpToItsDay()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);

        var summary = warehouse.Score(1);

        Assert.That(warehouse.Rows("select snapshot_date, customer_key, days_since_last_order, order_count, total_spend::int from star.score_rfm order by all"), Is.EqualTo(
            "2011-01-31 1 21 1 150; 2011-01-31 2 0 1 20; "
            + "2011-02-28 1 49 1 120; 2011-02-28 2 28 1 20; "
            + "2011-03-06 1 55 1 120; 2011-03-06 2 1 2 60; 2011-03-06 3 5 1 65"));
        Assert.That(summary.Newest, Is.EqualTo(new DateOnly(2011, 3, 6)));
        Assert.That(summary.Segments.Sum(s => s.Customers), Is.EqualTo(3));
        Assert.That(summary.Segments.Sum(s => s.Revenue), Is.EqualTo(245));
        Assert.That(summary.Segments, Has.Count.EqualTo(11), "empty segments are told too");
    }

    [Test]
    public void Score_OrderWithinAReturn_KeepsItsDayAndTheDateKey()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);

        warehouse.Score(1);

        Assert.That(warehouse.Rows("select distinct date_key, snapshot_date from star.score_rfm order by all"),
            Is.EqualTo("20110131 2011-01-31; 20110228 2011-02-28; 20110306 2011-03-06"));
    }

    [TestCase(0, "2011-03-06")]
    [TestCase(1, "2011-02-28 2011-03-06")]
    [TestCase(2, "2011-01-31 2011-02-28 2011-03-06")]
    [TestCase(120, "2011-01-31 2011-02-28 2011-03-06")]
    public void Score_MonthEnds_AreThoseBeforeTheNewestDayThatHaveData(int monthEnds, string snapshots)
    {
        using var warehouse = new RfmWarehouse().Sell(sales);

        warehouse.Score(1, RfmWarehouse.Share with { MonthEnds = monthEnds });

        Assert.That(warehouse.Session.Scalar<string>("select string_agg(distinct snapshot_date::varchar, ' ' order by snapshot_date::varchar) from star.score_rfm"),
            Is.EqualTo(snapshots));
    }

    [Test]
    public void Score_NewestDayIsAMonthEnd_IsOneSnapshot()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2011-02-28", "a", 1), new Sale(1, "2011-01-02", "b", 1));

        warehouse.Score(1);

        Assert.That(warehouse.Rows("select snapshot_date from star.score_rfm order by all"), Is.EqualTo("2011-01-31; 2011-02-28"));
    }

    [Test]
    public void Score_PreviousSegment_IsThatOfTheSnapshotBeforeEvenWhenThatOneIsNotStored()
    {
        using var whole = new RfmWarehouse().Sell(sales);
        using var window = new RfmWarehouse().Sell(sales);

        whole.Score(1);
        window.Score(1, RfmWarehouse.Share with { MonthEnds = 1 });

        const string moves = "select snapshot_date, customer_key, coalesce(previous_segment, 'new'), segment from star.score_rfm where snapshot_date >= '2011-02-28' order by all";
        Assert.That(window.Rows(moves), Is.EqualTo(whole.Rows(moves)));
        Assert.That(whole.Rows("""
            select count(*) from star.score_rfm s left join star.score_rfm p on p.customer_key = s.customer_key
              and p.snapshot_date = (select max(snapshot_date) from star.score_rfm where snapshot_date < s.snapshot_date)
            where s.previous_segment is distinct from p.segment
            """), Is.EqualTo("0"));
        Assert.That(whole.Rows("select snapshot_date, customer_key from star.score_rfm where previous_segment is null order by all"),
            Is.EqualTo("2011-01-31 1; 2011-01-31 2; 2011-03-06 3"));
    }

    [Test]
    public void Score_NothingNew_ChangesNoTable()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);
        var before = Content(warehouse);

        var summary = warehouse.Score(2);

        Assert.That(summary.Scores.Any, Is.False);
        Assert.That(summary.Scores.Unchanged, Is.EqualTo(7));
        Assert.That(Content(warehouse), Is.EqualTo(before));
    }

    [Test]
    public void Score_NewSales_KeepOldSnapshotsAndMoveTheRestToHistory()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);
        var before = Content(warehouse, "star.score_rfm where run_id <= 1");
        warehouse.Sell(new Sale(3, "2011-03-09", "f", 10));

        var summary = warehouse.Score(2);

        Assert.That(warehouse.Rows("select snapshot_date, run_id, count(*) from star.score_rfm group by all order by all"),
            Is.EqualTo("2011-01-31 1 2; 2011-02-28 1 2; 2011-03-09 2 3"));
        Assert.That(warehouse.Rows("select snapshot_date, run_from, run_to, count(*) from star.score_rfm_history group by all"), Is.EqualTo("2011-03-06 1 2 3"));
        Assert.That(summary.Scores, Is.EqualTo(new Crm.Analytics.Warehouse.Loading.MergeCounts(Inserted: 3, Changed: 0, Removed: 3, Unchanged: 4)));
        Assert.That(Content(warehouse, """
            (select * from star.score_rfm where run_id <= 1
             union all by name select * exclude (run_from, run_to), run_from as run_id from star.score_rfm_history where run_from <= 1 and run_to > 1)
            """), Is.EqualTo(before), "the warehouse as of run 1");
    }

    [Test]
    public void Score_LateSaleInThePast_RescoresTheSnapshotsAfterIt()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);
        warehouse.Sell(new Sale(2, "2011-02-10", "late", 500));

        warehouse.Score(2);

        Assert.That(warehouse.Rows("select distinct snapshot_date from star.score_rfm where run_id = 1 order by all"), Does.StartWith("2011-01-31"));
        Assert.That(warehouse.Rows("select snapshot_date, order_count, total_spend::int from star.score_rfm where customer_key = 2 and run_id = 2 order by all"),
            Is.EqualTo("2011-02-28 2 520; 2011-03-06 3 560"));
    }

    [Test]
    public void Score_AnotherGridOrRule_IsWrittenWithTheScores()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);

        warehouse.Score(2, RfmWarehouse.Share with { Grid = "rf", Ties = "ntile", MonthEnds = 0 });

        Assert.That(warehouse.Rows("select grid, ties, count(*), min(position), max(position) from star.score_rfm_segment group by all"), Is.EqualTo("rf ntile 10 1 10"));
        Assert.That(warehouse.Rows("select rule from star.score_rfm_segment where segment = 'At Risk'"), Is.EqualTo("RF [1-2][3-4]"));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm_segment_history"), Is.EqualTo(33));
    }

    [Test]
    public void Score_CutOffs_AreTheRangesOfTheScores()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);

        warehouse.Score(1, RfmWarehouse.Share with { MonthEnds = 0 });

        // Share below among 3 customers: 0, 1/3 and 2/3 make scores 1, 2 and 4.
        Assert.That(warehouse.Rows("select measure, score, lowest::int, highest::int, customers from star.score_rfm_cut order by all"), Is.EqualTo(
            "days_since_last_order 1 55 55 1; days_since_last_order 2 5 5 1; days_since_last_order 4 1 1 1; "
            + "order_count 1 1 1 2; order_count 4 2 2 1; total_spend 1 60 60 1; total_spend 2 65 65 1; total_spend 4 120 120 1"));
    }

    [Test]
    public void Score_CustomerVersion_IsTheOneValidAtTheEndOfTheDay()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Session.Execute("""
            insert into star.dim_customer by name select * from (values
              (1, 11, timestamp '2011-01-01', timestamp '2011-02-28 18:00', false, 1), (1, 12, timestamp '2011-02-28 18:00', timestamp '9999-12-31', true, 1),
              (2, 21, timestamp '2011-03-01', timestamp '9999-12-31', true, 1))
              v(customer_key, customer_version_key, valid_from, valid_to, is_current, run_id)
            """);

        warehouse.Score(1);

        Assert.That(warehouse.Rows("select snapshot_date, customer_key, customer_version_key from star.score_rfm order by all"), Is.EqualTo(
            "2011-01-31 1 11; 2011-01-31 2 21; 2011-02-28 1 12; 2011-02-28 2 21; 2011-03-06 1 12; 2011-03-06 2 21; 2011-03-06 3 0"));
    }

    [Test]
    public void Score_NewestDayAlone_IsScoredAsBesideMonthEnds()
    {
        Sale[] all = [.. sales, new(4, "2011-02-01", null!, 10), new(4, "2011-02-03", null!, 15), new(4, "2011-02-05", "g", 1)];
        using var beside = new RfmWarehouse().Sell(all);
        using var alone = new RfmWarehouse().Sell(all);
        foreach (var warehouse in (RfmWarehouse[])[beside, alone])
        {
            warehouse.Session.Execute("""
                insert into star.dim_customer by name select * from (values
                  (1, 11, timestamp '2011-01-01', timestamp '2011-03-06 18:00', false, 1), (1, 12, timestamp '2011-03-06 18:00', timestamp '9999-12-31', true, 1),
                  (2, 21, timestamp '2011-03-09', timestamp '9999-12-31', true, 1))
                  v(customer_key, customer_version_key, valid_from, valid_to, is_current, run_id)
                """);
        }

        beside.Score(1);
        alone.Score(1, RfmWarehouse.Share with { MonthEnds = 0 });

        const string newest = "select * exclude (previous_segment) from star.score_rfm where snapshot_date = '2011-03-06' order by customer_key";
        Assert.That(alone.Rows(newest), Is.EqualTo(beside.Rows(newest)));
        Assert.That(alone.Rows("select customer_key, customer_version_key, order_count from star.score_rfm order by all"), Is.EqualTo("1 12 1; 2 21 2; 3 0 1; 4 0 2"), "orders without a number are one");
    }

    [TestCase(0)]
    [TestCase(12)]
    public void Score_CustomersInSlices_AreScoredAsAtOnce(int monthEnds)
    {
        using var slices = new RfmWarehouse().Sell(sales);
        using var whole = new RfmWarehouse().Sell(sales);
        var settings = RfmWarehouse.Share with { MonthEnds = monthEnds };
        var first = slices.Score(1, settings, rowsAtOnce: 1);
        whole.Score(1, settings);

        Assert.That(Content(slices), Is.EqualTo(Content(whole)));
        Assert.That(first.Scores.Inserted, Is.EqualTo(whole.Session.Scalar<long>("select count(*) from star.score_rfm")));

        foreach (var warehouse in (RfmWarehouse[])[slices, whole])
        {
            warehouse.Session.Execute("delete from star.fact_sales where customer_key in (1, 3)");
            warehouse.Sell(new Sale(2, "2011-03-20", "f", 10));
        }

        var again = slices.Score(2, settings, rowsAtOnce: 1);

        Assert.That(again.Scores, Is.EqualTo(whole.Score(2, settings).Scores), "those who are gone, below and above the others, too");
        Assert.That(Content(slices), Is.EqualTo(Content(whole)));
    }

    [Test]
    public void Score_NoSales_EmptiesTheScores()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);
        warehouse.Session.Execute("delete from star.fact_sales");

        var summary = warehouse.Score(2);

        Assert.That(summary.Newest, Is.Null);
        Assert.That(summary.Scores.Removed, Is.EqualTo(7));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm"), Is.Zero);
    }

    [Test]
    public void Score_BrokenGrid_LeavesTheScoresAsTheyWere()
    {
        using var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1);
        var before = Content(warehouse);
        File.WriteAllText(Path.Combine(warehouse.Folder, "grid.yaml"), "grid: broken\nscores: [r, f]\nsegments:\n  - {name: A, standing: best, codes: [11]}\n");

        Assert.That(() => warehouse.Score(2, RfmWarehouse.Share with { Grid = "grid.yaml" }), Throws.InstanceOf<Crm.Analytics.Warehouse.DeclarationException>());

        Assert.That(Content(warehouse), Is.EqualTo(before));
    }

    private static string Content(RfmWarehouse warehouse, string rows = "star.score_rfm")
        => warehouse.Rows($"select * from (from {rows}) order by all") + (rows == "star.score_rfm"
            ? warehouse.Rows("from star.score_rfm_cut order by all") + warehouse.Rows("from star.score_rfm_segment order by all")
              + warehouse.Rows("from star.score_rfm_history order by all")
            : "");
}
