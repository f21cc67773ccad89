namespace Crm.Analytics.Tests.Models;

/// <summary>RFM by weights, and within each channel.</summary>
internal sealed class RfmPartTests
{
    [Test]
    public void Score_Weights_MakeTheWeightedScore()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales());

        warehouse.Score(1, RfmWarehouse.Share with { Weights = new(2, 1, 0) });

        Assert.That(warehouse.Rows("select count(*) from star.score_rfm where abs(weighted_score - (2 * r + f) / 3.0) > 1e-12"), Is.EqualTo("0"));
        Assert.That(warehouse.Rows("select min(weighted_score) >= 1 and max(weighted_score) <= 5 from star.score_rfm"), Is.EqualTo("true"));
        Assert.That(warehouse.Rows("select count(*) from star.score_rfm_part"), Is.EqualTo("0"), "nobody asked for parts");
    }

    [Test]
    public void Score_ByChannel_ComparesWithinTheChannel()
    {
        using var warehouse = new RfmWarehouse().Sell(Sales());
        warehouse.Session.Execute("update star.fact_sales set channel = case when customer_key % 2 = 0 or order_id like '%7' then 'web' else 'shop' end");

        warehouse.Score(1, RfmWarehouse.Share with { MonthEnds = 0, By = ["channel"] });

        // Independent: the rule of docs/models-rfm.md, counted customer by customer.
        Assert.That(warehouse.Rows("select count(*), count(distinct part) from star.score_rfm_part"), Is.EqualTo(warehouse.Rows("select count(*), 2 from (select distinct customer_key, channel from star.fact_sales)")));
        Assert.That(warehouse.Rows("""
            select count(*) from star.score_rfm_part a where (r, f, m) <> (
              select (1 + 5 * count(*) filter (b.days_since_last_order > a.days_since_last_order) // count(*), 1 + 5 * count(*) filter (b.order_count < a.order_count) // count(*),
                1 + 5 * count(*) filter (b.total_spend < a.total_spend) // count(*)) from star.score_rfm_part b where b.part = a.part)
            """), Is.EqualTo("0"));
        Assert.That(warehouse.Rows("select count(*) from star.score_rfm_part where part_by <> 'channel' or segment is null"), Is.EqualTo("0"));
        Assert.That(warehouse.Rows("select sum(total_spend) = (select sum(revenue) from star.fact_sales) from star.score_rfm_part"), Is.EqualTo("true"));
    }

    private static IEnumerable<Sale> Sales()
        => Enumerable.Range(0, 600).Select(i => new Sale((i * 7 % 83) + 1, FormattableString.Invariant($"2024-{(i % 12) + 1:00}-{(i % 28) + 1:00}"), $"o{i}", (i * 31 % 97) + 1));
}
