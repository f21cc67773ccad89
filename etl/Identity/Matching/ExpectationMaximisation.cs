using Crm.Analytics.Etl.Identity.Normalising;

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
/// Estimates the shares of levels and of each kind of pair without labels, by expectation-maximisation. Matches and households are seen in the pairs of
/// several blocking rules together (pairs that no rule gives count as neither); unrelated pairs and neighbours in pairs drawn at random, less what is no such
/// pair, and in how often each value occurs. A stronger level never weighs less than a weaker one, against any kind of pair.
/// </summary>
internal sealed class ExpectationMaximisation
{
    private const int MostRounds = 150;
    private const double Settled = 1e-5;
    private const double Least = 1e-15;

    // What is expected before anything is seen counts as this many pairs, and as this share of those found.
    private const double PriorPairs = 25;
    private const double PriorShare = 0.05;

    // Of pairs with equal values at least this share has nothing else in common: a class of neighbours may not explain them all.
    private const double LeastByChance = 0.2;

    private readonly Observations seen;
    private readonly PairClass match;
    private readonly PairClass household;
    private readonly PairClass neighbours;
    private readonly PairClass unrelated;
    private readonly double[] floor;

    // Without a column that is a person's own, a household cannot be told from a match.
    private readonly bool anchored;
    private readonly double randomPairs;

    public ExpectationMaximisation(Observations seen)
    {
        this.seen = seen;
        var people = Math.Max(1, seen.PossiblePairs);
        var marginal = seen.Columns.Select(Marginal).ToArray();
        var expected = seen.Columns.Select(c => c.Levels.Select(l => l.ExpectedShare).ToArray()).ToArray();
        anchored = seen.Columns.Any(c => IsPersonal(c.Column.Kind));
        randomPairs = Math.Max(1, seen.Random.Sum(p => p.Pairs));
        floor = [.. seen.Equal.Select(e => 0.1 / Math.Max(10, e.Values))];
        match = new(Math.Clamp(0.2 * seen.Records / people, 1e-12, 0.5), expected);
        household = new(Math.Clamp(0.2 * seen.Records / people, 1e-12, 0.5), [.. seen.Columns.Select((c, i) => Mix(expected[i], marginal[i], SharedAtHome(c.Column.Kind)))]);
        neighbours = new(0.01, [.. seen.Columns.Select((c, i) => Mix(expected[i], marginal[i], c.Column.Kind is MatchKind.Place or MatchKind.PostalCode or MatchKind.Category ? 0.8 : 0))]);
        unrelated = new(1 - match.Lambda - household.Lambda - neighbours.Lambda, marginal);
    }

    public MatchModel Fit()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var before = match.Lambda;
            var counts = Expect(seen.Candidates);
            var random = Expect(seen.Random);
            match.Maximise(counts[0], seen.PossiblePairs, PriorPairs, PriorShare);
            household.Maximise(counts[1], seen.PossiblePairs, PriorPairs, PriorShare);
            household.Lambda = anchored ? household.Lambda : 1e-15;
            neighbours.Maximise(random[2], randomPairs, PriorPairs, PriorShare);
            for (var c = 0; c < seen.Columns.Count; c++)
            {
                MaximiseUnrelated(c, random[3].Levels[c]);
                KeepHouseholdApart(c);
                Bound(match.Shares[c], MostDifferent(seen.Columns[c].Column.Kind));
                Monotone.Enforce(match.Shares[c], unrelated.Shares[c]);
                Monotone.EnforceOther(match.Shares[c], household.Shares[c]);
                Monotone.EnforceOther(match.Shares[c], neighbours.Shares[c]);
            }

