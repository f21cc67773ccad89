using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Campaigns;

/// <summary>
/// What a campaign added, against its control group: difference of response rates with Newcombe's interval (1998, method 10) and a two-proportion z-test;
/// difference of mean outcomes with Welch's interval; cost, revenue and return of it.
/// </summary>
public sealed class UpliftKind : IModelKind
{
    private const long Few = 30;

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
            ("cost", input.Column("cost") is { } cost ? KindInput.NumberOf(cost) : Sql.Fill("zero").Trim()), ("table", input.Table)), null, input.Cancellation);
        var pairs = groups.GroupBy(g => g.Campaign).Select(g => (Campaign: g.Key, Treated: g.FirstOrDefault(x => !x.IsControl), Control: g.FirstOrDefault(x => x.IsControl))).ToList();
        if (pairs.TrueForAll(p => p.Treated is null || p.Control is null))
        {
            throw input.Unfit("no campaign has both customers who were contacted and a control group", "both, told apart by --control", "Check the column, or keep a control group next time: without one, what was added cannot be told");
        }

        var measured = pairs.Where(p => p is { Treated: not null, Control: not null }).Select(p => Measure(p.Campaign ?? "(none)", p.Treated!, p.Control!)).ToList();
        return new FitResult(Name, Title)
        {
            Conventions = [new("response", "an outcome above zero"), new("interval", "95 %: Newcombe's of the difference of rates, Welch's of the difference of means"), new("test", "two-sided z-test of two rates")],
            Counts = [new("contacted", groups.Where(g => !g.IsControl).Sum(g => g.Customers), "customers contacted"), new("control", groups.Where(g => g.IsControl).Sum(g => g.Customers), "customers in control groups")],
            Tables =
            [
                new("campaigns", "Campaigns", ["campaign", "contacted", "control", "response_rate", "control_rate", "uplift", "uplift_low95", "uplift_high95", "p_value", "added_responses", "added_value", "added_value_low95", "added_value_high95", "cost", "roi", "cost_per_added_response", "verdict"],
                    [.. measured.Select(m => m.Row)]) { Shown = 50 },
            ],
            Warnings =
            [
                .. measured.Where(m => m.IsSmall).Select(m => $"{m.Row[0]}: a group has fewer than {Few} customers or 5 responders; the difference is mostly chance"),
                .. pairs.Where(p => p.Treated is null || p.Control is null).Select(p => $"{p.Campaign}: no {(p.Control is null ? "control group" : "contacted customers")}; what was added cannot be told"),
            ],
        };
    }

    /// <summary>The interval of a difference of two rates: Newcombe 1998, method 10, from Wilson's intervals.</summary>
    internal static (double Low, double High) Newcombe(long successes1, long n1, long successes2, long n2)
    {
        var (p1, p2) = ((double)successes1 / n1, (double)successes2 / n2);
        var (l1, u1) = Wilson(successes1, n1);
        var (l2, u2) = Wilson(successes2, n2);
        return (p1 - p2 - Math.Sqrt(Math.Pow(p1 - l1, 2) + Math.Pow(u2 - p2, 2)), p1 - p2 + Math.Sqrt(Math.Pow(u1 - p1, 2) + Math.Pow(p2 - l2, 2)));
    }

    /// <summary>Wilson's 95 % interval of a rate.</summary>
    internal static (double Low, double High) Wilson(double successes, double n)
    {
        const double z = Normal.NinetyFive;
        var p = successes / n;
        var middle = p + (z * z / (2 * n));
        var half = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        return (Math.Max(0, (middle - half) / (1 + (z * z / n))), Math.Min(1, (middle + half) / (1 + (z * z / n))));
    }

    private static (IReadOnlyList<object?> Row, bool IsSmall) Measure(string campaign, Group treated, Group control)
    {
        var (p1, p2) = ((double)treated.Responders / treated.Customers, (double)control.Responders / control.Customers);
        var pooled = (double)(treated.Responders + control.Responders) / (treated.Customers + control.Customers);
        var error = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / treated.Customers) + (1.0 / control.Customers)));
        var p = error > 0 ? Normal.TwoSided((p1 - p2) / error) : 1;
        var (low, high) = Newcombe(treated.Responders, treated.Customers, control.Responders, control.Customers);
        var value = treated.Mean - control.Mean;
        var half = Normal.NinetyFive * Math.Sqrt((treated.Variance / treated.Customers) + (control.Variance / control.Customers));
        var added = value * treated.Customers;
        var small = treated.Customers < Few || control.Customers < Few || treated.Responders + control.Responders < 5;
        var verdict = small ? "too few to tell" : p >= 0.05 ? "no difference shown" : p1 > p2 ? "worked" : "did harm";
        return (
            [
                campaign, treated.Customers, control.Customers, p1, p2, p1 - p2, low, high, p, (p1 - p2) * treated.Customers, added, (value - half) * treated.Customers, (value + half) * treated.Customers,
                treated.Cost, treated.Cost > 0 ? (added - treated.Cost) / treated.Cost : null, p1 > p2 && treated.Cost > 0 ? treated.Cost / ((p1 - p2) * treated.Customers) : null, verdict,
            ], small);
    }

    private sealed record Group(string? Campaign, bool IsControl, long Customers, long Responders, double Total, double Squares, double Cost)
    {
        public double Mean => Total / Customers;

        public double Variance => Customers > 1 ? Math.Max(0, (Squares - (Total * Total / Customers)) / (Customers - 1)) : 0;
    }
}
