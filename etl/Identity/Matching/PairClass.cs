namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>One kind of pair while it is estimated.</summary>
/// <param name="lambda">Its share of all pairs to begin with.</param>
/// <param name="shares">By column, the share of its pairs at each level, from different to equal.</param>
internal sealed class PairClass(double lambda, double[][] shares)
{
    // What is expected before anything is seen.
    private readonly double[][] expected = [.. shares.Select(s => s.ToArray())];

    public double Lambda { get; set; } = lambda;

    public double[][] Shares { get; } = shares;

    public double[][] Logs() => [.. Shares.Select(s => Array.ConvertAll(s, Math.Log))];

    /// <summary>Takes the shares of the expected counts.</summary>
    public void Maximise(ClassCounts counts, double pairs, double priorPairs, double priorShare)
    {
        Lambda = Math.Clamp(counts.Pairs / Math.Max(1, pairs), 1e-12, 0.5);
        for (var c = 0; c < Shares.Length; c++)
        {
            var total = counts.Levels[c].Sum();
            var believed = priorPairs + (priorShare * total);
            for (var level = 0; level < Shares[c].Length; level++)
            {
                Shares[c][level] = (counts.Levels[c][level] + (believed * expected[c][level])) / (total + believed);
            }
        }
    }
}

/// <summary>How many pairs of one kind are expected, in all and by level of each column.</summary>
internal sealed class ClassCounts(PairClass kind)
{
    public double Pairs { get; private set; }

    public double[][] Levels { get; } = [.. kind.Shares.Select(s => new double[s.Length])];

    public void Add(ReadOnlySpan<int> levels, double pairs)
    {
        Pairs += pairs;
        for (var c = 0; c < levels.Length; c++)
        {
            if (levels[c] > 0)
            {
                Levels[c][levels[c] - 1] += pairs;
            }
        }
    }
}
