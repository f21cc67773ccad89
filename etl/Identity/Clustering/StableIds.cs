namespace Crm.Analytics.Etl.Identity.Clustering;

/// <summary>The customer ids of a run, and what became of earlier ones.</summary>
/// <param name="IdOf">By record number (0 is unused): its customer id.</param>
/// <param name="Merged">Ids whose records are all in another customer now, with that customer's id.</param>
/// <param name="Split">Ids that keep some of their records, with the ids that others of them have now.</param>
public sealed record CustomerIds(IReadOnlyList<long> IdOf, IReadOnlyList<(long Id, long Into)> Merged, IReadOnlyList<(long Id, long Into)> Split);

/// <summary>
/// Gives clusters ids that stay: a cluster keeps the id that most of its records had, of equals the oldest (smallest); an id goes to one cluster only, the one
/// with most of its records; other clusters get new ids in the order of their first records.
/// </summary>
public static class StableIds
{
    /// <summary>Gives the ids.</summary>
    /// <param name="clusters">By record number (0 is unused): its cluster.</param>
    /// <param name="before">By record number: the id it had, null for a new record.</param>
    /// <param name="next">The first id that was never used; customers that were once merged away do not come back.</param>
    public static CustomerIds Give(IReadOnlyList<int> clusters, IReadOnlyList<long?> before, long next)
    {
        var claims = Enumerable.Range(1, clusters.Count - 1).Where(r => before[r] is not null)
            .GroupBy(r => (Cluster: clusters[r], Id: before[r]!.Value)).Select(g => (g.Key.Cluster, g.Key.Id, Records: g.Count()))
            .OrderByDescending(c => c.Records).ThenBy(c => c.Id).ThenBy(c => c.Cluster).ToList();
        var idOf = new Dictionary<int, long>();
        var taken = new HashSet<long>();
        foreach (var (cluster, id, _) in claims)
        {
            if (!idOf.ContainsKey(cluster) && taken.Add(id))
            {
                idOf.Add(cluster, id);
            }
        }

        var ids = new long[clusters.Count];
        for (var record = 1; record < clusters.Count; record++)
        {
            if (!idOf.TryGetValue(clusters[record], out ids[record]))
            {
                idOf.Add(clusters[record], ids[record] = next++);
            }
        }

        var moved = claims.Select(c => (c.Id, Into: idOf[c.Cluster])).Where(c => c.Id != c.Into).Distinct().OrderBy(c => c.Id).ThenBy(c => c.Into).ToList();
        return new(ids, [.. moved.Where(m => !taken.Contains(m.Id))], [.. moved.Where(m => taken.Contains(m.Id))]);
    }
}
