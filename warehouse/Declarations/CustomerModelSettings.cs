namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>How buying or not at given occasions (BG/BB) is scored.</summary>
/// <param name="Unit">Length of an occasion by the calendar: week, month, quarter or year.</param>
/// <param name="Horizon">Occasions to look ahead.</param>
/// <param name="DiscountRate">Discount a year.</param>
/// <param name="CalibrationEnd">Last day that counts; null: the newest day of the sales. An occasion that is not over then is left out.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record OccasionSettings(string Unit, int Horizon, double DiscountRate, DateOnly? CalibrationEnd, string? Filter)
{
    /// <summary>Months, a year ahead.</summary>
    public static OccasionSettings Usual { get; } = new("month", 12, 0.1, null, null);
}

/// <summary>How long customers stay who are under contract (sBG, BdW).</summary>
/// <param name="Definition">
/// <c>contract</c>: until the customer's <c>left_at</c>; <c>buying</c>: until the last order, once they have been silent for <paramref name="SilenceDays"/>;
/// <c>auto</c>: contract where anyone has a <c>left_at</c>.
/// </param>
/// <param name="Model"><c>sbg</c>, <c>bdw</c>, or <c>best</c>: the smaller AIC.</param>
/// <param name="Unit">How long a contract runs until it is renewed: week, month, quarter or year.</param>
/// <param name="SilenceDays">Days without an order after which a customer counts as having left, where no contract tells.</param>
/// <param name="Horizon">Units to look ahead.</param>
/// <param name="DiscountRate">Discount a year.</param>
public sealed record SubscriptionSettings(string Definition, string Model, string Unit, int SilenceDays, int Horizon, double DiscountRate)
{
    /// <summary>Months, a year ahead.</summary>
    public static SubscriptionSettings Usual { get; } = new("auto", "best", "month", 90, 12, 0.1);
}

/// <summary>How customers who are alike are found.</summary>
/// <param name="Measures">What is compared, of <see cref="All"/>.</param>
/// <param name="Method">kmeans, ward, average, complete or single.</param>
/// <param name="Count">How many clusters; null: as many, up to ten, as give the best silhouette.</param>
/// <param name="Seed">Seed of the starts of k-means.</param>
public sealed record ClusterSettings(IReadOnlyList<string> Measures, string Method, int? Count, int Seed)
{
    /// <summary>What can be compared.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "days_since_last_order", "days_since_first_order", "orders", "revenue", "spend_per_order", "quantity", "products", "discount", "return_rate", "cases", "complaints", "contacts", "responses",
        "web_events", "rating", "age", "income",
    ];

    /// <summary>When, how often, for how much and how many different things they buy; k-means.</summary>
    public static ClusterSettings Usual { get; } = new(["days_since_last_order", "orders", "spend_per_order", "products"], "kmeans", null, 1);
}

/// <summary>Which words of reviews and complaints are followed.</summary>
/// <param name="Terms">Words of each source, the most frequent.</param>
/// <param name="LeastTexts">Texts that a word must be in: what fewer wrote could tell who wrote it.</param>
/// <param name="Ignore">Words that are left out beside the usual ones.</param>
public sealed record TermSettings(int Terms, int LeastTexts, IReadOnlyList<string> Ignore)
{
    /// <summary>Fifty words, each in five texts.</summary>
    public static TermSettings Usual { get; } = new(50, 5, []);
}
