namespace Crm.Analytics.Models.Numerics;

/// <summary>Columns as small whole numbers: bin 0 is missing, bin k holds the values above cut k − 2 and up to cut k − 1.</summary>
internal sealed class HistogramBins
{
    /// <summary>Bins per column, the missing one among them.</summary>
    public const int Most = 64;

    private HistogramBins(double[][] cuts, byte[][] bins, int rows) => (Cuts, Bins, Rows) = (cuts, bins, rows);

    /// <summary>Upper ends of each column's bins but for the last.</summary>
    public double[][] Cuts { get; }

    /// <summary>Bins, by column and then by row.</summary>
    public byte[][] Bins { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Bins that follow the quantiles of each column; columns of few values have a bin for each.</summary>
    public static HistogramBins Of(FeatureMatrix data)
    {
        var cuts = data.Columns.Select(CutsOf).ToArray();
        var bins = data.Columns.Select((column, j) => Array.ConvertAll(column, value => (byte)BinOf(cuts[j], value))).ToArray();
        return new HistogramBins(cuts, bins, data.Rows);
    }

    /// <summary>The bin of a value.</summary>
    public static int BinOf(double[] cuts, double value)
    {
        if (!double.IsFinite(value))
            return 0;
        var at = Array.BinarySearch(cuts, value);
        return 1 + (at >= 0 ? at : ~at);
    }

    private static double[] CutsOf(double[] column)
    {
        var sorted = column.Where(double.IsFinite).ToArray();
        Array.Sort(sorted);
        var values = new List<double>();
        foreach (var value in sorted)
        {
            if (values.Count == 0 || value > values[^1])
                values.Add(value);
        }

        if (values.Count > Most - 1)
        {
            values = [.. Enumerable.Range(1, Most - 2).Select(k => sorted[(int)((long)k * sorted.Length / (Most - 1))]).Distinct()];
            return [.. values];
        }

        // Between two values lies their middle, so that a new value goes to its nearest.
        return [.. values.Skip(1).Select((value, i) => values[i] + (value - values[i]) / 2)];
    }
}
