using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>How clusters are looked for.</summary>
/// <param name="Method">kmeans, ward, average, complete or single.</param>
/// <param name="Clusters">How many; null: as many, up to ten, as give the best silhouette.</param>
/// <param name="Seed">Seed of the starts of k-means.</param>
/// <param name="Restarts">Starts of k-means.</param>
public sealed record ClusterOptions(string Method = "kmeans", int? Clusters = null, int Seed = 1, int Restarts = 10);

/// <summary>One number of clusters that was tried.</summary>
/// <param name="Clusters">How many.</param>
/// <param name="WithinSquares">Sum of squared distances from the centres: where it stops falling fast is the elbow.</param>
/// <param name="Silhouette">Mean silhouette, −1 to 1; null of one cluster.</param>
public sealed record ClusterTrial(int Clusters, double WithinSquares, double? Silhouette);

/// <summary>Clusters of rows.</summary>
/// <param name="Clusters">Cluster of each row, from 1, the largest first; in the order the rows came in.</param>
/// <param name="Centres">Means of the measures per cluster, in their own units.</param>
/// <param name="Standard">The same in standard deviations from the mean of all.</param>
/// <param name="Trials">The numbers of clusters that were tried.</param>
/// <param name="Chosen">The one that was taken.</param>
/// <param name="Note">What was done otherwise, in words; null when nothing was.</param>
public sealed record FoundClusters(int[] Clusters, double[][] Centres, double[][] Standard, IReadOnlyList<ClusterTrial> Trials, ClusterTrial Chosen, string? Note);

/// <summary>Finds clusters of rows over standardised measures.</summary>
public static class ClusterSearch
{
    private const int MostTried = 10;

    /// <summary>Different rows there are: no more clusters can be made.</summary>
    public static int DifferentRows(StandardRows rows)
        => rows.Values.Length == 0 ? 0 : 1 + rows.Values.Skip(1).Zip(rows.Values).Count(p => !p.First.AsSpan().SequenceEqual(p.Second));

    /// <summary>Clusters rows.</summary>
    /// <param name="measures">Rows of measures in their own units; NaN is missing.</param>
    /// <param name="options">How; not more clusters than different rows.</param>
    public static FoundClusters Find(IReadOnlyList<double[]> measures, ClusterOptions options)
    {
        var rows = StandardRows.Of(measures);
        var most = Math.Min(Math.Max(MostTried, options.Clusters ?? 0), DifferentRows(rows));
        var (find, note) = Finder(rows.Values, options);
        var found = Enumerable.Range(1, most).Select(k => (Clustering: find(k), Clusters: k))
            .Select(f => (f.Clustering, Trial: new ClusterTrial(f.Clusters, f.Clustering.WithinSquares, f.Clusters == 1 ? null : Silhouette.Mean(rows.Values, f.Clustering.Clusters)))).ToList();
        var chosen = options.Clusters is { } wanted
            ? found[Math.Min(wanted, most) - 1]
            : found.Skip(most > 1 ? 1 : 0).MaxBy(f => f.Trial.Silhouette ?? 0);
        var clusters = rows.InFirstOrder(Array.ConvertAll(chosen.Clustering.Clusters, c => c + 1));
        return new FoundClusters(
            clusters, [.. chosen.Clustering.Centres.Select(c => c.Select((v, j) => rows.Means[j] + v * rows.Scales[j]).ToArray())], chosen.Clustering.Centres,
            [.. found.Select(f => f.Trial)], chosen.Trial, note);
    }

    private static (Func<int, Clustering> Find, string? Note) Finder(double[][] rows, ClusterOptions options)
    {
        if (options.Method == "kmeans")
            return (k => KMeans.Fit(rows, k, options.Seed, options.Restarts), null);

        // Sorted rows: every so many-th is an even sample.
        var sample = rows.Length <= HierarchicalClustering.MostRows
            ? rows
            : [.. Enumerable.Range(0, HierarchicalClustering.MostRows).Select(i => rows[(int)((long)i * rows.Length / HierarchicalClustering.MostRows)])];
        var merges = HierarchicalClustering.Merge(sample, Enum.Parse<Linkage>(options.Method, ignoreCase: true));
        if (sample == rows)
            return (k => HierarchicalClustering.Cut(rows, merges, k), null);
        return (Spread, $"the tree was made from an even sample of {sample.Length} of {rows.Length} rows; each other row went to the nearest centre");

        Clustering Spread(int k)
        {
            var centres = HierarchicalClustering.Cut(sample, merges, Math.Min(k, sample.Length)).Centres;
            var nearest = Array.ConvertAll(rows, r => KMeans.Nearest(r, centres));
            return KMeans.Ordered(Array.ConvertAll(nearest, n => n.Nearest), centres, nearest.Sum(n => n.Squared));
        }
    }
}
