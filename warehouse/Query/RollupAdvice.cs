namespace Crm.Analytics.Warehouse.Query;

/// <summary>A rollup worth declaring.</summary>
/// <param name="Name">A name for it, unique in its cube.</param>
/// <param name="Holds">What it holds.</param>
/// <param name="Rows">Rows it would have now.</param>
/// <param name="FactRows">Rows of the fact now.</param>
/// <param name="Questions">Questions of the log that it would serve.</param>
/// <param name="Seconds">Seconds that those took.</param>
public sealed record RollupProposal(string Name, RollupNeed Holds, long Rows, long FactRows, int Questions, double Seconds)
{
    /// <summary>How many times fewer rows are read.</summary>
    public double Gain => (double)FactRows / Math.Max(1, Rows);
}

/// <summary>
/// Proposes rollups from what was asked: what one question needs is a candidate; candidates of a cube that together are still small become one; what would not be much
/// smaller than its fact is none.
/// </summary>
/// <param name="rowsOf">Counts the rows that a rollup would have.</param>
/// <param name="factRows">Tells the rows of a cube's fact.</param>
public sealed class RollupAdvice(Func<RollupNeed, long> rowsOf, Func<string, long> factRows)
{
    // Counting the rows of a candidate reads the fact once.
    private const int MostCandidates = 40;
    private static readonly string[] Finest = ["day", "week", "month", "quarter", "year"];
    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

    /// <summary>Rollups for a log of questions, the one that saves most first.</summary>
    /// <param name="asked">What was asked.</param>
    /// <param name="most">Most proposals.</param>
    public IReadOnlyList<RollupProposal> Propose(IReadOnlyList<AnsweredQuestion> asked, int most)
    {
        var parts = asked.Where(q => q.Served is null).SelectMany(q => q.Needs.Where(n => n.WhyNone is null).Select(n => (Need: n, Seconds: q.Seconds / q.Needs.Count))).ToList();
        var candidates = parts.GroupBy(p => Grain(p.Need)).OrderByDescending(g => g.Sum(p => p.Seconds)).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostCandidates)
            .Select(g => g.First().Need with { Measures = [.. g.SelectMany(p => p.Need.Measures).Distinct().Order(StringComparer.Ordinal)] })
            .Where(IsSmall).ToList();
        for (var i = 0; i < candidates.Count; i++)
        {
            for (var j = candidates.Count - 1; j > i; j--)
            {
                if (Merged(candidates[i], candidates[j]) is { } both && IsSmall(both) && Rows(both) <= 2 * (Rows(candidates[i]) + Rows(candidates[j])))
                {
                    candidates[i] = both;
                    candidates.RemoveAt(j);
                }
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        return [.. candidates.Select(c => (Candidate: c, Served: parts.Where(p => Serves(c, p.Need)).ToList()))
            .Select(c => new RollupProposal(NameOf(c.Candidate, names), c.Candidate, Rows(c.Candidate), factRows(c.Candidate.Cube), c.Served.Count, c.Served.Sum(p => p.Seconds)))
            .OrderByDescending(p => p.Seconds * (1 - (1 / p.Gain))).ThenBy(p => p.Name, StringComparer.Ordinal).Take(most)];
    }

    /// <summary>Why questions of the log that no rollup served can have none, and how often.</summary>
    public static IReadOnlyList<(string Reason, int Questions)> Refused(IReadOnlyList<AnsweredQuestion> asked)
        => [.. asked.Where(q => q.Served is null).SelectMany(q => q.Needs).Where(n => n.WhyNone is not null).GroupBy(n => n.WhyNone!).Select(g => (g.Key, g.Count())).OrderByDescending(r => r.Item2).ThenBy(r => r.Key, StringComparer.Ordinal)];

    private static bool Serves(RollupNeed rollup, RollupNeed need) => rollup.Cube == need.Cube && rollup.Segments.SequenceEqual(need.Segments) && need.Measures.All(rollup.Measures.Contains)
        && need.Dimensions.All(rollup.Dimensions.Contains) && (need.TimeRole is null || (need.TimeRole == rollup.TimeRole && Finer(rollup.Granularity!, need.Granularity!) == rollup.Granularity));

    private static RollupNeed? Merged(RollupNeed one, RollupNeed other)
    {
        if (one.Cube != other.Cube || !one.Segments.SequenceEqual(other.Segments) || (one.TimeRole is not null && other.TimeRole is not null && one.TimeRole != other.TimeRole))
            return null;
        return one with
        {
            Measures = [.. one.Measures.Union(other.Measures).Order(StringComparer.Ordinal)],
            Dimensions = [.. one.Dimensions.Union(other.Dimensions).Order(StringComparer.Ordinal)],
            TimeRole = one.TimeRole ?? other.TimeRole,
            Granularity = one.Granularity is null ? other.Granularity : other.Granularity is null ? one.Granularity : Finer(one.Granularity, other.Granularity),
        };
    }

    /// <summary>The period that tells both: weeks and months have days in common only.</summary>
    private static string Finer(string one, string other)
        => one == other ? one : one == "week" || other == "week" ? "day" : Finest[Math.Min(Array.IndexOf(Finest, one), Array.IndexOf(Finest, other))];

    private bool IsSmall(RollupNeed need) => Rows(need) * RollupRouter.LeastGain <= factRows(need.Cube);

    private long Rows(RollupNeed need)
    {
        var grain = Grain(need);
        if (!_rows.TryGetValue(grain, out var rows))
            _rows.Add(grain, rows = rowsOf(need));
        return rows;
    }

    private static string Grain(RollupNeed need) => string.Join('|', [need.Cube, need.TimeRole ?? "", need.Granularity ?? "", .. need.Segments.Prepend("segments"), .. need.Dimensions.Prepend("dimensions")]);

    private static string NameOf(RollupNeed need, HashSet<string> taken)
    {
        var parts = need.Dimensions.Select(d => d.Split('.')[^1]).Prepend(need.Granularity).Concat(need.Segments.Select(s => s.Split('.')[^1])).OfType<string>().Distinct().Take(4).ToList();
        var name = parts.Count == 0 ? "in_all" : $"by_{string.Join('_', parts)}";
        var free = name;
        for (var i = 2; !taken.Add($"{need.Cube}.{free}"); i++)
            free = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}_{i}");
        return free;
    }
}
