namespace Crm.Analytics.Models.Numerics;

/// <summary>
/// Rows of measures brought to one scale: mean 0 and standard deviation 1 per measure; a missing value becomes the mean. They are kept in an order of their own
/// (by value), so that the order they came in changes nothing.
/// </summary>
public sealed class StandardRows
{
    private readonly int[] origin;

    private StandardRows(double[][] values, double[] means, double[] scales, int[] origin)
        => (Values, Means, Scales, this.origin) = (values, means, scales, origin);

    /// <summary>Standardised rows, sorted.</summary>
    public double[][] Values { get; }

    /// <summary>Mean of each measure.</summary>
    public double[] Means { get; }

    /// <summary>Standard deviation of each measure; 0 for one that never changes, which then stays out of every distance.</summary>
    public double[] Scales { get; }

    /// <summary>Standardises.</summary>
    /// <param name="rows">Rows of measures; NaN is missing.</param>
    public static StandardRows Of(IReadOnlyList<double[]> rows)
    {
        var width = rows.Count == 0 ? 0 : rows[0].Length;
        var (means, scales) = (new double[width], new double[width]);
        for (var j = 0; j < width; j++)
        {
            // Sorted before they are summed: rounding does not depend on the rows' order either.
            var known = rows.Select(r => r[j]).Where(double.IsFinite).Order().ToArray();
            means[j] = known.Length == 0 ? 0 : known.Average();
            var mean = means[j];
            var scale = known.Length == 0 ? 0 : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / known.Length);
            scales[j] = scale > 1e-12 * Math.Max(1e-300, Math.Abs(mean)) ? scale : 0;
        }

        var values = rows.Select(r => r.Select((v, j) => scales[j] > 0 && double.IsFinite(v) ? (v - means[j]) / scales[j] : 0).ToArray()).ToArray();
        var origin = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(values, origin, Comparer<double[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        return new StandardRows(values, means, scales, origin);
    }

    /// <summary>Values of sorted rows, put back into the order the rows came in.</summary>
    public T[] InFirstOrder<T>(T[] sorted)
    {
        var answer = new T[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
            answer[origin[i]] = sorted[i];
        return answer;
    }
}
