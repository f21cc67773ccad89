using System.Globalization;
using System.Numerics;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Identity.Matching;

/// <summary>A blocking rule: records that agree in all its keys are compared.</summary>
/// <param name="Name">As people read it.</param>
/// <param name="Pairs">Pairs that it gives, those of earlier rules among them.</param>
/// <param name="DroppedValues">Values that too many records share, so that they are not compared for it.</param>
/// <param name="DroppedRecords">Records that have such a value.</param>
/// <param name="Example">The most frequent of those values, as its records have it.</param>
public sealed record BlockingRule(string Name, long Pairs, long DroppedValues, long DroppedRecords, string? Example);

/// <summary>
/// Chooses the rules by which records are compared, from how often values occur: the set that would find most of many imagined matches, whose columns are
/// wrong or missing at random, within a budget of pairs. The imagined matches are drawn with a fixed seed; no label is ever looked at.
/// Makes <c>identity_key</c> with one column per rule (<c>k0</c>, <c>k1</c> …), NULL where a record has no key or one that too many share.
/// </summary>
internal sealed class BlockingRules(ISession session, MatchOptions options)
{
    private const int SampleRecords = 8_000;
    private const int ImaginedMatches = 64 * 96;
    private const int MostRules = 32;
    private const double ShareClean = 0.50;
    private const double ShareWrong = 0.15;
    private const double LeastGain = 0.0003;

    private static readonly SqlFile Sql = SqlFile.Beside<BlockingRules>();

    public IReadOnlyList<BlockingRule> Choose(IReadOnlyList<MatchColumn> columns, long records, CancellationToken cancellation)
    {
        var keys = BlockingKeys.Of(columns);
        var cap = CapOf(records);
        var sample = Sample(keys);
        var candidates = Candidates(keys, sample, records, cap);
        var chosen = Greedy(keys, candidates, Missing(columns.Count, keys, sample), (long)options.PairsPerRecord * records);
        MakeKeys(keys, chosen, cancellation);
        return [.. chosen.Select((rule, number) => Measure(keys, rule, number, cap))];
    }

    // Most records that may share a value: a block of n gives n²/2 pairs.
    private static long CapOf(long records) => (long)Math.Clamp(6 * Math.Sqrt(records), 60, 1_200);

    private static string Name(int number) => $"k{number.ToString(CultureInfo.InvariantCulture)}";

    private List<long[]> Sample(IReadOnlyList<BlockingKey> keys)
    {
        var rows = new List<long[]>();
        var list = keys.Select((k, i) => Sql.Fill("key", ("expression", k.Expression), ("number", i.ToString(CultureInfo.InvariantCulture))));
        session.Stream(Sql.Fill("sample", ("keys", SqlName.List(list)), ("sample", SampleRecords.ToString(CultureInfo.InvariantCulture))), null, row =>
        {
            var values = new long[keys.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = row.IsDBNull(i) ? long.MinValue : row.GetInt64(i);
            }

            rows.Add(values);
        });
        return rows;
    }

    private static double[] Missing(int columns, IReadOnlyList<BlockingKey> keys, List<long[]> sample)
    {
        var missing = new double[columns];
        for (var i = 0; i < columns; i++)
        {
            var key = keys.Index().FirstOrDefault(k => k.Item.Columns is [var c] && c == i);
            missing[i] = key.Item is null || sample.Count == 0 ? 0 : sample.Count(s => s[key.Index] == long.MinValue) / (double)sample.Count;
        }

        return missing;
    }

    private List<Candidate> Candidates(IReadOnlyList<BlockingKey> keys, List<long[]> sample, long records, long cap)
    {
        var scale = Math.Max(1, records / (double)Math.Max(1, sample.Count));
        var most = Math.Max(2_000, options.PairsPerRecord * (double)records / 3);
        var found = new List<Candidate>();
        for (var i = 0; i < keys.Count; i++)
        {
            var (alone, whole, compared) = Pairs(sample, [i], scale, cap);
            if (alone <= most)
            {
                found.Add(new([i], alone, Compared(compared, found.Count)));
            }

            // A key that is nearly one record's own needs no second one, unless some of its values are dropped.
            for (var j = i + 1; (whole > records || alone > most) && j < keys.Count; j++)
            {
                if (!keys[i].Columns.Intersect(keys[j].Columns).Any() && Pairs(sample, [i, j], scale, cap) is var both && both.Kept <= most)
                {
                    found.Add(new([i, j], both.Kept, Compared(both.Records, found.Count)));
                }
            }
        }

        return found;
    }

    // A match whose value too many records share is not found: one bit for each imagined match that is compared, drawn with a seed of its own for each rule.
    private static ulong[]? Compared(double share, int rule)
    {
        if (share > 0.999)
        {
            return null;
        }

        var random = new Random(30_011 + rule);
        var bits = new ulong[ImaginedMatches / 64];
        for (var match = 0; match < ImaginedMatches; match++)
        {
            bits[match / 64] |= random.NextDouble() < share ? 1UL << (match % 64) : 0;
        }

        return bits;
    }

    // Pairs that the keys give without values that too many share and with them, and the share of records (0–1) whose values are compared.
    private static (double Kept, double Whole, double Records) Pairs(List<long[]> sample, int[] keys, double scale, long cap)
    {
        var groups = new Dictionary<long, int>();
        foreach (var row in sample)
        {
            var (a, b) = (row[keys[0]], keys.Length > 1 ? row[keys[1]] : 0);
            if (a != long.MinValue && b != long.MinValue)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(groups, unchecked((a * 31) ^ BitOperations.RotateLeft((ulong)b, 17).GetHashCode() ^ b), out _)++;
            }
        }

