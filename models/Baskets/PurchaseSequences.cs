using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Baskets;

/// <summary>Items that customers bought one after the other.</summary>
/// <param name="Items">Names in the order they were bought, joined by <c> → </c>.</param>
/// <param name="Size">Purchases in it.</param>
/// <param name="Customers">Customers who did so.</param>
/// <param name="Support">Their share of all customers, 0–1.</param>
/// <param name="Confidence">Their share of those who went all but the last step, 0–1.</param>
/// <param name="Lift">Confidence over the share of customers who ever bought the last item.</param>
/// <param name="MedianDays">Median days from the first to the last purchase of it; null where that was left out.</param>
public sealed record PurchaseSequence(string Items, int Size, long Customers, double Support, double Confidence, double Lift, double? MedianDays);

/// <summary>What customers bought later.</summary>
/// <param name="Customers">Customers who bought anything.</param>
/// <param name="Sequences">Sequences, the most frequent first.</param>
/// <param name="Note">What was left out, in words; null when nothing was.</param>
public sealed record SequenceSummary(long Customers, IReadOnlyList<PurchaseSequence> Sequences, string? Note);

/// <summary>What is bought later: sequences of purchases at strictly rising times, counted by customers (after Srikant and Agrawal 1996).</summary>
public static class PurchaseSequences
{
    private const long MostWork = 500_000_000;
    private const long MostSteps = 30_000_000;
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(PurchaseSequences));

    /// <summary>Finds sequences of two purchases and more.</summary>
    /// <param name="session">Where the table is; temporary tables are made and dropped there.</param>
    /// <param name="table">The table, quoted.</param>
    /// <param name="customer">The customer, an expression over the table.</param>
    /// <param name="item">The item, an expression over the table.</param>
    /// <param name="moment">When it was bought, an expression of type TIMESTAMP or DATE.</param>
    /// <param name="support">Share of the customers that a sequence needs.</param>
    /// <param name="longest">Purchases in a sequence at most.</param>
    /// <param name="limit">Sequences to list at most.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static SequenceSummary Find(
        ISession session, string table, string customer, string item, string moment, double support, int longest = 3, int limit = 100_000, CancellationToken cancellation = default)
    {
        (string, string)[] names = [("table", table), ("customer", customer), ("item", item), ("moment", moment)];
        var customers = session.Scalar<long>(Sql.Fill("customers", names), null, cancellation);
        var least = Math.Max(1, (long)Math.Ceiling(support * customers - 1e-9 * customers));
        session.Execute(Sql.Fill("lines", names), new { least }, cancellation);
        session.Execute(Sql.Fill("first"), null, cancellation);
        var (has, note) = (Occurrences(1), (string?)null);
        for (var size = 1; size < longest; size++)
        {
            if (session.Scalar<long>(Sql.Fill("work", ("has", has))) > MostWork)
            {
                note = $"sequences of {size + 1} purchases and more are left out: there are too many of them at this support; a higher one finds them";
                break;
            }

            session.Execute(Sql.Fill("longer", ("has", has)), new { least }, cancellation);
            if (session.Execute(Sql.Fill("keep"), null, cancellation) == 0)
                break;
            if (session.Scalar<long>(Sql.Fill("steps")) > MostSteps)
            {
                note = $"sequences of {size + 2} purchases and more, and the days between, are left out: there are too many at this support; a higher one finds them";
                break;
            }

            var next = Occurrences(size + 1);
            session.Execute(Sql.Fill("occurrences", ("has", has), ("next", next)), null, cancellation);
            session.Execute(Sql.Fill("medians", ("next", next)), null, cancellation);
            session.Execute(Sql.Fill("forget_occurrences", ("has", has)));
            has = next;
        }

        session.Execute(Sql.Fill("forget_occurrences", ("has", has)));
        var sequences = session.Query<PurchaseSequence>(Sql.Fill("sequences"), new { customers, limit }, cancellation);
        session.Execute(Sql.Fill("forget"));
        return new SequenceSummary(customers, sequences, note);
    }

    private static string Occurrences(int size) => string.Create(CultureInfo.InvariantCulture, $"sequence_has_{size}");
}
