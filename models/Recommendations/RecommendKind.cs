using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Recommendations;

/// <summary>What to offer each customer next.</summary>
public sealed class RecommendKind : IModelKind
{
    /// <inheritdoc/>
    public string Name => "recommend";

    /// <inheritdoc/>
    public string Title => "What to offer next: items near to what a customer has, with the reason, and never what they have already";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        new("customer", "COLUMN", "Who bought") { Required = true },
        new("item", "COLUMN", "What was bought") { Required = true },
        new("date", "COLUMN", "When it was bought: the last purchase is then what offers are tried on"),
        new("format", "FORMAT", "How dates are written, such as yyyyMMdd; found out when it is not given"),
        new("offers", "N", "Offers per customer") { Default = "5" },
        new("neighbours", "N", "Neighbours kept of each item") { Default = "50" },
        new("common", "N", "Customers that two items must share to be neighbours") { Default = "2" },
        new("for", "CUSTOMER", "Only this customer's offers"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var date = input.Column("date");
        var options = new OfferOptions
        {
            Offers = input.Whole("offers", 1, 1000)!.Value,
            Neighbours = input.Whole("neighbours", 1, 10_000)!.Value,
            LeastCommon = input.Whole("common", 1, 1_000_000)!.Value,
        };
        var (only, made, served) = (input.Text("for"), new List<Offer>(), 0L);
        var summary = ItemNeighbours.Offer(
            input.Session, SqlName.Quote(input.Table), Text(input.Column("customer")!), Text(input.Column("item")!), date is null ? "NULL::TIMESTAMP" : DateReading.Find(input, date).Expression, options,
            offers =>
            {
                served += offers.Count(o => o.Rank == 1);
                made.AddRange(only is null ? offers.Take(Math.Max(0, 100_000 - made.Count)) : offers.Where(o => o.CustomerId == only));
            },
            input.Cancellation);
        if (summary.Counts.Lines == 0)
            throw input.Unfit("no row has both a customer and an item", "one row per purchase", "Name other columns with --customer and --item");
        return Result(date, options, summary, made, served);
    }

    private static FitResult Result(string? date, OfferOptions options, OfferSummary summary, List<Offer> made, long served)
    {
        var (counts, trial) = (summary.Counts, summary.Trial);
        return new FitResult("recommend", "What to offer next")
        {
            Conventions =
            [
                new("likeness", "cosine of two items over the customers who bought them; a score is the sum over what the customer has"),
                new("holdout", date is null ? "one purchase of each customer, chosen by its name" : "the last purchase of each customer"),
            ],
            Counts =
            [
                new("customers", counts.Customers, "different customers"), new("items", counts.Items, "different items"), new("lines", counts.Lines, "different pairs of customer and item"),
                new("neighbours", summary.Neighbours, "pairs of an item and a neighbour"), new("customers_served", served, "customers with an offer"),
            ],
            Holdout = trial.Tried == 0 ? [] :
            [
                new("tried", trial.Tried, "customers with two items and more, tried at most 20,000"),
                new("hit_rate", trial.Hits / (double)trial.Tried, $"share whose held-back item is among {options.Offers} offers"),
                new("hit_rate_of_most_bought", trial.PopularHits / (double)trial.Tried, "the same for the most bought items: the baseline to beat"),
            ],
            Tables =
            [
                new("offers", "Next offers", ["customer", "rank", "item", "score", "because_of", "customers_of_both"],
                    [.. made.Select(o => (IReadOnlyList<object?>)[o.CustomerId, o.Rank, o.Item, o.Score, o.Reason, o.Shared])]),
                new("pairs", "Items that are most alike", ["item", "other", "customers_of_both", "likeness"], [.. summary.Likest.Select(p => (IReadOnlyList<object?>)[p.Item, p.Other, p.Shared, p.Likeness])]),
            ],
            Warnings = [.. Warnings(options, summary)],
        };
    }

    private static IEnumerable<string> Warnings(OfferOptions options, OfferSummary summary)
    {
        if (summary.Neighbours == 0)
            yield return $"no two items share {options.LeastCommon} customers: there is nothing to offer from";
        else if (summary.Trial.Tried > 0 && summary.Trial.Hits <= summary.Trial.PopularHits)
            yield return "the most bought items are hit at least as often: for this data they are the better offer";
        if (summary.Trial.Tried < 100)
            yield return $"{summary.Trial.Tried} customers have two items and more: too few to tell how good the offers are";
    }

    private static string Text(string column) => $"nullif(trim({SqlName.Quote(column)}), '')";
}