        double kept = 0, whole = 0, compared = 0, all = 0;
        foreach (var n in groups.Values)
        {
            var pairs = n * (n - 1) / 2.0 * scale * scale;
            whole += pairs;
            all += n;
            if (n * scale <= Math.Max(cap, 2 * scale))
            {
                kept += pairs;
                compared += n;
            }
        }

        return (kept, whole, all == 0 ? 1 : compared / all);
    }

    private static List<int[]> Greedy(IReadOnlyList<BlockingKey> keys, List<Candidate> candidates, double[] missing, long budget)
    {
        var finds = Imagine(keys, missing);
        var found = new ulong[finds.Length == 0 ? 0 : finds[0].Length];
        var chosen = new List<int[]>();
        double spent = 0;
        while (chosen.Count < MostRules)
        {
            var best = candidates.Where(c => spent + c.Pairs <= budget && !chosen.Contains(c.Keys))
                .Select(c => (Candidate: c, Gain: Gain(finds, c, found)))
                .Where(c => c.Gain >= LeastGain * ImaginedMatches)
                .OrderByDescending(c => c.Gain / (c.Candidate.Pairs + (0.01 * budget))).ThenBy(c => c.Candidate.Pairs).FirstOrDefault();
            if (best.Candidate is null)
            {
                break;
            }

            chosen.Add(best.Candidate.Keys);
            spent += best.Candidate.Pairs;
            for (var word = 0; word < found.Length; word++)
            {
                found[word] |= best.Candidate.Finds(finds, word);
            }
        }

        return chosen;
    }

    private static int Gain(ulong[][] finds, Candidate candidate, ulong[] found)
    {
        var gain = 0;
        for (var word = 0; word < found.Length; word++)
        {
            gain += BitOperations.PopCount(candidate.Finds(finds, word) & ~found[word]);
        }

        return gain;
    }

    // Per key, one bit for each imagined match that it finds.
    private static ulong[][] Imagine(IReadOnlyList<BlockingKey> keys, double[] missing)
    {
        var random = new Random(20_041);
        var finds = keys.Select(_ => new ulong[ImaginedMatches / 64]).ToArray();
        var states = new int[missing.Length];
        for (var match = 0; match < ImaginedMatches; match++)
        {
            var swapped = random.NextDouble() < 0.03;
            for (var c = 0; c < states.Length; c++)
            {
                var there = (1 - missing[c]) * (1 - missing[c]);
                var draw = random.NextDouble();
                states[c] = random.NextDouble() > there || draw > 1 - ShareWrong ? 2 : draw < ShareClean ? 0 : 1;
            }

            for (var k = 0; k < keys.Count; k++)
            {
                var key = keys[k];
                var worst = key.Columns.Max(c => states[c]);
                var kept = worst == 0 || (worst == 1 && random.NextDouble() < key.KeptByErrors);
                if (kept && (!swapped || key.AnyOrder || !keys.Any(o => o.AnyOrder && o.Columns.Intersect(key.Columns).Any())))
                {
                    finds[k][match / 64] |= 1UL << (match % 64);
                }
            }
        }

        return finds;
    }

    private void MakeKeys(IReadOnlyList<BlockingKey> keys, List<int[]> rules, CancellationToken cancellation)
    {
        var columns = rules.Select((rule, number) => Sql.Fill(
            "rule_key",
            ("filled", string.Join(" AND ", rule.Select(k => $"{keys[k].Expression} IS NOT NULL"))),
            ("values", SqlName.List(rule.Select(k => keys[k].Expression))),
            ("name", Name(number))));
        session.Execute(Sql.Fill("keys", ("keys", rules.Count == 0 ? "0 AS none" : SqlName.List(columns))), null, cancellation);
    }

    private BlockingRule Measure(IReadOnlyList<BlockingKey> keys, int[] rule, int number, long cap)
    {
        const string table = "identity_large_value";
        var name = Name(number);
        session.Execute(Sql.Fill("large_values", ("table", table), ("name", name), ("cap", cap.ToString(CultureInfo.InvariantCulture))));
        var large = session.Query<LargeValues>(Sql.Fill("count_large", ("table", table)))[0];
        string? example = null;
        if (large.Values > 0)
        {
            var spelled = $"concat_ws(' / ', {SqlName.List(rule.Select(k => keys[k].Expression))})";
            example = session.Scalar<string>(Sql.Fill("example", ("table", table), ("name", name), ("spelled", spelled)));
            session.Execute(Sql.Fill("drop_large", ("table", table), ("name", name)));
        }

        var pairs = session.Scalar<long>(Sql.Fill("pairs", ("name", name)));
        return new(string.Join(" + ", rule.Select(k => keys[k].Name)), pairs, large.Values, large.Records, example);
    }

    private sealed record Candidate(int[] Keys, double Pairs, ulong[]? Compared)
    {
        // 64 imagined matches: a bit for each that the rule finds.
        public ulong Finds(ulong[][] finds, int word)
        {
            var bits = Compared is null ? ulong.MaxValue : Compared[word];
            foreach (var key in Keys)
            {
                bits &= finds[key][word];
            }

            return bits;
        }
    }

    private sealed record LargeValues(long Values, long Records);
}
