namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What the rows of a score fact stand on.</summary>
/// <param name="Contracts">Contracts whose facts its model must have: without all of them there is nothing to score.</param>
/// <param name="Setting">The key of <c>crm.yaml</c> (or of a file of the folder <c>models</c>) that its model is set by; null when it has none.</param>
/// <param name="IsMade">True when runs of a project with these settings make it.</param>
public sealed record ScoreOrigin(IReadOnlyList<string> Contracts, string? Setting, Func<ProjectSettings, bool> IsMade)
{
    /// <summary>The member that tells in words why there are no scores where the data cannot carry the model; null when none does.</summary>
    public string? Status { get; init; }
}

/// <summary>Where scores come from, so that a figure without rows can say what is missing.</summary>
public static class ScoreOrigins
{
    private static readonly ScoreOrigin buying = Sales(null, _ => true);
    private static readonly ScoreOrigin churn = Sales("churn", s => s.Learning.Churn is not null);
    private static readonly ScoreOrigin lifetimeValue = Sales("lifetime_value", s => s.LifetimeValue.Purchases != "none") with { Status = "lifetime_value_models.status" };
    private static readonly ScoreOrigin cohorts = Sales("cohorts", s => s.Scoring.Cohorts is not null);
    private static readonly ScoreOrigin portfolio = Sales("portfolio", s => s.Scoring.Portfolio is not null);

    private static readonly Dictionary<string, ScoreOrigin> known = new(StringComparer.Ordinal)
    {
        ["attribution"] = new(["campaign_contact"], "attribution", s => s.Scoring.Attribution is not null),
        ["basket_rule"] = Sales("baskets", s => s.Learning.Baskets is not null),
        ["campaign_uplift"] = new(["campaign_contact"], "uplift", s => s.Scoring.Uplift is not null),
        ["churn"] = churn,
        ["churn_fit"] = churn,
        ["clv"] = lifetimeValue,
        ["clv_model"] = lifetimeValue,
        ["cluster"] = Sales("clusters", s => s.Learning.Clusters is not null),
        ["cluster_profile"] = Sales("clusters", s => s.Learning.Clusters is not null),
        ["cohort_month"] = cohorts,
        ["cohort_value"] = cohorts,
        ["concentration"] = portfolio,
        ["effect"] = Sales("effects", s => s.Scoring.Effects is not null),
        ["forecast"] = Sales("forecast", s => s.Learning.Forecast is not null),
        ["lifecycle"] = Sales("lifecycle", s => s.Scoring.Lifecycle is not null),
        ["occasion"] = Sales("occasions", s => s.Learning.Occasions is not null),
        ["offer"] = Sales("offers", s => s.Learning.Offers is not null),
        ["pipeline"] = new(["opportunity"], "forecast", s => s.Learning.Forecast is not null),
        ["portfolio"] = portfolio,
        ["product_value"] = portfolio,
        ["quality"] = new([], null, _ => true),
        ["subscription"] = new([], "subscriptions", s => s.Learning.Subscriptions is not null),
        ["term"] = new([], "terms", s => s.Learning.Terms is not null),
        ["up_sell_path"] = Sales("up_sell", s => s.Scoring.UpSell is not null),
    };

    /// <summary>What a score fact stands on; one that is not known stands on sales, as those of customers do.</summary>
    /// <param name="fact">Name of the fact.</param>
    public static ScoreOrigin Of(string fact) => known.GetValueOrDefault(fact, buying);

    private static ScoreOrigin Sales(string? setting, Func<ProjectSettings, bool> isMade) => new(["order_line"], setting, isMade);
}
