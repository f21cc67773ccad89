using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>How many rows tables have: what the choice of a rollup weighs.</summary>
/// <param name="Rows">Rows by table with its schema; a rollup that is not built is not there.</param>
public sealed record TableSizes(IReadOnlyDictionary<string, long> Rows)
{
    /// <summary>The work of reading a table, in rows of one number: each row, its numbers, its texts, which take much longer to unpack and compare, its joins; and what any statement costs.</summary>
    internal static double Work(long rows, int numbers, int texts, int joins) => 20_000 + (rows * (2.0 + numbers + (5.0 * texts) + (4.0 * joins)));
}

/// <summary>
/// Serves a plan from a stored coarser grain where that gives the same answer: every aggregate adds up from stored parts, every member and filter is stored
/// or told by the stored period, the segments are the same; and where it is less work, by the rows, columns and joins of both.
/// </summary>
/// <param name="catalogue">What is declared.</param>
/// <param name="sizes">How many rows tables have.</param>
public sealed class RollupRouter(Catalogue catalogue, TableSizes sizes)
{
    /// <summary>What a rollup's work must be less than, as a part of that of the facts: estimates are no closer.</summary>
    private const double Clearly = 0.9;

    /// <summary>A rollup is proposed only where the fact has so many times its rows: less is not worth its keep. One that is declared serves from less.</summary>
    public const int LeastGain = 6;

    /// <summary>The plan, its blocks served by rollups where they can be.</summary>
    public CubePlan Route(CubePlan plan)
    {
        var refused = new List<RefusedRollup>();
        var served = new List<string>();
        var blocks = new List<PlannedBlock>();
        foreach (var block in plan.Blocks)
        {
            var (name, routed) = Route(plan, block, refused);
            if (name is not null)
                served.Add(name);
            blocks.Add(routed);
        }

        return plan with { Blocks = blocks, Rollup = new RollupChoice(served.Count == 0 ? null : string.Join(", ", served.Distinct()), [.. refused.Distinct()]) };
    }

    private (string? Name, PlannedBlock Block) Route(CubePlan plan, PlannedBlock block, List<RefusedRollup> refused)
    {
        if (block.Cube is null || !catalogue.Cubes.TryGetValue(block.Cube, out var cube))
            return (null, block);
        var candidates = new List<(Rollup Rollup, double Work)>();
        foreach (var rollup in cube.Rollups)
        {
            if (WhyNot(plan, block, cube, rollup) is { } reason)
                refused.Add(new RefusedRollup($"{cube.Name}.{rollup.Name}", reason));
            else
                candidates.Add((rollup, Work(plan, block, cube, rollup)));
        }

        if (candidates.Count == 0)
            return (null, block);
        var best = candidates.OrderBy(c => c.Work).ThenBy(c => c.Rollup.Name, StringComparer.Ordinal).First();
        refused.AddRange(candidates.Where(c => c.Rollup != best.Rollup).Select(c => new RefusedRollup($"{cube.Name}.{c.Rollup.Name}", $"{best.Rollup.Name} answers it too and is less work")));
        return ($"{cube.Name}.{best.Rollup.Name}", Served(block, cube, best.Rollup));
    }

    private string? WhyNot(CubePlan plan, PlannedBlock block, Cube cube, Rollup rollup)
    {
        if (plan.Query.Rollups == RollupUse.Refused)
            return "the question asks for the facts themselves";
        if (plan.AsOfRun is not null)
            return "it holds the present, and a past run is asked";
        if (!sizes.Rows.TryGetValue(TableOf(cube, rollup), out var rows))
            return "it is not built yet; the next run builds it";
        if (block.Choice is not null)
            return "a measure takes one value over time for all, which needs each day's rows";
        if (block.Bridges.Count > 0)
            return "members are reached through a bridge";
        if (block.Calendar is { } calendar && calendar.Role != rollup.TimeRole)
            return $"a measure is over time by '{calendar.Role}', and it holds {(rollup.TimeRole is null ? "no time" : $"'{rollup.TimeRole}'")}";
        if (block.Frame is not null && rollup.Granularity != "day")
            return $"a measure over time needs days, and it holds {rollup.Granularity ?? "no time"}";
        if (!Segments(plan, cube).SetEquals(rollup.Segments))
            return "the segments differ";
        if (block.Leaves.FirstOrDefault(l => Stored(cube, rollup, l) is null) is { } leaf)
            return leaf.Aggregate is MeasureType.Count or MeasureType.Sum or MeasureType.Min or MeasureType.Max
                ? $"it does not hold '{leaf.Member}'" : $"'{leaf.Member}' ({leaf.Aggregate}) does not add up from stored parts";
        var members = plan.Dimensions.Concat(block.RowFilters.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>()).Where(d => block.Calendar is null || d.Role != block.Calendar.Role);
        if (members.Select(m => Unheld(plan, block, cube, rollup, m)).FirstOrDefault(r => r is not null) is { } unheld)
            return unheld;
        var facts = sizes.Rows.GetValueOrDefault(cube.Table, long.MaxValue);
        return Work(plan, block, cube, rollup) >= Clearly * TableSizes.Work(facts, block.Leaves.Count, Members(plan, block).Count(m => m.Role is null && IsText(m)), block.Joins.Count) ? $"it has {rows} rows and the fact {facts}: too many to be faster" : null;
    }

