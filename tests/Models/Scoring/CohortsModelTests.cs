using Crm.Analytics.Models.Cohorts;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

internal sealed class CohortsModelTests
{
    [Test]
    public void Cohorts_TwoMonths_AreFollowedThroughEmptyOnes()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Customers(3, "case i when 3 then 'shop' else 'web' end as acquisition_channel");
        warehouse.Sold("(1, 1, '2024-01-10', 'a', 100, 60), (1, 1, '2024-03-10', 'b', 50, 10), (2, 1, '2024-01-20', 'c', 30, 10), (3, 2, '2024-02-10', 'd', 10, 5), (3, 2, '2024-02-11', 'e', 5, 1)");

        var outcome = warehouse.Score(new CohortsModel(), CohortSettings.Usual with { AcquisitionCost = 40 });

        Assert.That(warehouse.Rows("select cohort, age_months, customers, active_customers, orders, revenue::double, first_revenue::double, cumulative_revenue::double, cumulative_profit::double, is_complete from star.score_cohort_month where cohort_by = 'month' order by cohort, age_months"), Is.EqualTo(
            "2024-01 0 2 2 2 130.0 130.0 130.0 60.0 true; 2024-01 1 2 0 0 0.0 130.0 130.0 60.0 true; 2024-01 2 2 1 1 50.0 130.0 180.0 100.0 false; "
            + "2024-02 0 1 1 2 15.0 15.0 15.0 9.0 true; 2024-02 1 1 0 0 0.0 15.0 15.0 9.0 false"));
        Assert.That(warehouse.Rows("select cohort, customers, repeaters, revenue::double, profit::double, acquisition_cost::double, paid_back_after_months from star.score_cohort_value where cohort_by = 'channel' order by cohort"), Is.EqualTo(
            "shop 1 1 15.0 9.0 40.0; web 2 1 180.0 100.0 80.0 2"));
        Assert.That(outcome.Notes, Has.Some.Contains("fewer than 30 customers").And.None.Contains("no payback"));
    }

    [Test]
    public void Cohorts_AnyData_SumToTheSalesInEachWay()
    {
        using var warehouse = new RfmWarehouse().Sell(Enumerable.Range(0, 900).Select(i => new Sale((i * 11 % 200) + 1, FormattableString.Invariant($"2024-{(i * 7 % 12) + 1:00}-{(i % 28) + 1:00}"), $"o{i}", i % 40)));

        warehouse.Score(new CohortsModel(), CohortSettings.Usual);

        Assert.That(warehouse.Rows("select distinct sum(revenue)::double, sum(orders), sum(customers) filter (age_months = 0), sum(active_customers) filter (age_months = 0) from star.score_cohort_month group by cohort_by"),
            Is.EqualTo(warehouse.Rows("select sum(revenue)::double, count(distinct order_id), count(distinct customer_key), count(distinct customer_key) from star.fact_sales")));
        Assert.That(warehouse.Rows("select count(*) from star.score_cohort_month where active_customers > customers or cumulative_profit is not null"), Is.EqualTo("0"));
        Assert.That(warehouse.Score(new CohortsModel(), CohortSettings.Usual, 2).Changed, Is.Zero);
    }
}
