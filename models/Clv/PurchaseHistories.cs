using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Clv;

/// <summary>A group of customers with the same history.</summary>
/// <param name="Cell">Which covariates they have: a place in <see cref="CovariateCells.Values"/>.</param>
/// <param name="Repeats">x.</param>
/// <param name="LastAge">Days from the first purchase to the last.</param>
/// <param name="Age">Days from the first purchase to the end of the calibration.</param>
/// <param name="Later">Purchases after the end of the calibration.</param>
/// <param name="Customers">How many customers.</param>
public readonly record struct HistoryGroup(int Cell, int Repeats, int LastAge, int Age, int Later, long Customers);

/// <summary>A group of customers with the same history, and what they spent together.</summary>
/// <param name="Cell">Which covariates they have: a place in <see cref="CovariateCells.Values"/>.</param>
/// <param name="Repeats">x.</param>
/// <param name="LastAge">Days from the first purchase to the last.</param>
/// <param name="Age">Days from the first purchase to the end of the calibration.</param>
/// <param name="IsKnown">Whether their repeat purchases tell a value.</param>
/// <param name="RepeatSpend">Value of their repeat purchases, in all.</param>
/// <param name="Spend">Value of all their purchases.</param>
/// <param name="Customers">How many customers.</param>
public readonly record struct ValueGroup(int Cell, int Repeats, int LastAge, int Age, bool IsKnown, double RepeatSpend, double Spend, long Customers);

/// <summary>What a set of purchases spans.</summary>
/// <param name="FirstDay">Day of the first purchase; null when there is none.</param>
/// <param name="LastDay">Last day on which anything happened.</param>
/// <param name="Events">Rows.</param>
/// <param name="Refunds">Rows with a negative amount.</param>
/// <param name="Purchases">Purchases, those of a customer's day counted once.</param>
/// <param name="HasAmount">Whether any row has an amount.</param>
public sealed record PurchaseSpan(DateOnly? FirstDay, DateOnly? LastDay, long Events, long Refunds, long Purchases, bool HasAmount);

/// <summary>Totals of the customers.</summary>
/// <param name="Customers">Customers with a purchase up to the end of the calibration.</param>
/// <param name="Repeaters">Those with a repeat purchase.</param>
/// <param name="RepeatPurchases">Σx.</param>
/// <param name="WithoutSpend">Repeaters whose repeat spend, refunds taken off, is not positive.</param>
/// <param name="SpendCorrelation">Correlation of frequency and average spend among repeaters; null when it does not exist.</param>
/// <param name="Spend">All spend up to the end of the calibration.</param>
/// <param name="LaterSpend">Spend after it.</param>
public sealed record CustomerTotals(long Customers, long Repeaters, long RepeatPurchases, long WithoutSpend, double? SpendCorrelation, double? Spend, double? LaterSpend);

/// <summary>
/// Histories of customers, made by the engine from the temporary table <c>clv_event</c> (customer, day, amount): temporary table <c>clv_customer</c>, and
/// their groups. Purchases of a customer on one day are one purchase.
/// </summary>
public static class PurchaseHistories
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(PurchaseHistories));

    /// <summary>Merges days and tells what the purchases span.</summary>
    public static PurchaseSpan MergeDays(ISession session, CancellationToken cancellation = default)
    {
        session.Execute(Sql.Fill("days"), null, cancellation);
        return session.Query<PurchaseSpan>(Sql.Fill("span"), null, cancellation)[0];
    }

    /// <summary>Makes <c>clv_customer</c>: customers as they stood at the end of a calibration, and what they did after it.</summary>
    /// <param name="session">Where.</param>
    /// <param name="calibrationEnd">Last day that the model may see.</param>
    /// <param name="observedEnd">Last day of what came after.</param>
    /// <param name="hasCells">Whether <c>clv_cell</c> tells the customers' covariates.</param>
    /// <param name="cancellation">Stops it.</param>
    public static CustomerTotals MakeCustomers(ISession session, DateOnly calibrationEnd, DateOnly observedEnd, bool hasCells, CancellationToken cancellation = default)
    {
        session.Execute(Sql.Fill("customers", ("cell", Sql.Fill(hasCells ? "cell" : "one_cell").Trim()), ("join", hasCells ? Sql.Fill("join").Trim() : "")), new { calibration_end = calibrationEnd, observed_end = observedEnd }, cancellation);
        return session.Query<CustomerTotals>(Sql.Fill("totals"), null, cancellation)[0];
    }

    /// <summary>The customers' groups.</summary>
    public static IReadOnlyList<HistoryGroup> Groups(ISession session, CancellationToken cancellation = default)
    {
        var groups = new List<HistoryGroup>();
        session.Stream(Sql.Fill("groups"), null, r => groups.Add(new(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt64(5))), cancellation);
        return groups;
    }

    /// <summary>The customers' groups with what they spent.</summary>
    public static IReadOnlyList<ValueGroup> ValueGroups(ISession session, CancellationToken cancellation = default)
    {
        var groups = new List<ValueGroup>();
        session.Stream(
            Sql.Fill("value_groups"), null,
            r => groups.Add(new(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetBoolean(4), r.GetDouble(5), r.GetDouble(6), r.GetInt64(7))), cancellation);
        return groups;
    }

    /// <summary>The groups of customers with positive repeat spend.</summary>
    public static IReadOnlyList<SpendHistory> Spend(ISession session, CancellationToken cancellation = default)
    {
        var groups = new List<SpendHistory>();
        session.Stream(Sql.Fill("spend"), null, r => groups.Add(new(r.GetInt32(0), r.GetDouble(1), r.GetInt64(2))), cancellation);
        return groups;
    }
}
