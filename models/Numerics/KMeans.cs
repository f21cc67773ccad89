namespace Crm.Analytics.Models.Numerics;

/// <summary>Rows divided into clusters.</summary>
/// <param name="Clusters">Cluster of each row, 0 … k − 1, the largest cluster first.</param>
/// <param name="Centres">Centre of each cluster.</param>
/// <param name="WithinSquares">Sum of squared distances of the rows from their centres.</param>
public sealed record Clustering(int[] Clusters, double[][] Centres, double WithinSquares);

/// <summary>
/// k-means by Lloyd's iterations from seeded k-means++ starts (Arthur and Vassilvitskii 2007), the best of several. Data beyond 20,000 rows is tried on
/// an even sample first; the best start then runs over all rows.
/// </summary>
public static class KMeans
{
    private const int SampleSize = 20_000;
    private const int MostIterations = 200;

    /// <summary>Finds k clusters.</summary>
    /// <param name="rows">Standardised rows (<see cref="StandardRows.Values"/>).</param>
    /// <param name="k">Clusters, at least 1 and at most the number of different rows.</param>
    /// <param name="seed">Seed of the starts.</param>
    /// <param name="restarts">Starts.</param>
    public static Clustering Fit(double[][] rows, int k, int seed = 1, int restarts = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var sample = rows.Length <= SampleSize ? rows : [.. Enumerable.Range(0, SampleSize).Select(i => rows[(int)((long)i * rows.Length / SampleSize)])];
        (double[][] Centres, double Squares)? best = null;
        for (var start = 0; start < restarts; start++)
        {
            var found = Lloyd(sample, Starts(sample, k, new Random(seed * 1000 + start)), new int[sample.Length]);
            if (best is null || found.Squares < best.Value.Squares * (1 - 1e-12))
                best = found;
        }

        var clusters = new int[rows.Length];
        var (centres, squares) = Lloyd(rows, best!.Value.Centres, clusters);
        return Ordered(clusters, centres, squares);
    }

    /// <summary>Renames clusters by size, the largest first; equal sizes by their centres.</summary>
    internal static Clustering Ordered(int[] clusters, double[][] centres, double squares)
    {
        var sizes = new int[centres.Length];
        foreach (var cluster in clusters)
            sizes[cluster]++;
        var order = Enumerable.Range(0, centres.Length).OrderByDescending(c => sizes[c])
            .ThenBy(c => centres[c], Comparer<double[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).ToArray();
        var names = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            names[order[i]] = i;
        return new Clustering(Array.ConvertAll(clusters, c => names[c]), [.. order.Select(c => centres[c])], squares);
    }

    private static double[][] Starts(double[][] rows, int k, Random random)
    {
        var centres = new List<double[]> { rows[random.Next(rows.Length)] };
        var distances = rows.Select(r => VectorDot.SquaredDistance(r, centres[0])).ToArray();
        while (centres.Count < k)
        {
            var left = random.NextDouble() * distances.Sum();
            var chosen = Array.FindIndex(distances, d => d > 0 && (left -= d) <= 0);
            var centre = rows[chosen < 0 ? Array.IndexOf(distances, distances.Max()) : chosen];
            centres.Add(centre);
            for (var i = 0; i < rows.Length; i++)
                distances[i] = Math.Min(distances[i], VectorDot.SquaredDistance(rows[i], centre));
        }

        return [.. centres.Select(c => (double[])[.. c])];
    }

    private static (double[][] Centres, double Squares) Lloyd(double[][] rows, double[][] centres, int[] clusters)
    {
        var width = rows[0].Length;
        centres = [.. centres.Select(c => (double[])[.. c])];
        Array.Fill(clusters, -1);
        for (var iteration = 0; ; iteration++)
        {
            var (moved, squares, farthest, distance) = (0, 0.0, 0, -1.0);
            var sums = centres.Select(_ => new double[width]).ToArray();
            var sizes = new int[centres.Length];
            for (var i = 0; i < rows.Length; i++)
            {
                var (nearest, least) = Nearest(rows[i], centres);
                moved += nearest == clusters[i] ? 0 : 1;
                clusters[i] = nearest;
                sizes[nearest]++;
                squares += least;
                if (least > distance)
                    (farthest, distance) = (i, least);
                for (var j = 0; j < width; j++)
                    sums[nearest][j] += rows[i][j];
            }

            if (moved == 0 || iteration == MostIterations)
                return (centres, squares);
            for (var c = 0; c < centres.Length; c++)
            {
                // A cluster that lost all its rows begins again at the row that is farthest from its centre.
                for (var j = 0; j < width; j++)
                    centres[c][j] = sizes[c] == 0 ? rows[farthest][j] : sums[c][j] / sizes[c];
            }
        }
    }

    internal static (int Nearest, double Squared) Nearest(double[] row, double[][] centres)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var c = 0; c < centres.Length; c++)
        {
            var squared = VectorDot.SquaredDistance(row, centres[c]);
            if (squared < least)
                (nearest, least) = (c, squared);
        }

        return (nearest, least);
    }
}
