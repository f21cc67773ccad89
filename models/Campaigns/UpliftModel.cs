using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>
/// What campaigns added against their control groups, in the star: by responses, and by orders within a window after the contact, with what these brought. A
/// customer counts once the window is over; a campaign without a control group has rates and no figure of what it added.
/// </summary>
public sealed class UpliftModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<UpliftModel>();

    /// <inheritdoc/>
    public string Name => "uplift";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_campaign_contact", "star.fact_sales"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.Uplift;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (UpliftSettings)input.Settings);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        session.Execute(Sql.Fill("contacts"), new { newest, window = settings.WindowDays }, input.Cancellation);
        var groups = session.Query<Group>(Sql.Fill("groups"), null, input.Cancellation);
        var rows = groups.GroupBy(g => (g.Campaign, g.Outcome)).Select(g => Row(g.Key.Campaign, g.Key.Outcome, g.FirstOrDefault(x => !x.IsControl)?.Outcomes, g.FirstOrDefault(x => x.IsControl)?.Outcomes))
            .OfType<UpliftRow>().ToList();
        session.Execute(Sql.Fill("rows"), new { newest, rows = ScoreTable.Json(rows) });
        var changed = ScoreTable.Write(input, "campaign_uplift", "snapshot_date", "campaign_key", "outcome");
        session.Execute(Sql.Fill("forget"));
        var (without, small) = (rows.Count(r => r.Verdict == "no control group"), rows.Count(r => r.Verdict == "too few to tell"));
        return new StarOutcome(newest, changed, rows.Count, [
            .. rows.Count == 0 ? (string[])[$"no figures: no contact is older than {settings.WindowDays} days"] : [],
            .. without > 0 ? (string[])[$"{without / 2} campaigns have no control group: what they added cannot be told"] : [],
            .. small > 0 ? (string[])[$"{small} figures stand on groups of fewer than {UpliftMeasure.Few} customers or 5 outcomes: mostly chance"] : [],
        ]);
    }

    private static UpliftRow? Row(int campaign, string outcome, OutcomeGroup? treated, OutcomeGroup? control)
    {
        if (treated is null)
        {
            return null;
        }

        if (control is null)
        {
            return new(campaign, outcome, treated.Customers, 0, treated.Responders, 0, treated.Rate, null, null, null, null, null, null, null, null, null, treated.Cost, null, null, "no control group");
        }

        var measure = new UpliftMeasure(treated, control);
        var (low, high) = measure.Interval;
        var isOrder = outcome == "order";
        return new(
            campaign, outcome, treated.Customers, control.Customers, treated.Responders, control.Responders, treated.Rate, control.Rate, measure.Uplift, low, high, measure.P, measure.AddedResponses,
            isOrder ? measure.AddedValue : null, isOrder ? measure.AddedValue - measure.AddedValueHalf : null, isOrder ? measure.AddedValue + measure.AddedValueHalf : null,
            treated.Cost, isOrder ? measure.Roi : null, measure.CostPerAdded, measure.Verdict);
    }

    // Named as the columns are, in the style of the language.
    private sealed record UpliftRow(
        int CampaignKey, string Outcome, long Contacted, long Control, long ContactedWithOutcome, long ControlWithOutcome, double Rate, double? ControlRate, double? Uplift, double? UpliftLow,
        double? UpliftHigh, double? PValue, double? AddedOutcomes, double? AddedRevenue, double? AddedRevenueLow, double? AddedRevenueHigh, double Cost, double? Roi,
        double? CostPerAddedOutcome, string Verdict);

    private sealed record Group(int Campaign, string Outcome, bool IsControl, long Customers, long Responders, double Total, double Squares, double Cost)
    {
        public OutcomeGroup Outcomes => new(Customers, Responders, Total, Squares, Cost);
    }
}
