namespace Crm.Analytics.Models.Numerics;

/// <summary>How well rows sit in their clusters (Rousseeuw 1987).</summary>
public static class Silhouette
{
    private const int SampleSize = 3_000;

    /// <summary>
    /// Mean of (b − a) / max(a, b) over the rows, −1 to 1: a is the mean distance to the own cluster, b to the nearest other one; a row alone in its cluster
    /// counts 0. Beyond 3,000 rows an even sample is measured against itself. NaN with fewer than two clusters.
    /// </summary>
    public static double Mean(double[][] rows, int[] clusters)
    {
        if (rows.Length > SampleSize)
        {
            var picked = Enumerable.Range(0, SampleSize).Select(i => (int)((long)i * rows.Length / SampleSize)).ToArray();
            (rows, clusters) = (Array.ConvertAll(picked, i => rows[i]), Array.ConvertAll(picked, i => clusters[i]));
        }

        var count = clusters.Length == 0 ? 0 : clusters.Max() + 1;
        var sizes = new int[count];
        foreach (var cluster in clusters)
            sizes[cluster]++;
        if (sizes.Count(s => s > 0) < 2)
            return double.NaN;
        var sums = new double[rows.Length * count];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var distance = Math.Sqrt(VectorDot.SquaredDistance(rows[i], rows[j]));
                sums[i * count + clusters[j]] += distance;
                sums[j * count + clusters[i]] += distance;
            }
        }

        return Enumerable.Range(0, rows.Length).Average(Of);

        double Of(int i)
        {
            var own = clusters[i];
            if (sizes[own] < 2)
                return 0;
            var a = sums[i * count + own] / (sizes[own] - 1);
            var b = Enumerable.Range(0, count).Where(c => c != own && sizes[c] > 0).Min(c => sums[i * count + c] / sizes[c]);
            return Math.Max(a, b) > 0 ? (b - a) / Math.Max(a, b) : 0;
        }
    }
}
