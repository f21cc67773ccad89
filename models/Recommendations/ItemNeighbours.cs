using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Recommendations;

/// <summary>How offers are made.</summary>
public sealed record OfferOptions
{
    /// <summary>Offers per customer.</summary>
    public int Offers { get; init; } = 5;

    /// <summary>Neighbours that are kept of each item.</summary>
    public int Neighbours { get; init; } = 50;

    /// <summary>Customers that two items must share to be neighbours.</summary>
    public int LeastCommon { get; init; } = 2;

    /// <summary>Items of a customer that are looked at, the latest; more would be a wholesaler's or a mistake.</summary>
    public int MostItems { get; init; } = 300;

    /// <summary>Customers that the offers are tried on.</summary>
    public int Tried { get; init; } = 20_000;
}

/// <summary>What to offer a customer next.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Item">The item; never one they have.</param>
/// <param name="Rank">Place among the customer's offers, from 1.</param>
/// <param name="Score">Sum of its likeness to the items they have.</param>
/// <param name="Reason">The item of theirs that speaks most for it.</param>
/// <param name="Shared">Customers who bought both.</param>
public sealed record Offer(string CustomerId, string Item, long Rank, double Score, string Reason, long Shared);

/// <summary>Two items bought by the same customers.</summary>
/// <param name="Item">The one.</param>
/// <param name="Other">The other.</param>
/// <param name="Shared">Customers of both.</param>
/// <param name="Likeness">Cosine, 0–1.</param>
public sealed record ItemPair(string Item, string Other, long Shared, double Likeness);

/// <summary>What was read.</summary>
public sealed record OfferCounts(long Lines, long Customers, long Items);

/// <summary>How often the offers hold the item a customer bought last, which they were not told.</summary>
/// <param name="Tried">Customers with two items and more.</param>
/// <param name="Hits">Those whose last item was among the offers.</param>
/// <param name="PopularHits">Those whose last item was among as many of the most bought items they did not have.</param>
public sealed record OfferTrial(long Tried, long Hits, long PopularHits);

/// <summary>
/// Item-to-item collaborative filtering (Linden, Smith and York 2003): an item is near another when the same customers buy both (cosine); a customer is
/// offered what is near to what they have. Customers are worked on in slices, so that memory stays bounded.
/// </summary>
public static class ItemNeighbours
{
    private const int Slice = 200_000;
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ItemNeighbours));

    /// <summary>Makes offers for every customer, and tries them first on the item each bought last.</summary>
    /// <param name="session">Where the table is; temporary tables are made and dropped there.</param>
    /// <param name="table">The table, quoted; one row per purchase.</param>
    /// <param name="customer">The customer, an expression over the table.</param>
    /// <param name="item">The item, an expression over the table.</param>
    /// <param name="moment">When, an expression; NULL where time is not known.</param>
    /// <param name="options">How.</param>
    /// <param name="take">Gets the offers, slice by slice.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static OfferSummary Offer(
        ISession session, string table, string customer, string item, string moment, OfferOptions options, Action<IReadOnlyList<Offer>> take, CancellationToken cancellation = default)
    {
        session.Execute(Sql.Fill("lines", ("table", table), ("customer", customer), ("item", item), ("moment", moment)), null, cancellation);
        var counts = session.Query<OfferCounts>(Sql.Fill("counts"), null, cancellation)[0];
        session.Execute(Sql.Fill("numbers"), null, cancellation);

        session.Execute(Sql.Fill("all_but_last"), new { most = options.MostItems }, cancellation);
        MakeNeighbours(session, options, cancellation);
        session.Execute(Sql.Fill("offers"), new { after = 0, upto = options.Tried, offers = options.Offers }, cancellation);
        var trial = session.Query<OfferTrial>(Sql.Fill("hits"), new { upto = options.Tried, offers = options.Offers }, cancellation)[0];

        session.Execute(Sql.Fill("all_known"), new { most = options.MostItems }, cancellation);
        MakeNeighbours(session, options, cancellation);
        var last = session.Scalar<long>(Sql.Fill("most_customer"));
        for (var after = 0L; after < last; after += Slice)
        {
            session.Execute(Sql.Fill("offers"), new { after, upto = after + Slice, offers = options.Offers }, cancellation);
            take(session.Query<Offer>(Sql.Fill("named"), null, cancellation));
        }

        var pairs = session.Query<ItemPair>(Sql.Fill("likest"), new { limit = 50 }, cancellation);
        var neighbours = session.Scalar<long>(Sql.Fill("neighbour_count"));
        session.Execute(Sql.Fill("forget"));
        return new OfferSummary(counts, neighbours, trial, pairs);
    }

    private static void MakeNeighbours(ISession session, OfferOptions options, CancellationToken cancellation)
        => session.Execute(Sql.Fill("neighbours"), new { least_common = options.LeastCommon, neighbours = options.Neighbours }, cancellation);
}

/// <summary>What was learnt of items.</summary>
/// <param name="Counts">What was read.</param>
/// <param name="Neighbours">Pairs of an item and a neighbour.</param>
/// <param name="Trial">How the offers do on purchases they were not told.</param>
/// <param name="Likest">The items that are most alike.</param>
public sealed record OfferSummary(OfferCounts Counts, long Neighbours, OfferTrial Trial, IReadOnlyList<ItemPair> Likest);
