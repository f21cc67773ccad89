using Crm.Analytics.Models.Costs;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Cohorts;

/// <summary>
/// Cohorts in the star: customers by month, channel, campaign and product of their first purchase, followed month by month; retention of customers and revenue,
/// value, and when their acquisition cost is paid back.
/// </summary>
public sealed class CohortsModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<CohortsModel>();

    /// <inheritdoc/>
    public string Name => "cohorts";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_product", .. CustomerCosts.Reads];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Cohorts;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (CohortSettings)input.Settings);
        session.Execute(Sql.Fill("months", ("filter", settings.Filter ?? "true")), null, input.Cancellation);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        CustomerCosts.Prepare(session, input.Cancellation);
        session.Execute(Sql.Fill("beginnings", ("filter", settings.Filter ?? "true")), new { cost = settings.AcquisitionCost }, input.Cancellation);
        session.Execute(Sql.Fill("members"), new { products = settings.Products }, input.Cancellation);
        session.Execute(Sql.Fill("ages"), new { newest }, input.Cancellation);
        session.Execute(Sql.Fill("values"), new { newest }, input.Cancellation);
        var changed = ScoreTable.Write(input, "cohort_month", "cohort_by", "cohort", "cohort_month", "age_months") + ScoreTable.Write(input, "cohort_value", "snapshot_date", "cohort_by", "cohort");
        var state = session.Query<State>(Sql.Fill("state"))[0];
        session.Execute(Sql.Fill("forget"));
        CustomerCosts.Forget(session);
        return new StarOutcome(newest, changed, state.Months, [.. Notes(state)]) { Quality = new Dictionary<string, double?> { ["customers"] = state.Customers, ["share_with_acquisition_cost"] = state.ShareWithCost } };
    }

    private static IEnumerable<string> Notes(State state)
    {
        if (state.Small > 0)
        {
            yield return $"{state.Small} of {state.Months} months won fewer than 30 customers; their rates are mostly chance";
        }

        if (state.ShareWithCost is null or 0)
        {
            yield return "no payback: no customer's acquisition cost is known (campaigns have no budget, and cohorts.acquisition_cost is not set)";
        }

        if (state.Repeaters == 0)
        {
            yield return "no retention: nobody ordered twice";
        }
    }

    private sealed record State(long Months, long Small, long Customers, long Repeaters, double? ShareWithCost);
}
