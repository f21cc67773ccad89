namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>Keeps weights monotone: neighbouring levels whose order is wrong get one common ratio m/u.</summary>
internal static class Monotone
{
    /// <summary>Changes <paramref name="m"/> so that m/u never falls from one level to the next stronger one; its sum stays.</summary>
    public static void Enforce(double[] m, double[] u)
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

        for (var b = 0; b < blocks.Count; b++)
        {
            var end = b + 1 < blocks.Count ? blocks[b + 1].From : m.Length;
            for (var level = blocks[b].From; level < end; level++)
            {
                m[level] = u[level] * blocks[b].M / blocks[b].U;
            }
        }
    }
}
