namespace Crm.Analytics.Models.Numerics;

/// <summary>How the distance of two clusters is told from those of their rows.</summary>
public enum Linkage
{
    /// <summary>The growth of the squared distances from the centres (Ward 1963).</summary>
    Ward,

    /// <summary>The mean distance.</summary>
    Average,

    /// <summary>The largest distance.</summary>
    Complete,

    /// <summary>The smallest distance.</summary>
    Single,
}

/// <summary>Two clusters that became one.</summary>
/// <param name="Left">The one: a row below n, or n + the number of an earlier merge.</param>
/// <param name="Right">The other.</param>
/// <param name="Height">Their distance.</param>
/// <param name="Size">Rows in both.</param>
public readonly record struct ClusterMerge(int Left, int Right, double Height, int Size);

/// <summary>
/// Agglomerative clustering over Euclidean distances, by chains of nearest neighbours with the update formula of Lance and Williams (1967): time n², memory
/// n²/2 numbers. Ward's heights are distances, not squares (as R's <c>ward.D2</c>).
/// </summary>
public static class HierarchicalClustering
{
    /// <summary>Rows at most: their distances take some 100 MB.</summary>
    public const int MostRows = 5_000;

    /// <summary>All merges, by height.</summary>
    public static IReadOnlyList<ClusterMerge> Merge(double[][] rows, Linkage linkage)
    {
        var n = rows.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, MostRows);
        var distances = Distances(rows, linkage);
        var sizes = Enumerable.Repeat(1, n).ToArray();
        var merges = new List<(int A, int B, double Height)>(Math.Max(0, n - 1));
        var chain = new List<int>();
        for (var left = n; left > 1; left--)
        {
            if (chain.Count == 0)
                chain.Add(Array.FindIndex(sizes, s => s > 0));
            int near;
            while (true)
            {
                near = Nearest(distances, sizes, chain[^1], chain.Count > 1 ? chain[^2] : -1);
                if (chain.Count > 1 && near == chain[^2])
                    break;
                chain.Add(near);
            }

            var (a, b) = (Math.Min(chain[^1], near), Math.Max(chain[^1], near));
            chain.RemoveRange(chain.Count - 2, 2);
            var height = distances[At(a, b)];
            merges.Add((a, b, linkage == Linkage.Ward ? Math.Sqrt(height) : height));
            Update(distances, sizes, a, b, height, linkage);
        }

        return Numbered(merges, n);
    }

    /// <summary>The clusters that are left when the k − 1 highest merges are undone; the largest cluster is 0.</summary>
    public static Clustering Cut(double[][] rows, IReadOnlyList<ClusterMerge> merges, int k)
    {
        var n = rows.Length;
        var parents = Enumerable.Range(0, 2 * n).ToArray();
        for (var i = 0; i < n - k; i++)
            (parents[merges[i].Left], parents[merges[i].Right]) = (n + i, n + i);
        for (var i = 2 * n - 1; i >= 0; i--)
            parents[i] = parents[parents[i]];
        var names = new Dictionary<int, int>();
        var clusters = Enumerable.Range(0, n).Select(i => names.TryGetValue(parents[i], out var name) ? name : names[parents[i]] = names.Count).ToArray();
        var centres = names.Values.Select(c => Centre(rows, clusters, c)).ToArray();
        return KMeans.Ordered(clusters, centres, rows.Select((r, i) => VectorDot.SquaredDistance(r, centres[clusters[i]])).Sum());
    }

    private static double[] Centre(double[][] rows, int[] clusters, int cluster)
    {
        var members = Enumerable.Range(0, rows.Length).Where(i => clusters[i] == cluster).ToArray();
        return [.. Enumerable.Range(0, rows[0].Length).Select(j => members.Average(i => rows[i][j]))];
    }

    private static long At(int a, int b) => a > b ? (long)a * (a - 1) / 2 + b : (long)b * (b - 1) / 2 + a;

    private static double[] Distances(double[][] rows, Linkage linkage)
    {
        var distances = new double[(long)rows.Length * (rows.Length - 1) / 2];
        for (var i = 1; i < rows.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var squared = VectorDot.SquaredDistance(rows[i], rows[j]);
                distances[At(i, j)] = linkage == Linkage.Ward ? squared : Math.Sqrt(squared);
            }
        }

        return distances;
    }

    // The one before in the chain wins a tie, else the chain would never end.
    private static int Nearest(double[] distances, int[] sizes, int from, int before)
    {
        var (near, least) = (before, before >= 0 ? distances[At(from, before)] : double.PositiveInfinity);
        for (var other = 0; other < sizes.Length; other++)
        {
            if (other != from && sizes[other] > 0 && distances[At(from, other)] < least)
                (near, least) = (other, distances[At(from, other)]);
        }

        return near;
    }

    // b becomes a part of a.
    private static void Update(double[] distances, int[] sizes, int a, int b, double height, Linkage linkage)
    {
        double na = sizes[a], nb = sizes[b];
        for (var other = 0; other < sizes.Length; other++)
        {
            if (other == a || other == b || sizes[other] == 0)
                continue;
            var (da, db, no) = (distances[At(a, other)], distances[At(b, other)], (double)sizes[other]);
            distances[At(a, other)] = linkage switch
            {
                Linkage.Ward => ((na + no) * da + (nb + no) * db - no * height) / (na + nb + no),
                Linkage.Average => (na * da + nb * db) / (na + nb),
                Linkage.Complete => Math.Max(da, db),
                _ => Math.Min(da, db),
            };
        }

        sizes[a] += sizes[b];
        sizes[b] = 0;
    }

    private static List<ClusterMerge> Numbered(List<(int A, int B, double Height)> merges, int n)
    {
        var parents = Enumerable.Range(0, n).ToArray();
        var names = Enumerable.Range(0, n).ToArray();
        var sizes = Enumerable.Repeat(1, n).ToArray();
        var answer = new List<ClusterMerge>(merges.Count);
        foreach (var (a, b, height) in merges.OrderBy(m => m.Height))
        {
            var (ra, rb) = (Root(a), Root(b));
            var (left, right) = (Math.Min(names[ra], names[rb]), Math.Max(names[ra], names[rb]));
            parents[rb] = ra;
            sizes[ra] += sizes[rb];
            names[ra] = n + answer.Count;
            answer.Add(new ClusterMerge(left, right, height, sizes[ra]));
        }

        return answer;

        int Root(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }
    }
}
