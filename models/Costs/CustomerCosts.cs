using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Costs;

/// <summary>
/// What customers cost beside the goods, where the star has it: temporary views <c>service_cost</c> and <c>marketing_cost</c> (customer_key, day, cost) and
/// temporary table <c>acquisition_cost</c> (customer_key, day, cost). Contacts count with whom they were sent to; what a campaign's budget has beyond its contacts is
/// shared among the customers it won, so that nothing counts twice.
/// </summary>
internal static class CustomerCosts
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(CustomerCosts));

    /// <summary>Tables of the star that costs come from.</summary>
    public static IReadOnlyList<string> Reads { get; } =
        ["star.fact_support_case", "star.fact_interaction", "star.fact_campaign_contact", "star.dim_campaign", "star.dim_customer"];

    /// <summary>Makes the views and the table.</summary>
    public static void Prepare(ISession session, CancellationToken cancellation = default) => session.Execute(Sql.Fill("prepare"), null, cancellation);

    /// <summary>Drops them.</summary>
    public static void Forget(ISession session) => session.Execute(Sql.Fill("forget"));
}