            unrelated.Lambda = Math.Max(0.1, 1 - match.Lambda - household.Lambda - neighbours.Lambda);
            if (round > 10 && Math.Abs(Math.Log(match.Lambda / before)) < Settled)
            {
                break;
            }
        }

        var perPerson = 1 + (2 * match.Lambda * seen.PossiblePairs / Math.Max(1, seen.Records));
        return new(
            [.. seen.Columns.Select((c, i) => new ColumnParameters(
                c.Column.Name, c.Column.Kind, [.. c.Levels.Select(l => l.Name)], match.Shares[i], unrelated.Shares[i], household.Shares[i], neighbours.Shares[i],
                Math.Min(floor[i], unrelated.Shares[i][^1]), seen.Equal[i].Filled))],
            match.Lambda, household.Lambda, neighbours.Lambda, perPerson);
    }

    // How far people of one household are expected to have a value in common.
    private static double SharedAtHome(MatchKind kind) => kind switch
    {
        MatchKind.Surname => 0.85,
        MatchKind.Address or MatchKind.HouseNumber or MatchKind.Place or MatchKind.PostalCode => 0.97,
        MatchKind.Phone => 0.5,
        MatchKind.Category => 0.3,
        MatchKind.Email => 0.05,
        _ => 0,
    };

    // Records of one person seldom differ in what names the person: without a bound, matches would be learned from households where there are few matches.
    private static double MostDifferent(MatchKind kind) => kind switch
    {
        MatchKind.GivenName or MatchKind.FullName or MatchKind.Date => 0.25,
        MatchKind.Surname => 0.3,
        _ => 0.5,
    };

    /// <summary>Whether a value is a person's own, so that a household has it in common by chance only.</summary>
    internal static bool IsPersonal(MatchKind kind) => kind is MatchKind.GivenName or MatchKind.FullName or MatchKind.Date;

    private static double[] Mix(double[] one, double[] other, double share) => [.. one.Select((value, i) => (share * value) + ((1 - share) * other[i]))];

    // The expected number of pairs of each kind, in all and by level of each column.
    private ClassCounts[] Expect(IReadOnlyList<PatternCount> patterns)
    {
        PairClass[] classes = [match, household, neighbours, unrelated];
        var counts = classes.Select(c => new ClassCounts(c)).ToArray();
        var logs = classes.Select(c => c.Logs()).ToArray();
        Span<double> log = stackalloc double[classes.Length];
        Span<int> levels = stackalloc int[seen.Columns.Count];
        foreach (var (pattern, pairs) in patterns)
        {
            for (var c = 0; c < levels.Length; c++)
            {
                levels[c] = MatchModel.Level(pattern, c);
            }

            var largest = double.NegativeInfinity;
            for (var k = 0; k < log.Length; k++)
            {
                log[k] = Math.Log(classes[k].Lambda);
                for (var c = 0; c < levels.Length; c++)
                {
                    log[k] += levels[c] == 0 ? 0 : logs[k][c][levels[c] - 1];
                }

                largest = Math.Max(largest, log[k]);
            }

            double total = 0;
            foreach (ref var one in log)
            {
                total += one = Math.Exp(one - largest);
            }

            for (var k = 0; k < log.Length; k++)
            {
                counts[k].Add(levels, pairs * log[k] / total);
            }
        }

        return counts;
    }

    private void MaximiseUnrelated(int c, double[] counts)
    {
        var shares = unrelated.Shares[c];
        var total = counts.Sum();
        for (var level = 0; level < shares.Length; level++)
        {
            shares[level] = (counts[level] + (0.5 / shares.Length)) / (total + 0.5);
            if (level > 0 && seen.Columns[c].Column.Kind == MatchKind.Text)
            {
                // Not rarer than equal values are taken to be, or the rarest of them would be the strongest.
                shares[level] = Math.Max(shares[level], floor[c]);
            }
        }

        // Over all records rare values count too, which a sample hardly sees; matches and the others are part of it.
        if (seen.Equal[c].Filled > 1)
        {
            var equal = seen.Equal[c].Pairs / (seen.Equal[c].Filled * (seen.Equal[c].Filled - 1) / 2.0);
            var other = (match.Lambda * match.Shares[c][^1]) + (household.Lambda * household.Shares[c][^1]) + (neighbours.Lambda * neighbours.Shares[c][^1]);
            shares[^1] = Math.Max(Math.Max((equal - other) / unrelated.Lambda, LeastByChance * equal), floor[c]);
        }
    }

    // What is a person's own is equal in a household by chance only; of a whole name it is one part that is shared.
    private void KeepHouseholdApart(int c)
    {
        var (home, other) = (household.Shares[c], unrelated.Shares[c]);
        if (seen.Columns[c].Column.Kind == MatchKind.FullName)
        {
            var kept = home[..^2].Sum();
            for (var level = 0; level < home.Length - 2; level++)
            {
                home[level] = home[level] / kept * (1 - other[^1] - other[^2]);
            }

            (home[^1], home[^2]) = (other[^1], other[^2]);
        }
        else if (IsPersonal(seen.Columns[c].Column.Kind))
        {
            other.CopyTo(home, 0);
        }
    }

    private static void Bound(double[] shares, double mostDifferent)
    {
        if (shares[0] > mostDifferent)
        {
            var scale = (1 - mostDifferent) / (1 - shares[0]);
            for (var level = 1; level < shares.Length; level++)
            {
                shares[level] *= scale;
            }

            shares[0] = mostDifferent;
        }
    }

    private double[] Marginal(ComparisonLevels column)
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
        return [.. counts.Select(n => Math.Max(Least, (n + (0.5 / counts.Length)) / (total + 0.5)))];
    }
}
