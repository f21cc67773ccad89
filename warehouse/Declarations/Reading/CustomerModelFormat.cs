using System.Globalization;
using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Settings of the models of occasions, subscriptions, clusters and terms.</summary>
internal static class CustomerModelFormat
{
    private static readonly Key discount = new("discount_rate", LearningFormat.Rate, "Discount a year; default 0.1, which is 10 %.");

    private static readonly ScalarShape measure = ScalarShape.Choice("a measure of customers", [.. ClusterSettings.All]);

    private static readonly MapShape occasions = new("the settings of occasions",
    [
        new("unit", ScalarShape.Choice("a unit", "week", "month", "quarter", "year"), "Length of an occasion by the calendar; default month."),
        new("horizon", ScalarShape.Integer(1, 10_000), "Occasions to look ahead; default 12."),
        discount,
        new("calibration_end", LearningFormat.Day, "Last day that counts; default the newest day of the sales."),
        new("filter", ScalarShape.Sql, "Condition over the columns of the sales fact: only these count, as channel = 'web'."),
    ]);

    private static readonly MapShape subscriptions = new("the settings of subscriptions",
    [
        new("definition", ScalarShape.Choice("what counts as leaving", "auto", "contract", "buying"),
            "contract: left_at; buying: no order for silence_days; auto (default): contract where anyone has a left_at."),
        new("model", ScalarShape.Choice("a model", "best", "sbg", "bdw"), "sbg, bdw, or best (default): the smaller AIC."),
        new("unit", ScalarShape.Choice("a unit", "week", "month", "quarter", "year"), "How long a contract runs until it is renewed; default month."),
        new("silence_days", ScalarShape.Integer(1, 3650), "Days without an order after which a customer counts as having left, where no contract tells; default 90."),
        new("horizon", ScalarShape.Integer(1, 10_000), "Units to look ahead; default 12."),
        discount,
    ]);

    private static readonly MapShape clusters = new("the settings of clusters",
    [
        new("measures", new ListShape(measure), "What is compared; default days_since_last_order, orders, spend_per_order and products."),
        new("method", ScalarShape.Choice("a method", "kmeans", "ward", "average", "complete", "single"), "kmeans (default), or a linkage of hierarchical clusters."),
        new("count", ScalarShape.Integer(1, 100), "How many clusters; default as many, up to ten, as give the best silhouette."),
        new("seed", ScalarShape.Integer(0, 1_000_000), "Seed of the starts of k-means; default 1."),
    ]);

    private static readonly MapShape terms = new("the settings of terms",
    [
        new("terms", ScalarShape.Integer(1, 10_000), "Words of each source, the most frequent; default 50."),
        new("least_texts", ScalarShape.Integer(1, 1_000_000), "Texts that a word must be in; default 5. What fewer wrote could tell who wrote it."),
        new("ignore", new ListShape(ScalarShape.Text), "Words that are left out beside the usual ones."),
    ]);

    /// <summary>Their keys.</summary>
    public static IReadOnlyList<Key> Keys { get; } =
    [
        new("occasions", occasions, "Who buys or gives at given occasions, as every month or year (BG/BB); without it runs do not ask."),
        new("subscriptions", subscriptions, "How long customers under contract stay (sBG, BdW); without it runs do not ask."),
        new("clusters", clusters, "Which customers are alike; without it runs do not ask."),
        new("terms", terms, "Frequent words of reviews and complaints by month; without it runs do not ask."),
    ];

    /// <summary>The settings that a map tells.</summary>
    public static LearningSettings Build(LearningSettings learning, YamlMap map) => learning with
    {
        Occasions = map["occasions"] is YamlMap o
            ? new(o.Text("unit") ?? OccasionSettings.Usual.Unit, Whole(o, "horizon") ?? OccasionSettings.Usual.Horizon, Number(o, "discount_rate") ?? OccasionSettings.Usual.DiscountRate,
                DateOnly.TryParseExact(o.Text("calibration_end"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) ? end : null, o.Text("filter"))
            : null,
        Subscriptions = map["subscriptions"] is YamlMap s
            ? new(s.Text("definition") ?? SubscriptionSettings.Usual.Definition, s.Text("model") ?? SubscriptionSettings.Usual.Model, s.Text("unit") ?? SubscriptionSettings.Usual.Unit,
                Whole(s, "silence_days") ?? SubscriptionSettings.Usual.SilenceDays, Whole(s, "horizon") ?? SubscriptionSettings.Usual.Horizon,
                Number(s, "discount_rate") ?? SubscriptionSettings.Usual.DiscountRate)
            : null,
        Clusters = map["clusters"] is YamlMap c
            ? new(c.ScalarsOf("measures").Select(m => m.Text).Distinct().ToList() is { Count: > 0 } chosen ? chosen : ClusterSettings.Usual.Measures, c.Text("method") ?? ClusterSettings.Usual.Method,
                Whole(c, "count"), Whole(c, "seed") ?? ClusterSettings.Usual.Seed)
            : null,
        Terms = map["terms"] is YamlMap t
            ? new(Whole(t, "terms") ?? TermSettings.Usual.Terms, Whole(t, "least_texts") ?? TermSettings.Usual.LeastTexts, [.. t.ScalarsOf("ignore").Select(w => w.Text.ToLowerInvariant()).Distinct()])
            : null,
    };

    private static double? Number(YamlMap map, string key) => double.TryParse(map.Text(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Whole(YamlMap map, string key) => int.TryParse(map.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
