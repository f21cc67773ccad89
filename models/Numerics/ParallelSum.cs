namespace Crm.Analytics.Models.Numerics;

/// <summary>Adds what rows from one place up to another contribute.</summary>
/// <param name="from">First row.</param>
/// <param name="to">Row after the last.</param>
/// <param name="sums">Added to.</param>
public delegate void RowSum(int from, int to, Span<double> sums);

/// <summary>Sums over many rows on all cores. Parts are added in their order, so that the result does not depend on how threads took turns.</summary>
public static class ParallelSum
{
    private const int RowsAtOnce = 4096;

    /// <summary>The sums over all rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="width">How many sums.</param>
    /// <param name="add">Adds rows.</param>
    public static double[] Of(int rows, int width, RowSum add)
    {
        var parts = Math.Max(1, (rows + RowsAtOnce - 1) / RowsAtOnce);
        var sums = new double[parts * width];
        if (parts == 1)
        {
            add(0, rows, sums);
            return sums;
        }

        Parallel.For(0, parts, p => add(p * RowsAtOnce, Math.Min(rows, (p + 1) * RowsAtOnce), sums.AsSpan(p * width, width)));
        var total = new double[width];
        for (var p = 0; p < parts; p++)
        {
            for (var i = 0; i < width; i++)
            {
                total[i] += sums[(p * width) + i];
            }
        }

        return total;
    }
}
