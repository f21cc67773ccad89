namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>What the estimation starts from.</summary>
/// <param name="Columns">The compared columns.</param>
/// <param name="Candidates">All pairs of the blocking rules, by pattern.</param>
/// <param name="Random">Pairs drawn at random, by pattern.</param>
/// <param name="Equal">How often values are equal over all records, by column.</param>
/// <param name="Records">Records.</param>
/// <param name="PossiblePairs">Pairs that could be matches: all of them, or those across sources.</param>
internal sealed record Observations(
    IReadOnlyList<ComparisonLevels> Columns, IReadOnlyList<PatternCount> Candidates, IReadOnlyList<PatternCount> Random, IReadOnlyList<EqualPairs> Equal,
    long Records, double PossiblePairs);

/// <summary>
/// Estimates m, u and λ without labels. u comes from random pairs (and, for equal values, from how often each value occurs), less the share that matches
/// have in them; m and λ by expectation-maximisation over the pairs of several blocking rules together, pairs that no rule gives counting as no matches.
/// Weights are kept monotone: a stronger level never weighs less than a weaker one.
/// </summary>
internal sealed class ExpectationMaximisation(Observations seen)
{
    private const int MostRounds = 200;
    private const double Settled = 1e-6;

    // What is expected before anything is seen counts as this many matches, and as this share of those found.
    private const double PriorMatches = 8;
    private const double PriorShare = 0.04;

    private readonly double[][] m = [.. seen.Columns.Select(c => c.Levels.Select(l => l.ExpectedShare).ToArray())];
    private readonly double[][] seenU = [.. seen.Columns.Select(c => SeenU(seen, c))];
    private readonly double[] floor = [.. seen.Equal.Select(e => 0.1 / Math.Max(10, e.Values))];

    public MatchModel Fit()
    {
        var u = seenU.Select(s => s.ToArray()).ToArray();
        var lambda = Math.Clamp(0.2 * seen.Records / Math.Max(1, seen.PossiblePairs), 1e-12, 0.5);
        for (var round = 0; round < MostRounds; round++)
        {
            var matches = Maximise(u, lambda);
            var next = Math.Clamp(matches / Math.Max(1, seen.PossiblePairs), 1e-12, 0.5);
            for (var c = 0; c < m.Length; c++)
            {
                CorrectU(c, u[c], next);
                Monotone.Enforce(m[c], u[c]);
            }

            var change = Math.Abs(Math.Log(next / lambda));
            lambda = next;
            if (change < Settled)
            {
                break;
            }
        }

        var perPerson = 1 + (2 * lambda * seen.PossiblePairs / Math.Max(1, seen.Records));
        return new(
            [.. seen.Columns.Select((c, i) => new ColumnParameters(
                c.Column.Name, c.Column.Kind, [.. c.Levels.Select(l => l.Name)], m[i], u[i], Math.Min(floor[i], u[i][^1]), seen.Equal[i].Filled))],
            lambda, perPerson);
    }

    // One step: the probability of each pattern, and from it the shares of levels among matches. Answers the expected matches.
    private double Maximise(double[][] u, double lambda)
    {
        var sums = m.Select(s => new double[s.Length]).ToArray();
        var prior = Math.Log(lambda / (1 - lambda));
        double matches = 0;
        var weights = m.Select((s, c) => s.Select((share, level) => Math.Log(share / u[c][level])).ToArray()).ToArray();
        foreach (var (pattern, pairs) in seen.Candidates)
        {
            var weight = prior;
            for (var c = 0; c < m.Length; c++)
            {
                var level = MatchModel.Level(pattern, c);
                weight += level == 0 ? 0 : weights[c][level - 1];
            }

            var mass = pairs / (1 + Math.Exp(-weight));
            matches += mass;
            for (var c = 0; c < m.Length; c++)
            {
                var level = MatchModel.Level(pattern, c);
                if (level > 0)
                {
                    sums[c][level - 1] += mass;
                }
            }
        }

        for (var c = 0; c < m.Length; c++)
        {
            var total = sums[c].Sum();
            var believed = PriorMatches + (PriorShare * total);
            for (var level = 0; level < m[c].Length; level++)
            {
                m[c][level] = (sums[c][level] + (believed * seen.Columns[c].Levels[level].ExpectedShare)) / (total + believed);
            }
        }

        return matches;
    }

    // Random pairs hold matches in proportion: p = λm + (1-λ)u.
    private void CorrectU(int c, double[] u, double lambda)
    {
        var least = 0.5 / Math.Max(1, seen.Random.Sum(p => p.Pairs));
        for (var level = 0; level < u.Length; level++)
        {
            var corrected = (seenU[c][level] - (lambda * m[c][level])) / (1 - lambda);
            u[level] = Math.Max(corrected, level == u.Length - 1 ? floor[c] : least);
        }
    }

    private static double[] SeenU(Observations seen, ComparisonLevels column)
    {
        var counts = new double[column.Levels.Count];
        foreach (var (pattern, pairs) in seen.Random)
        {
            if (column.In(pattern) is > 0 and var level)
            {
                counts[level - 1] += pairs;
            }
        }

        var total = counts.Sum();
        for (var level = 0; level < counts.Length; level++)
        {
            counts[level] = (counts[level] + (0.5 / counts.Length)) / (total + 0.5);
        }

        // Over all records rare values count too, which a sample hardly sees.
        var equal = seen.Equal[column.Index];
        if (equal.Filled > 1)
        {
            counts[^1] = Math.Max(equal.Pairs / (equal.Filled * (equal.Filled - 1) / 2.0), 1e-12);
        }

        return counts;
    }
}
