using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Baskets;

/// <summary>What is looked for in baskets.</summary>
/// <param name="Support">Share of the baskets that hold a set, above 0 and up to 1; a set is frequent from there on.</param>
/// <param name="Confidence">Share of the baskets with a rule's left side that hold its right side too; a rule stands from there on.</param>
public sealed record BasketOptions(double Support, double Confidence)
{
    /// <summary>Items in a set at most.</summary>
    public int LongestSet { get; init; } = 10;

    /// <summary>True: the right side may have several items; else it has one.</summary>
    public bool AnyConsequent { get; init; }

    /// <summary>What the strongest rules are ordered by: lift, confidence or support.</summary>
    public string Order { get; init; } = "lift";

    /// <summary>Sets and rules to list at most; all are counted.</summary>
    public int Limit { get; init; } = 100_000;
}

/// <summary>
/// Frequent item sets and rules by the Apriori algorithm (Agrawal and Srikant 1994), level by level in the engine: counts are exact, and memory stays bounded
/// because the engine puts aside on disk what is too large for it.
/// </summary>
public static class FrequentSets
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(FrequentSets));

    /// <summary>Candidates of one level at most: beyond that the support is too low to be of use.</summary>
    private const long MostCandidates = 20_000_000;

    /// <summary>Finds sets and rules.</summary>
    /// <param name="session">Where the table is; temporary tables are made and dropped there.</param>
    /// <param name="table">The table, quoted; one row per basket and item, in any order; repetitions count once.</param>
    /// <param name="basket">The basket, an expression over the table; NULL where it is missing.</param>
    /// <param name="item">The item, an expression over the table.</param>
    /// <param name="options">What is looked for.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static BasketSummary Find(ISession session, string table, string basket, string item, BasketOptions options, CancellationToken cancellation = default)
        => FindCount(session, table, basket, item, options, null, cancellation);

    /// <summary>Finds sets that at least so many baskets hold, and their rules; null: as many as the support says.</summary>
    internal static BasketSummary FindCount(
        ISession session, string table, string basket, string item, BasketOptions options, long? leastBaskets, CancellationToken cancellation)
    {
        (string, string)[] names = [("table", table), ("basket", basket), ("item", item)];
        session.Execute(Sql.Fill("lines", names), null, cancellation);
        var counts = session.Query<BasketCounts>(Sql.Fill("counts", names), null, cancellation)[0];

        // A count that equals the share is enough; a billionth below it is rounding.
        var least = leastBaskets ?? Math.Max(1, (long)Math.Ceiling(options.Support * counts.Baskets - 1e-9 * counts.Baskets));
        session.Execute(Sql.Fill("items"), new { least }, cancellation);
        var note = Search(session, least, options.LongestSet, cancellation);
        session.Execute(Sql.Fill("rules"), new { any = options.AnyConsequent, confidence = options.Confidence }, cancellation);
        var summary = new BasketSummary(
            counts, least,
            session.Query<SetSize>(Sql.Fill("sizes")),
            session.Query<FrequentSet>(Sql.Fill("sets"), new { baskets = counts.Baskets, limit = options.Limit }, cancellation),
            session.Scalar<long>(Sql.Fill("rule_count")),
            session.Query<BasketRule>(Sql.Fill("strongest", ("order", $"{options.Order} DESC")), new { baskets = counts.Baskets, limit = options.Limit }, cancellation),
            note);
        session.Execute(Sql.Fill("forget"));
        return summary;
    }

    private static string? Search(ISession session, long least, int longest, CancellationToken cancellation)
    {
        for (var size = 1; ; size++)
        {
            var has = Occurrences(size);
            var note = size >= longest ? "" : Grow(session, least, size, cancellation);
            if (note is not null)
            {
                session.Execute(Sql.Fill("forget_occurrences", ("has", has)));
                return note.Length == 0 ? null : note;
            }

            session.Execute(Sql.Fill("occurrences", ("has", has), ("next", Occurrences(size + 1))), null, cancellation);
            session.Execute(Sql.Fill("forget_occurrences", ("has", has)));
        }
    }

    // Null: there are longer sets; else why there are none, empty when none is frequent.
    private static string? Grow(ISession session, long least, int size, CancellationToken cancellation)
    {
        if (size == 1)
        {
            session.Execute(Sql.Fill("count_pairs"), new { least }, cancellation);
        }
        else
        {
            session.Execute(Sql.Fill("candidates"), new { size }, cancellation);
            if (session.Scalar<long>(Sql.Fill("candidate_count")) is var candidates && candidates is 0 or > MostCandidates)
            {
                return candidates == 0
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"sets of {size + 1} items and more are left out: {candidates:N0} of them would have to be counted; a higher support finds them all");
            }

            session.Execute(Sql.Fill("count_candidates", ("has", Occurrences(size))), new { least }, cancellation);
        }

        return session.Execute(Sql.Fill("keep"), null, cancellation) > 0 ? null : "";
    }

    private static string Occurrences(int size) => string.Create(CultureInfo.InvariantCulture, $"basket_has_{size}");
}
