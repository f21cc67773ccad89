namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>Keeps weights monotone: neighbouring levels whose order is wrong get one common ratio m/u.</summary>
internal static class Monotone
{
    /// <summary>Changes <paramref name="m"/> so that m/u never falls from one level to the next stronger one; its sum stays.</summary>
    public static void Enforce(double[] m, double[] u)
    {
        foreach (var (from, to, ratio) in Pools(m, u))
        {
            for (var level = from; level < to; level++)
            {
                m[level] = u[level] * ratio;
            }
        }
    }

    /// <summary>Changes <paramref name="other"/> instead, so that m/other never falls; its sum stays.</summary>
    public static void EnforceOther(double[] m, double[] other)
    {
        foreach (var (from, to, ratio) in Pools(m, other))
        {
            for (var level = from; level < to; level++)
            {
                other[level] = m[level] / ratio;
            }
        }
    }

    private static List<(int From, int To, double Ratio)> Pools(double[] m, double[] u)
    {
        // Pool adjacent violators: blocks of levels, each with the sums of m and u.
        var blocks = new List<(int From, double M, double U)>();
        for (var level = 0; level < m.Length; level++)
        {
            blocks.Add((level, m[level], u[level]));
            while (blocks.Count > 1 && blocks[^1].M / blocks[^1].U < blocks[^2].M / blocks[^2].U)
            {
                var (above, below) = (blocks[^1], blocks[^2]);
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((below.From, below.M + above.M, below.U + above.U));
            }
        }

        return [.. blocks.Select((b, i) => (b.From, i + 1 < blocks.Count ? blocks[i + 1].From : m.Length, b.M / b.U))];
    }
}
