using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Baskets;

/// <summary>What is bought together, and, with customers and dates, what is bought later.</summary>
public sealed class BasketsKind : IModelKind
{
    /// <inheritdoc/>
    public string Name => "baskets";

    /// <inheritdoc/>
    public string Title => "What is bought together: frequent item sets and rules with exact counts; with --customer and --date, what is bought later";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("basket", "COLUMN", "What was bought at one time: an order or invoice") { Required = true },
        new("item", "COLUMN", "What was bought: one row per basket and item") { Required = true },
        new("support", "SHARE", "Share of the baskets that hold a set, or their number when above 1") { Default = "0.01" },
        new("confidence", "SHARE", "Share of the baskets with a rule's left side that hold its right side") { Default = "0.5" },
        new("longest", "N", "Items in a set at most") { Default = "10" },
        new("consequents", "WORD", "Items on the right of a rule: one or any") { Default = "one" },
        new("order", "WORD", "What comes first: lift, confidence or support") { Default = "lift" },
        new("customer", "COLUMN", "Who bought: with --date, sequences are looked for too"),
        new("date", "COLUMN", "When it was bought"),
        new("format", "FORMAT", "How dates are written, such as yyyyMMdd; found out when it is not given"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var (basket, item) = (Text(input.Column("basket")!), Text(input.Column("item")!));
        var support = input.Number("support", 0, 1e12)!.Value;
        var table = SqlName.Quote(input.Table);
        var options = new BasketOptions(support, input.Number("confidence", 0, 1)!.Value)
        {
            LongestSet = input.Whole("longest", 1, 20)!.Value,
            AnyConsequent = input.Choice("consequents", "one", "any") == "any",
            Order = input.Choice("order", "lift", "confidence", "support")!,
        };
        var summary = support > 1
            ? FrequentSets.FindCount(input.Session, table, basket, item, options, (long)Math.Ceiling(support), input.Cancellation)
            : FrequentSets.Find(input.Session, table, basket, item, options, input.Cancellation);
        if (summary.Counts.Baskets == 0)
            throw input.Unfit("no row has both a basket and an item", "one row per basket and item", "Name other columns with --basket and --item");
        return Result(input, summary, Sequences(input, table, item, summary));
    }

    private static SequenceSummary? Sequences(KindInput input, string table, string item, BasketSummary summary)
    {
        if (input.Column("customer") is not { } customer || input.Column("date") is not { } date)
            return null;
        var moment = DateReading.Find(input, date).Expression;
        return PurchaseSequences.Find(
            input.Session, table, Text(customer), item, moment, summary.LeastBaskets / (double)summary.Counts.Baskets, cancellation: input.Cancellation);
    }

    private static FitResult Result(KindInput input, BasketSummary summary, SequenceSummary? sequences)
    {
        var counts = summary.Counts;
        return new FitResult("baskets", "What is bought together")
        {
            Conventions =
            [
                new("support", string.Create(CultureInfo.InvariantCulture, $"in at least {summary.LeastBaskets:N0} of {counts.Baskets:N0} baskets; an item counts once in a basket")),
                new("rules", input.Text("consequents") == "any" ? "any items on the right" : "one item on the right, at least one on the left"),
            ],
            Counts =
            [
                new("rows", counts.RowsRead, "rows read"), new("rows_left_out", counts.RowsMissing, "rows without a basket or an item"), new("lines", counts.Lines, "different pairs of basket and item"),
                new("baskets", counts.Baskets, "different baskets"), new("items", counts.Items, "different items"),
                new("frequent_sets", summary.Sizes.Sum(s => s.Sets), "item sets with the support, single items among them"), new("rules", summary.RuleCount, "rules with support and confidence"),
            ],
            Tables =
            [
                new("sizes", "Frequent item sets by size", ["items", "sets"], [.. summary.Sizes.Select(s => (IReadOnlyList<object?>)[s.Size, s.Sets])]),
                new("sets", "Frequent item sets", ["size", "items", "baskets", "support"], [.. summary.Sets.Select(s => (IReadOnlyList<object?>)[s.Size, s.Items, s.Baskets, s.Support])]),
                new("rules", "Rules: who buys the left also buys the right", ["bought", "also_bought", "baskets", "support", "confidence", "lift", "conviction"],
                    [.. summary.Rules.Select(r => (IReadOnlyList<object?>)[r.Bought, r.AlsoBought, r.Baskets, r.Support, r.Confidence, r.Lift, r.Conviction])]),
                .. sequences is null ? (FitTable[])[] : [new("sequences", "What customers bought later", ["items", "customers", "support", "confidence", "lift", "median_days"],
                    [.. sequences.Sequences.Select(s => (IReadOnlyList<object?>)[s.Items, s.Customers, s.Support, s.Confidence, s.Lift, s.MedianDays])])],
            ],
            Warnings = [.. Warnings(summary), .. sequences?.Note is { } left ? (string[])[left] : []],
        };
    }

    private static IEnumerable<string> Warnings(BasketSummary summary)
    {
        if (summary.Note is { } note)
            yield return note;
        if (summary.Counts.RowsMissing > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{summary.Counts.RowsMissing:N0} rows have no basket or no item and are left out");
        if (summary.Counts.Lines == summary.Counts.Baskets)
            yield return "every basket has one item only: nothing is bought together";
        else if (summary.Sizes.Count < 2)
            yield return "no two items are together in enough baskets: a lower --support finds some";
        else if (summary.RuleCount == 0)
            yield return "no rule reaches the confidence: a lower --confidence finds some";
        if (summary.LeastBaskets < 5)
            yield return $"sets in {summary.LeastBaskets} baskets count as frequent: many of them are chance";
        if (summary.Rules.Count < summary.RuleCount)
            yield return string.Create(CultureInfo.InvariantCulture, $"the {summary.Rules.Count:N0} strongest of {summary.RuleCount:N0} rules are listed");
    }

    private static string Text(string column) => $"nullif(trim({SqlName.Quote(column)}), '')";
}
