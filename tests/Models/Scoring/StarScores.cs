using Crm.Analytics.Models.Scoring;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Scores a star by one model.</summary>
internal static class StarScores
{
    public static StarOutcome Score(this RfmWarehouse warehouse, IStarModel model, object settings, int run = 1)
    {
        StarOutcome? outcome = null;
        warehouse.Session.InTransaction(() => outcome = model.Score(new StarInput(warehouse.Session, RfmWarehouse.Catalogue, settings, run)));
        return outcome!;
    }

    /// <summary>Makes customers 1 … n known.</summary>
    public static void Customers(this RfmWarehouse warehouse, int count, string columns = "null as acquired_at") => warehouse.Session.Execute($"""
        insert into star.dim_customer by name
        select i::integer as customer_key, i::integer as customer_version_key, i::varchar as customer_id, timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current,
          false as is_deleted, 1 as run_id, {columns}
        from range(1, {count + 1}) r(i)
        """);

    /// <summary>Sales of products by customers, with their cost.</summary>
    public static void Sold(this RfmWarehouse warehouse, string values) => warehouse.Session.Execute($"""
        insert into star.fact_sales by name
        select customer_key, product_key, ordered_at::timestamp as ordered_at, order_id, revenue::decimal(18,4) as revenue, cost::decimal(18,4) as cost, 1 as quantity, false as is_return, 1 as run_id
        from (values {values}) as sold(customer_key, product_key, ordered_at, order_id, revenue, cost)
        """);
}
