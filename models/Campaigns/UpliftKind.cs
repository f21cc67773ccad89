using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>
/// What a campaign added, against its control group: difference of response rates with Newcombe's interval (1998, method 10) and a two-proportion z-test;
/// difference of mean outcomes with Welch's interval; cost, revenue and return of it.
/// </summary>
public sealed class UpliftKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<UpliftKind>();

    /// <inheritdoc/>
    public string Name => "uplift";

    /// <inheritdoc/>
    public string Title => "Uplift: what campaigns added against their control groups, with interval and test";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("control", "COLUMN", "Whether the customer is in the control group: 1, true, yes or control") { Required = true },
        new("outcome", "COLUMN", "What came of it: 0 or nothing for none; 1, true, yes, or an amount") { Required = true },
        new("campaign", "COLUMN", "The campaign; by default all rows are one"),
        new("cost", "COLUMN", "Cost of the contact"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var outcome = input.Column("outcome")!;
        var groups = input.Session.Query<Group>(Sql.Fill(
            "groups", ("campaign", input.Column("campaign") is { } campaign ? SqlName.Quote(campaign) : Sql.Fill("all").Trim()),
            ("control", Sql.Fill("is_true", ("column", SqlName.Quote(input.Column("control")!))).Trim()),
            ("outcome", Sql.Fill("outcome", ("number", KindInput.NumberOf(outcome)), ("column", SqlName.Quote(outcome))).Trim()),
            ("cost", input.Column("cost") is { } cost ? input.NumbersOf(cost) : Sql.Fill("zero").Trim()), ("table", input.Table)), null, input.Cancellation);
        var pairs = groups.GroupBy(g => g.Campaign).Select(g => (Campaign: g.Key, Treated: g.FirstOrDefault(x => !x.IsControl), Control: g.FirstOrDefault(x => x.IsControl))).ToList();
        if (pairs.TrueForAll(p => p.Treated is null || p.Control is null))
        {
            throw input.Unfit("no campaign has both customers who were contacted and a control group", "both, told apart by --control", "Check the column, or keep a control group next time: without one, what was added cannot be told");
        }

        var measured = pairs.Where(p => p is { Treated: not null, Control: not null })
            .Select(p => (Campaign: p.Campaign ?? "(none)", Treated: p.Treated!.Outcomes, Control: p.Control!.Outcomes, Measure: new UpliftMeasure(p.Treated!.Outcomes, p.Control!.Outcomes))).ToList();
        return new FitResult(Name, Title)
        {
            Conventions = [new("response", "an outcome above zero"), new("interval", "95 %: Newcombe's of the difference of rates, Welch's of the difference of means"), new("test", "two-sided z-test of two rates")],
            Counts = [new("contacted", groups.Where(g => !g.IsControl).Sum(g => g.Customers), "customers contacted"), new("control", groups.Where(g => g.IsControl).Sum(g => g.Customers), "customers in control groups")],
            Tables =
            [
                new("campaigns", "Campaigns", ["campaign", "contacted", "control", "response_rate", "control_rate", "uplift", "uplift_low95", "uplift_high95", "p_value", "added_responses", "added_value", "added_value_low95", "added_value_high95", "cost", "roi", "cost_per_added_response", "verdict"],
                    [.. measured.Select(m => Row(m.Campaign, m.Treated, m.Control, m.Measure))]) { Shown = 50 },
            ],
            Warnings =
            [
                .. measured.Where(m => m.Measure.IsSmall).Select(m => $"{m.Campaign}: a group has fewer than {UpliftMeasure.Few} customers or 5 responders; the difference is mostly chance"),
                .. pairs.Where(p => p.Treated is null || p.Control is null).Select(p => $"{p.Campaign}: no {(p.Control is null ? "control group" : "contacted customers")}; what was added cannot be told"),
            ],
        };
    }

    private static IReadOnlyList<object?> Row(string campaign, OutcomeGroup treated, OutcomeGroup control, UpliftMeasure m)
    {
        var (low, high) = m.Interval;
        return
        [
            campaign, treated.Customers, control.Customers, treated.Rate, control.Rate, m.Uplift, low, high, m.P, m.AddedResponses, m.AddedValue, m.AddedValue - m.AddedValueHalf,
            m.AddedValue + m.AddedValueHalf, treated.Cost, m.Roi, m.CostPerAdded, m.Verdict,
        ];
    }

    private sealed record Group(string? Campaign, bool IsControl, long Customers, long Responders, double Total, double Squares, double Cost)
    {
        public OutcomeGroup Outcomes => new(Customers, Responders, Total, Squares, Cost);
    }
}
