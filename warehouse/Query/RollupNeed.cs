using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>What a rollup must hold to serve a part of a question.</summary>
/// <param name="Cube">The cube.</param>
/// <param name="Measures">Its measures that must be stored, as <c>cube.measure</c>, in name order.</param>
/// <param name="Dimensions">Members that must be stored, in name order.</param>
/// <param name="TimeRole">The date role that must be stored; null for none.</param>
/// <param name="Granularity">The coarsest period that tells what is asked; null without a date role.</param>
/// <param name="Segments">The segments of the question.</param>
/// <param name="WhyNone">Why no rollup can serve it; null when one can.</param>
public sealed record RollupNeed(
    string Cube, IReadOnlyList<string> Measures, IReadOnlyList<string> Dimensions, string? TimeRole, string? Granularity, IReadOnlyList<string> Segments, string? WhyNone)
{
    private static readonly string[] Coarsest = ["year", "quarter", "month", "week", "day"];

    /// <summary>What the parts of a plan need, as it stands before a rollup serves it.</summary>
    internal static IReadOnlyList<RollupNeed> Of(CubePlan plan, Catalogue catalogue)
        => [.. plan.Blocks.Where(b => b.Cube is not null && b.Leaves.Count > 0).Select(b => Of(plan, b, catalogue.Cubes[b.Cube!], catalogue))];

    private static RollupNeed Of(CubePlan plan, PlannedBlock block, Cube cube, Catalogue catalogue)
    {
        var roles = MeasureResolver.FactOf(catalogue, cube).Roles;
        bool IsDate(PlannedDimension d) => d.Role is not null && roles.FirstOrDefault(r => r.Role == d.Role) is { } role && catalogue.Dimensions[role.Dimension].IsDate;
        var conditions = block.RowFilters.SelectMany(c => PlannedConditions.Each([c])).ToList();
        var filtered = conditions.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>().ToList();
        var members = plan.Dimensions.Concat(filtered).ToList();
        var times = members.Where(IsDate).Select(d => d.Role!).Concat(block.Calendar is { } calendar ? [calendar.Role] : []).Distinct().ToList();
        var others = members.Where(d => !IsDate(d)).ToList();
        var granularity = times.Count != 1 ? null : block.Frame is not null ? "day" : Coarsest.FirstOrDefault(g => Tells(g, plan.Dimensions.Where(IsDate), conditions, filtered.Where(IsDate).ToList()));
        return new RollupNeed(cube.Name, [.. block.Leaves.Select(l => l.Member).Distinct().Order(StringComparer.Ordinal)], [.. others.Select(NameOf).Distinct().Order(StringComparer.Ordinal)],
            times.Count == 1 ? times[0] : null, granularity, [.. plan.Query.Segments.Where(s => s.StartsWith($"{cube.Name}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
            WhyNot(plan, block, times, others, granularity));
    }

    private static string? WhyNot(CubePlan plan, PlannedBlock block, List<string> times, List<PlannedDimension> others, string? granularity)
    {
        if (plan.AsOfRun is not null)
            return "a past run is asked, and rollups hold the present";
        if (block.Choice is not null)
            return "a measure takes one value over time for all, which needs each day's rows";
        if (block.Bridges.Count > 0)
            return "members are reached through a bridge";
        if (block.Leaves.FirstOrDefault(l => l.Aggregate == MeasureType.CountDistinctApprox) is { } sketch)
            return $"'{sketch.Member}' counts different values by a sketch, and the engine has none that can be stored and merged";
        if (block.Leaves.FirstOrDefault(l => l.Aggregate is not (MeasureType.Count or MeasureType.Sum or MeasureType.Min or MeasureType.Max)) is { } leaf)
            return $"'{leaf.Member}' ({leaf.Aggregate}) does not add up from stored parts";
        if (times.Count > 1)
            return $"it is by {string.Join(" and ", times)}, and a rollup holds one date";
        if (times.Count == 1 && granularity is null)
            return $"no period of '{times[0]}' tells what is asked";
        if (plan.Query.Reading == AttributeReading.AsIs)
            return "attributes are asked as they are, and rollups hold them as they were";
        return others.FirstOrDefault(d => d.Granularity is not null || SqlTokens.Of(d.Sql).Count != 1) is { } computed ? $"'{NameOf(computed)}' is computed from columns" : null;
    }

    private static bool Tells(string granularity, IEnumerable<PlannedDimension> grouped, List<PlannedCondition> conditions, List<PlannedDimension> filtered)
        => grouped.All(d => RollupPeriods.Tells(granularity, d)) && filtered.All(d => RollupPeriods.Tells(granularity, d)
            || conditions.Where(c => PlannedConditions.Subjects(c).Any(s => s.Member == d.Member)).All(c => RollupPeriods.IsAligned(granularity, c)));

    private static string NameOf(PlannedDimension member) => member.Granularity is { } granularity ? member.Member[..^(granularity.Length + 1)] : member.Member;
}

/// <summary>A question that the warehouse answered, without the values it carried, which may be personal.</summary>
/// <param name="Members">Its measures and dimensions.</param>
/// <param name="Seconds">How long the answer took.</param>
/// <param name="Rows">Rows of the answer.</param>
/// <param name="Served">The rollup that served it; null for none.</param>
/// <param name="Needs">What rollups must hold to serve its parts.</param>
public sealed record AnsweredQuestion(IReadOnlyList<string> Members, double Seconds, long Rows, string? Served, IReadOnlyList<RollupNeed> Needs);
