namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>What every run scores from the star beside RFM and lifetime value; null leaves one out.</summary>
/// <param name="Portfolio">Value, profit and potential of customers, classes of products.</param>
/// <param name="Lifecycle">Stages of customers, and their moves.</param>
/// <param name="Cohorts">What became of customers who came together.</param>
/// <param name="Uplift">What campaigns added against their control groups.</param>
/// <param name="Attribution">What orders are owed to.</param>
/// <param name="Effects">What a complaint or a membership does, against others who were alike.</param>
/// <param name="UpSell">Which dearer product of a category follows which.</param>
public sealed record ScoringSettings(
    PortfolioSettings? Portfolio, LifecycleSettings? Lifecycle, CohortSettings? Cohorts, UpliftSettings? Uplift, AttributionSettings? Attribution, EffectSettings? Effects,
    UpSellSettings? UpSell)
{
    /// <summary>All of it, by the defaults.</summary>
    public static ScoringSettings Usual { get; } = new(
        PortfolioSettings.Usual, LifecycleSettings.Usual, CohortSettings.Usual, UpliftSettings.Usual, AttributionSettings.Usual, EffectSettings.Usual,
        UpSellSettings.Usual);
}

/// <summary>How the portfolio is scored.</summary>
/// <param name="Value"><c>revenue</c>, or <c>profit</c> after all costs that the star has: what classes and places go by.</param>
/// <param name="WindowDays">Days up to a snapshot that count.</param>
/// <param name="A">Class A: those who bring this share of the value.</param>
/// <param name="B">Class B: those up to this share.</param>
/// <param name="MonthEnds">Past month ends that are scored beside the newest day.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record PortfolioSettings(string Value, int WindowDays, double A, double B, int MonthEnds, string? Filter)
{
    /// <summary>Revenue of a year; A up to 80 %, B up to 95 %.</summary>
    public static PortfolioSettings Usual { get; } = new("revenue", 365, 0.8, 0.95, 12, null);
}

/// <summary>How stages are told apart.</summary>
/// <param name="PeriodDays">Length of a period.</param>
/// <param name="MonthEnds">Past month ends that are scored beside the newest day.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record LifecycleSettings(int PeriodDays, int MonthEnds, string? Filter)
{
    /// <summary>Periods of 90 days.</summary>
    public static LifecycleSettings Usual { get; } = new(90, 12, null);
}

/// <summary>How cohorts are followed.</summary>
/// <param name="Products">First products that are cohorts of their own, those with most customers first; the others are one.</param>
/// <param name="AcquisitionCost">Cost of winning a customer where the star has none; null for not known.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record CohortSettings(int Products, double? AcquisitionCost, string? Filter)
{
    /// <summary>Fifty first products.</summary>
    public static CohortSettings Usual { get; } = new(50, null, null);
}

/// <summary>How uplift is measured.</summary>
/// <param name="WindowDays">Days after a contact within which an order counts.</param>
public sealed record UpliftSettings(int WindowDays)
{
    /// <summary>Thirty days.</summary>
    public static UpliftSettings Usual { get; } = new(30);
}

/// <summary>How orders are attributed.</summary>
/// <param name="LookbackDays">Touches up to so many days before an order count.</param>
/// <param name="HalfLifeDays">Time-decay: a touch counts half as much after so many days.</param>
/// <param name="Filter">Condition over the columns of the sales that count; null for all.</param>
public sealed record AttributionSettings(int LookbackDays, int HalfLifeDays, string? Filter)
{
    /// <summary>Thirty days back, half after seven.</summary>
    public static AttributionSettings Usual { get; } = new(30, 7, null);
}

/// <summary>How effects are compared.</summary>
/// <param name="ExposureDays">Days within which it happened.</param>
/// <param name="HorizonDays">Days after them whose spend is compared.</param>
public sealed record EffectSettings(int ExposureDays, int HorizonDays)
{
    /// <summary>Half a year each.</summary>
    public static EffectSettings Usual { get; } = new(180, 180);
}

/// <summary>How up-sell paths are found.</summary>
/// <param name="LeastCustomers">Customers who must have taken a step for it to count.</param>
/// <param name="LeastStep">What the later product must cost, per price of the earlier one.</param>
public sealed record UpSellSettings(int LeastCustomers, double LeastStep)
{
    /// <summary>Five customers, a tenth dearer.</summary>
    public static UpSellSettings Usual { get; } = new(5, 1.1);
}
