using Crm.Analytics.Models.Kinds;

namespace Crm.Analytics.Models.Clv;

/// <summary>Histories read from a file, ready to fit.</summary>
/// <param name="Unit">The unit of time.</param>
/// <param name="Histories">Groups of customers: their history, purchases in the holdout (0 without one), values of their covariates.</param>
/// <param name="Spend">Groups of repeat spend; empty without amounts.</param>
internal sealed record PurchaseData(TimeUnit Unit, IReadOnlyList<GroupedHistory> Histories, IReadOnlyList<SpendHistory> Spend)
{
    /// <summary>The customers' covariates.</summary>
    public CovariateCells Cells { get; init; } = CovariateCells.None;

    /// <summary>Where intervals come from: delta or bootstrap.</summary>
    public string Intervals { get; init; } = "delta";

    /// <summary>End of the calibration; null when the file holds summaries.</summary>
    public DateOnly? CalibrationEnd { get; init; }

    /// <summary>Length of the holdout in units; 0 without one.</summary>
    public double HoldoutLength { get; init; }

    /// <summary>Correlation of frequency and average spend; null when unknown.</summary>
    public double? SpendCorrelation { get; init; }

    /// <summary>Whether single customers can be told: not when the file holds summaries.</summary>
    public bool HasCustomers { get; init; }

    /// <summary>How the data was read.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Conventions { get; init; } = [];

    /// <summary>What was counted.</summary>
    public IReadOnlyList<Figure> Counts { get; init; } = [];

    /// <summary>All customers.</summary>
    public double Customers { get; } = Histories.Sum(h => h.History.Customers);

    /// <summary>Customers with repeat purchases.</summary>
    public double Repeaters { get; } = Histories.Where(h => h.History.RepeatCount > 0).Sum(h => h.History.Customers);

    /// <summary>The histories, one cell per combination of covariates.</summary>
    public IReadOnlyList<HistoryCell> HistoryCells()
        => [.. Histories.GroupBy(h => string.Join('\u0001', h.Covariates)).Select(g => new HistoryCell([.. g.Select(h => h.History)], g.First().Covariates))];

    /// <summary>Fits a model; says so when the data cannot carry one.</summary>
    /// <exception cref="Warehouse.CrmException">There is nothing to learn from.</exception>
    public PurchaseFit Fit(PurchaseModel model, KindInput input)
    {
        if (Customers == 0)
        {
            throw input.Unfit("no customer has a purchase", "customers with purchases", "Check the columns, the format of dates and the end of the calibration");
        }

        if (Repeaters == 0)
        {
            throw input.Unfit($"none of {Customers:N0} customers bought on a second day", "repeat purchases, from which the model learns how often customers buy", "Give a longer time, or check the customer column");
        }

        if (Repeaters < 10 || Customers < 30)
        {
            throw input.Unfit($"{Customers:N0} customers, {Repeaters:N0} of them with repeat purchases", "at least 30 customers, 10 of them with repeat purchases", "Give more customers: an estimate from so few would be chance");
        }

        var fit = PurchaseFit.Of(model, HistoryCells(), model.OfLeaving.Count > 0 ? Cells.Names : []);
        return Intervals == "bootstrap" && fit.Estimates.Identified ? ParametricBootstrap.Of(fit, HistoryCells(), input.Cancellation) : fit;
    }

    /// <summary>Where the model's assumptions do not hold.</summary>
    public IEnumerable<string> Doubts(PurchaseFit fit)
    {
        if (!fit.Estimates.Identified)
        {
            yield return fit.Estimates.Unidentified.Count > 0
                ? $"the data do not tell {string.Join(", ", fit.Estimates.Unidentified)}: very different values explain them equally well, so no prediction is made"
                : "no maximum of the likelihood was found, so no prediction is made";
        }

        if (Repeaters < 200)
        {
            yield return $"only {Repeaters:N0} customers have repeat purchases; the intervals are wide";
        }

        if (Repeaters < Customers * 0.02)
        {
            yield return $"only {Repeaters / Customers:P1} of the customers have repeat purchases; the parameters rest on few";
        }
    }
}

/// <summary>A group of customers with equal history and covariates.</summary>
/// <param name="History">Their history.</param>
/// <param name="Later">Purchases of each in the holdout.</param>
/// <param name="Covariates">Values of their covariates.</param>
internal readonly record struct GroupedHistory(PurchaseHistory History, int Later, double[] Covariates);
