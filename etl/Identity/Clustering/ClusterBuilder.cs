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
    private readonly Dictionary<int, Dictionary<int, (long Links, double Weight)>> between = [];
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

        var all = links.ToList();
        foreach (var link in all)
        {
            Note(link.Left, link.Right, 1, Math.Min(link.Weight, guards.MostWeight));
        }

        foreach (var link in all.OrderByDescending(l => l.Weight).ThenBy(l => l.Left).ThenBy(l => l.Right))
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

        if (Against(link, left, right) is { } reason)
        {
            cut.Add(new(link, reason));
            return;
        }

        var (own, other, away, alsoAway) = (SourcesOf(left), SourcesOf(right), apart.GetValueOrDefault(left), apart.GetValueOrDefault(right));
        var root = components.Join(left, right);
        Merge(left == root ? right : left, root);
        own.UnionWith(other);
        sourcesOf.Remove(left);
        sourcesOf.Remove(right);
        sourcesOf[root] = own;
        if (away is not null || alsoAway is not null)
        {
            apart[root] = [.. away ?? [], .. alsoAway ?? []];
        }
    }

    private CutReason? Against(ClusterLink link, int left, int right) =>
        link.Weight < ClusterGuards.Decided && guards.OneRecordPerSource && SourcesOf(left).Overlaps(SourcesOf(right)) ? CutReason.SameSource
        : link.Weight < ClusterGuards.Decided && components.Size(left) + components.Size(right) > guards.MaxSize ? CutReason.TooLarge
        : apart.TryGetValue(left, out var away) && away.Exists(record => components.Find(record) == right) ? CutReason.Decided
        : link.Weight < ClusterGuards.Certain && Contradict(left, right) ? CutReason.Contradiction
        : null;

    // Records that no link joins speak against it: a chain of weak links does not make one customer of many.
    private bool Contradict(int left, int right)
    {
        var (links, weight) = between[left][right];
        var unlinked = ((long)components.Size(left) * components.Size(right)) - links;
        return weight < guards.WeightAgainst * unlinked;
    }

    private void Note(int one, int other, long links, double weight)
    {
        foreach (var (from, to) in new[] { (one, other), (other, one) })
        {
            if (!between.TryGetValue(from, out var found))
            {
                between.Add(from, found = []);
            }

            var before = found.GetValueOrDefault(to);
            found[to] = (before.Links + links, before.Weight + weight);
        }
    }

    private void Merge(int gone, int root)
    {
        if (!between.Remove(gone, out var links))
        {
            return;
        }

        foreach (var (other, sum) in links)
        {
            between[other].Remove(gone);
            if (other != root)
            {
                Note(root, other, sum.Links, sum.Weight);
            }
        }
    }

    private HashSet<int> SourcesOf(int root) => sourcesOf.TryGetValue(root, out var found) ? found
        : guards.SeveralOf.Contains(sources[root]) ? [] : [sources[root]];

    private static List<int> Of(Dictionary<int, List<int>> lists, int key)
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists.Add(key, list = []);
        }

        return list;
    }
}