    /// <summary>The work of answering from a rollup: its parts, the members that the facts would join, the calendar.</summary>
    private double Work(CubePlan plan, PlannedBlock block, Cube cube, Rollup rollup)
    {
        var held = Members(plan, block).Where(m => m.Role is null || m.Role != rollup.TimeRole).ToList();
        return TableSizes.Work(sizes.Rows[TableOf(cube, rollup)], block.Leaves.Count + held.Count(m => !IsText(m)), held.Count(IsText), block.Joins.Count(j => j.Table.Alias == rollup.TimeRole));
    }

    /// <summary>Members that rows are grouped or chosen by.</summary>
    private static IEnumerable<PlannedDimension> Members(CubePlan plan, PlannedBlock block)
        => plan.Dimensions.Concat(block.RowFilters.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>()).DistinctBy(m => m.Member);

    private static bool IsText(PlannedDimension member) => member.Type.Kind == TypeKind.Text;

    private string? Unheld(CubePlan plan, PlannedBlock block, Cube cube, Rollup rollup, PlannedDimension member)
    {
        if (member.Role is not null && member.Role == rollup.TimeRole)
        {
            if (RollupPeriods.Tells(rollup.Granularity!, member))
                return null;
            var aligned = plan.Dimensions.All(d => d.Member != member.Member) && block.RowFilters.SelectMany(c => PlannedConditions.Each([c]))
                .Where(c => PlannedConditions.Subjects(c).Any(s => s.Member == member.Member)).All(c => RollupPeriods.IsAligned(rollup.Granularity!, c));
            return aligned ? null : $"'{member.Member}' is finer than its periods of a {rollup.Granularity}";
        }

        var name = member.Granularity is { } granularity ? member.Member[..^(granularity.Length + 1)] : member.Member;
        if (!rollup.Dimensions.Contains(name))
            return $"it does not hold '{name}'";
        if (member.Granularity is null && SqlTokens.Of(member.Sql).Count != 1)
            return $"'{name}' is computed from columns that it does not hold";
        if (plan.Query.Reading == AttributeReading.AsIs && member.Role is { } role && IsVersioned(cube, role))
            return $"it holds '{name}' as it was, and is asked as it is";
        return null;
    }

    private bool IsVersioned(Cube cube, string role)
        => MeasureResolver.FactOf(catalogue, cube).Roles.FirstOrDefault(r => r.Role == role) is { } found && catalogue.Dimensions[found.Dimension].IsVersioned;

    private static HashSet<string> Segments(CubePlan plan, Cube cube)
        => [.. plan.Query.Segments.Where(s => s.StartsWith($"{cube.Name}.", StringComparison.Ordinal))];

    /// <summary>The stored measure that is the same aggregate of the same rows.</summary>
    private static string? Stored(Cube cube, Rollup rollup, PlannedMeasure leaf) => cube.Measures
        .Where(m => rollup.Measures.Contains($"{cube.Name}.{m.Name}") && m.Type == leaf.Aggregate && m.Type is MeasureType.Count or MeasureType.Sum or MeasureType.Min or MeasureType.Max)
        .Where(m => (m.Sql is null ? null : MeasureResolver.OverFact(m.Sql, cube, m.Where)) == leaf.Sql
            && m.Filters.Select(f => MeasureResolver.OverFact(f, cube, m.Where)).SequenceEqual(leaf.Filters))
        .Select(m => $"{cube.Name}.{m.Name}").FirstOrDefault(m => rollup.Measures.Contains(m));

    private static PlannedBlock Served(PlannedBlock block, Cube cube, Rollup rollup)
    {
        var table = block.From with { Table = TableOf(cube, rollup), HistoryTable = TableOf(cube, rollup) };
        return block with
        {
            From = table,
            Joins = [.. block.Joins.Where(j => j.Table.Alias == rollup.TimeRole)],
            Segments = [],
            Calendar = block.Calendar is { } calendar ? Served(calendar, table, rollup) : null,
            Spine = block.Spine is { } spine ? Served(spine, table, rollup) : null,
            Leaves = [.. block.Leaves.Select(l => l with { Stored = Stored(cube, rollup, l) })],
            StoredColumns = block.Leaves.ToDictionary(l => l.Column, l => Stored(cube, rollup, l)!),
        };
    }

    private static PlannedCalendar Served(PlannedCalendar calendar, PlannedTable table, Rollup rollup) => calendar with
    {
        Fact = table,
        Seen = calendar.Seen is { } seen ? seen with { From = table, Joins = [.. seen.Joins.Where(j => j.Table.Alias == rollup.TimeRole)] } : null,
    };

    private static string TableOf(Cube cube, Rollup rollup) => $"star.{Rollup.TableOf(cube.Name, rollup.Name)}";
}
