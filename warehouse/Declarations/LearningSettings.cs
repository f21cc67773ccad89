namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What runs learn from the star beside the scores that every project has; each is left out until <c>crm.yaml</c> names it.</summary>
/// <param name="Churn">Who leaves; null: not asked.</param>
/// <param name="Forecast">What comes next; null: not asked.</param>
/// <param name="Offers">What to offer next; null: not asked.</param>
public sealed record LearningSettings(ChurnSettings? Churn, ForecastSettings? Forecast, OfferSettings? Offers)
{
    /// <summary>Nothing is learnt.</summary>
    public static LearningSettings None { get; } = new(null, null, null);

    /// <summary>How rules of what is bought together are found; null: runs do not ask.</summary>
    public BasketSettings? Baskets { get; init; }

    /// <summary>Who buys at given occasions; null: runs do not ask.</summary>
    public OccasionSettings? Occasions { get; init; }

    /// <summary>How long customers under contract stay; null: runs do not ask.</summary>
    public SubscriptionSettings? Subscriptions { get; init; }

    /// <summary>Which customers are alike; null: runs do not ask.</summary>
    public ClusterSettings? Clusters { get; init; }

    /// <summary>Which words of reviews and complaints are followed; null: runs do not ask.</summary>
    public TermSettings? Terms { get; init; }
}

/// <summary>How rules of what is bought together are found.</summary>
/// <param name="Of"><c>product</c> or <c>category</c>: what an item is.</param>
/// <param name="Support">Share of the orders that hold a rule's items.</param>
/// <param name="Confidence">Share of the orders with the left side that hold the right side.</param>
/// <param name="Rules">Rules at most, those of the largest lift.</param>
public sealed record BasketSettings(string Of, double Support, double Confidence, int Rules)
{
    /// <summary>Products, in one order of a hundred, every third time.</summary>
    public static BasketSettings Usual { get; } = new("product", 0.01, 0.3, 1000);
}

/// <summary>What counts as leaving, and how it is foretold.</summary>
/// <param name="Definition">
/// <c>buying</c>: no order within the horizon; <c>contract</c>: the customer's <c>left_at</c> lies in it; <c>auto</c>: contract where anyone has a <c>left_at</c>.
/// </param>
/// <param name="Horizon">Days to look ahead.</param>
/// <param name="LookBack">Days within which a customer must have bought to be one who can leave; by contract it counts for nothing.</param>
/// <param name="Learner"><c>logistic</c>, <c>boosted</c>, or <c>best</c>: the one with the larger area under the curve.</param>
public sealed record ChurnSettings(string Definition, int Horizon, int LookBack, string Learner)
{
    /// <summary>No order in 90 days, of those who ordered in the last 365.</summary>
    public static ChurnSettings Usual { get; } = new("auto", 90, 365, "best");
}

/// <summary>How revenue and orders are forecast.</summary>
/// <param name="Period">day, week, month or quarter.</param>
/// <param name="Horizon">Periods to look ahead.</param>
/// <param name="Products">Products of the largest revenue whose demand is forecast too.</param>
public sealed record ForecastSettings(string Period, int Horizon, int Products)
{
    /// <summary>Six months, and the demand for fifty products.</summary>
    public static ForecastSettings Usual { get; } = new("month", 6, 50);
}

/// <summary>How next offers are made.</summary>
/// <param name="Count">Offers per customer.</param>
/// <param name="LeastCommon">Customers that two products must share.</param>
public sealed record OfferSettings(int Count, int LeastCommon)
{
    /// <summary>Five offers.</summary>
    public static OfferSettings Usual { get; } = new(5, 2);
}
