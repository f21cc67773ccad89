namespace Crm.Analytics.Models.Clv;

/// <summary>What the purchase models know of customers: the sufficient statistics, and how many customers share them.</summary>
/// <param name="RepeatCount">x: purchases after the first; purchases of one day are one.</param>
/// <param name="LastPurchaseAge">t_x: time from the first purchase to the last, in the unit of the model; 0 when x is 0.</param>
/// <param name="CustomerAge">T: time from the first purchase to the end of the calibration.</param>
/// <param name="Customers">How many customers.</param>
public readonly record struct PurchaseHistory(int RepeatCount, double LastPurchaseAge, double CustomerAge, double Customers = 1);

/// <summary>
/// Histories of customers who share their covariates, laid out for the likelihood: each distinct count and time once, rows as places in them. What a
/// likelihood needs of a count or a time alone is so computed once, not for every row.
/// </summary>
public sealed class HistoryCell
{
    /// <summary>Lays histories out.</summary>
    /// <param name="histories">The histories; equal ones may stand several times.</param>
    /// <param name="covariates">Values of the covariates that the customers share; empty without covariates.</param>
    public HistoryCell(IReadOnlyCollection<PurchaseHistory> histories, double[] covariates)
    {
        Covariates = covariates;
        Counts = [.. histories.Select(h => h.RepeatCount).Distinct().Order()];
        Times = [.. histories.Select(h => h.CustomerAge).Concat(histories.Select(h => h.LastPurchaseAge)).Distinct().Order()];
        var (counts, times) = (Places(Counts), Places(Times));
        var rows = new List<Row>(histories.Count);
        foreach (var h in histories)
        {
            rows.Add(new(counts[h.RepeatCount], times[h.LastPurchaseAge], times[h.CustomerAge], h.Customers));
            Customers += h.Customers;
        }

        Rows = [.. rows];
    }

    /// <summary>The covariates' values.</summary>
    public double[] Covariates { get; }

    /// <summary>Each repeat count once, in order.</summary>
    public int[] Counts { get; }

    /// <summary>Each time once, in order.</summary>
    public double[] Times { get; }

    /// <summary>The histories.</summary>
    internal Row[] Rows { get; }

    /// <summary>How many customers there are.</summary>
    public double Customers { get; }

    private static Dictionary<T, int> Places<T>(T[] values)
        where T : notnull
        => values.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);

    /// <summary>A history as places in <see cref="Counts"/> and <see cref="Times"/>.</summary>
    internal readonly record struct Row(int Count, int Last, int Age, double Customers);
}
