using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>BG/BB, fitted from a file of summaries or of purchases.</summary>
public sealed class BgBbKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<BgBbKind>();

    /// <inheritdoc/>
    public string Name => "bgbb";

    /// <inheritdoc/>
    public string Title => "BG/BB: buying or not at given occasions, such as yearly donations (Fader, Hardie and Shang 2010)";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("customer", "COLUMN", "Who bought, by name or place of the column"),
        new("date", "COLUMN", "When"),
        new("amount", "COLUMN", "For how much; negative amounts are refunds, and no purchases"),
        new("format", "FORMAT", "Format of the dates, as yyyyMMdd; by default found out"),
        new("calibration-end", "DAY", "Last day the model may see, as 1997-09-30"),
        new("unit", "UNIT", "Length of an occasion: day, week, month, year (by the calendar)") { Default = "year" },
        new("horizon", "N", "How many occasions ahead to predict") { Default = "10" },
        new("frequency", "COLUMN", "Instead of purchases, summaries: occasions with a purchase after the first"),
        new("recency", "COLUMN", "Summaries: the last of these occasions, counted from 1; 0 for none"),
        new("periods", "COLUMN", "Summaries: occasions after the first purchase"),
        new("weights", "COLUMN", "Summaries: how many customers a row stands for"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var isSummary = input.Text("frequency") is not null;
        var (histories, unfinished) = isSummary ? (Summaries(input), []) : Occasions(input);
        var customers = histories.Sum(h => h.Customers);
        if (histories.FirstOrDefault(h => h.RepeatCount < 0 || h.RepeatCount > h.LastOccasion || h.LastOccasion > h.Occasions || (h.RepeatCount == 0 && h.LastOccasion > 0)) is { Customers: > 0 } odd)
        {
            throw input.Unfit($"a customer with frequency {odd.RepeatCount}, recency {odd.LastOccasion}, periods {odd.Occasions}", "frequency ≤ recency ≤ periods", "Check the columns");
        }

        if (customers < 30 || histories.Where(h => h.RepeatCount > 0).Sum(h => h.Customers) < 10)
        {
            throw input.Unfit($"{customers:N0} customers with {histories.Sum(h => h.Customers * h.RepeatCount):N0} repeat purchases", "at least 30 customers, 10 of them with repeat purchases", "Give more customers");
        }

        var fit = BgBb.Fit(histories);
        var horizon = input.Whole("horizon", 1, 100_000)!.Value;
        var tables = fit.Identified
            ? (FitTable[])[new("histories", string.Create(CultureInfo.InvariantCulture, $"Expected purchases at the next {horizon} occasions"),
                ["repeat_count", "last_occasion", "occasions", "customers", "probability_alive", "expected_purchases", "low95", "high95"],
                [.. histories.Select(h => (IReadOnlyList<object?>)[h.RepeatCount, h.LastOccasion, h.Occasions, h.Customers, BgBb.ProbabilityAlive(fit.Values, h), .. PurchaseKind.WithInterval(fit, "", "", v => BgBb.ExpectedPurchases(v, h, horizon)).Select(f => f.Value)])])]
            : [];
        return new FitResult(Name, Title)
        {
            Conventions = [new("occasions", isSummary ? "as the file has them; the first purchase is not counted" : $"calendar {input.Text("unit")}s after that of the first purchase; several purchases in one are one")],
            Parameters = PurchaseKind.Parameters(fit, BgBb.Meanings),
            Likelihood = new(fit.LogLikelihood, 4, (long)customers),
            Counts =
            [
                new("customers", customers, "customers"), new("repeat_purchases", histories.Sum(h => h.Customers * h.RepeatCount), "occasions with a purchase after the first"),
                new("distinct_histories", histories.Count, "different histories"),
            ],
            Figures = fit.Identified
                ? [.. PurchaseKind.WithInterval(fit, "expected_purchases", "purchases of all customers expected at the next occasions", v => histories.Sum(h => h.Customers * BgBb.ExpectedPurchases(v, h, horizon)))]
                : [],
            Tables = tables,
            Warnings = fit.Identified ? unfinished : [$"the data do not tell {(fit.Unidentified.Count > 0 ? string.Join(", ", fit.Unidentified) : "the parameters")}, so no prediction is made"],
        };
    }

    private static IReadOnlyList<OccasionHistory> Summaries(KindInput input)
    {
        string Of(string option) => KindInput.NumberOf(input.Column(option)
            ?? throw new CrmException(FailureKind.WrongUse, $"--frequency without --{option}", "crm model fit bgbb", "--frequency, --recency and --periods together", $"Add --{option} COLUMN"));
        return [.. input.Session.Query<Row>(Sql.Fill(
            "summary", ("frequency", Of("frequency")), ("recency", Of("recency")), ("periods", Of("periods")),
            ("weight", input.Column("weights") is { } weights ? KindInput.NumberOf(weights) : "1"), ("table", input.Table)), null, input.Cancellation).Select(r => r.History)];
    }

    // An occasion that may still bring a purchase counts as one without.
    private static (IReadOnlyList<OccasionHistory> Histories, IReadOnlyList<string> Unfinished) Occasions(KindInput input)
    {
        var (end, unit) = FileHistories.MakeEvents(input);
        var left = input.Session.Scalar<int>(Sql.Fill("unfinished", ("unit", unit)), new { calibration_end = end });
        IReadOnlyList<OccasionHistory> histories = [.. input.Session.Query<Row>(Sql.Fill("periods", ("unit", unit)), new { calibration_end = end }, input.Cancellation).Select(r => r.History)];
        return left <= 0
            ? (histories, [])
            : (histories, [string.Create(CultureInfo.InvariantCulture, $"the last {unit} has {left} days to go after {end:yyyy-MM-dd}, and counts as an occasion all the same: --calibration-end names the end of an earlier one")]);
    }

    private sealed record Row(int RepeatCount, int LastOccasion, int Occasions, double Customers)
    {
        public OccasionHistory History => new(RepeatCount, LastOccasion, Occasions, Customers);
    }
}
