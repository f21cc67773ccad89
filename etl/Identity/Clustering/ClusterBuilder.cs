namespace Crm.Analytics.Etl.Identity.Clustering;

/// <summary>
/// Clusters of linked records: connected components, joined strongest link first, so that where a guard would be broken it is the weakest link that is cut.
/// </summary>
/// <param name="guards">What a cluster may not become.</param>
/// <param name="sources">By record number (0 is unused): its source.</param>
public sealed class ClusterBuilder(ClusterGuards guards, IReadOnlyList<int> sources)
{
    private readonly Components components = new(sources.Count - 1);
    private readonly Dictionary<int, HashSet<int>> sourcesOf = [];
    private readonly Dictionary<int, List<int>> apart = [];
    private readonly List<CutLink> cut = [];

    /// <summary>Builds the clusters.</summary>
    /// <param name="links">The links; their order does not matter.</param>
    /// <param name="decidedApart">Pairs that a person decided to be two customers.</param>
    public Clusters Build(IEnumerable<ClusterLink> links, IEnumerable<(int Left, int Right)>? decidedApart = null)
    {
        foreach (var (left, right) in decidedApart ?? [])
        {
            Of(apart, left).Add(right);
            Of(apart, right).Add(left);
        }

        foreach (var link in links.OrderByDescending(l => l.Weight).ThenBy(l => l.Left).ThenBy(l => l.Right))
        {
            Join(link);
        }

        var smallest = new int[sources.Count];
        var clusterOf = new int[sources.Count];
        for (var record = 1; record < sources.Count; record++)
        {
            var root = components.Find(record);
            smallest[root] = smallest[root] == 0 ? record : smallest[root];
            clusterOf[record] = smallest[root];
        }

        return new(clusterOf, cut);
    }

    private void Join(ClusterLink link)
    {
        var (left, right) = (components.Find(link.Left), components.Find(link.Right));
        if (left == right)
        {
            return;
        }

        if (Against(left, right) is { } reason)
        {
            cut.Add(new(link, reason));
            return;
        }

        var (own, other, away, alsoAway) = (SourcesOf(left), SourcesOf(right), apart.GetValueOrDefault(left), apart.GetValueOrDefault(right));
        var root = components.Join(left, right);
        own.UnionWith(other);
        sourcesOf.Remove(left);
        sourcesOf.Remove(right);
        sourcesOf[root] = own;
        if (away is not null || alsoAway is not null)
        {
            apart[root] = [.. away ?? [], .. alsoAway ?? []];
        }
    }

    private CutReason? Against(int left, int right) =>
        guards.OneRecordPerSource && SourcesOf(left).Overlaps(SourcesOf(right)) ? CutReason.SameSource
        : components.Size(left) + components.Size(right) > guards.MaxSize ? CutReason.TooLarge
        : apart.TryGetValue(left, out var away) && away.Exists(record => components.Find(record) == right) ? CutReason.Decided
        : null;

    private HashSet<int> SourcesOf(int root) => sourcesOf.TryGetValue(root, out var found) ? found : [sources[root]];

    private static List<int> Of(Dictionary<int, List<int>> lists, int key)
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists.Add(key, list = []);
        }

        return list;
    }
}
