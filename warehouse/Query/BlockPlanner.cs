using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Sorts the aggregates of a question into blocks, and resolves the question once for each: its dimensions, filters and segments.</summary>
internal sealed class BlockPlanner(CubeQuery query, Catalogue catalogue, QueryCalendar calendar, IReadOnlyList<PlannedDimension> dimensions)
{
    /// <summary>The blocks, in the order in which the question needs them.</summary>
    /// <param name="first">The cube whose rows are grouped when no aggregate says more.</param>
    /// <param name="leaves">The aggregates.</param>
    public IReadOnlyList<PlannedBlock> Plan(Cube first, IReadOnlyList<PlannedMeasure> leaves)
    {
        var groups = leaves.GroupBy(l => (l.Cube, l.Frame, l.NonAdditive, l.Regroup)).ToList();
        var cubes = groups.Select(g => g.Key.Cube).Append(first.Name).Distinct().ToList();
        CheckSegments(cubes);
        var blocks = new List<PlannedBlock>();
        foreach (var group in groups)
            blocks.Add(Block($"block {blocks.Count + 1}", catalogue.Cubes[group.Key.Cube], [.. group]));
        if (blocks.All(b => b.Regroup is not null))
            blocks.Insert(0, Block("block 0", first, []));
        return blocks;
    }

    private PlannedBlock Block(string name, Cube cube, IReadOnlyList<PlannedMeasure> leaves)
    {
        var scope = new FactScope(catalogue, cube, query, calendar);
        var filters = new FilterPlanner(scope);
        foreach (var dimension in query.Dimensions)
            scope.Dimension(dimension, "the dimensions");
        foreach (var time in query.TimeDimensions.Where(t => t.Granularity is not null))
            scope.Periods(time);
        List<PlannedCondition> rows = [.. PlannedConditions.Each(filters.Plan(query.Filters).Rows), .. PlannedConditions.Each(filters.Ranges(query.TimeDimensions))];
        var segments = query.Segments.Distinct().Where(s => Of(cube, s)).Select(scope.Segment).ToList();
        foreach (var leaf in leaves)
            scope.Uses(leaf);
        var policy = scope.PolicyFilters();
        var frame = leaves.Count > 0 ? leaves[0].Frame : null;
        var regroup = leaves.Count > 0 ? leaves[0].Regroup : null;
        var choice = leaves.Count > 0 && leaves[0].NonAdditive is { } over ? Choice(scope, over) : null;
        var framed = frame is null ? null : new FramePlanner(scope, dimensions).Plan(frame, regroup, rows);
        if (framed is not null)
            rows.RemoveAll(c => framed.Targets.Contains(c) || framed.Sources.Contains(c));
        var spine = frame is null && regroup is null && query.Missing == MissingPeriods.Show && dimensions.Any(d => d.Grain is not null)
            ? new FramePlanner(scope, dimensions).Plan(new TimeFrame(null, null, null), null, rows) : null;
        var bridges = scope.Bridges();
        if (bridges.Count > 0)
            CheckBridged(leaves, bridges);
        var seen = policy.Count == 0 ? null : new PlannedBlock("seen", cube.Name, scope.From(), [.. scope.Joins().Where(j => Speaks(policy, j))], [], policy, []);
        // A frame brings its calendar itself.
        return new PlannedBlock(name, cube.Name, scope.From(), [.. scope.Joins().Where(j => framed is null || j.Table.Alias != framed.Role || Needed(j, rows, policy))],
            segments, [.. policy, .. rows], leaves)
        {
            Frame = frame,
            Calendar = framed is null ? null : framed with { Fact = scope.From(), Seen = seen },
            Spine = spine is null ? null : spine with { Fact = scope.From(), Seen = seen },
            Choice = choice,
            Regroup = regroup,
            Bridges = bridges,
        };
    }

    /// <summary>A policy's condition on the framed role is about the rows themselves, whatever they count for; such a question is refused.</summary>
    private static bool Needed(PlannedJoin join, List<PlannedCondition> rows, IReadOnlyList<PlannedCondition> policy)
        => Speaks(rows.Concat(policy), join)
            ? throw QueryErrors.Wrong("the filters", $"a condition joins '{join.Table.Alias}' and other dimensions by 'or', and a measure is shifted or widened in time",
                "conditions on time that stand alone", "Ask without that filter, or without measures over time")
            : false;

    private static bool Speaks(IEnumerable<PlannedCondition> conditions, PlannedJoin join)
        => conditions.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>().Any(d => d.Role == join.Table.Alias);

    private PlannedChoice Choice(FactScope scope, NonAdditive over) => new(
        scope.ChoiceOf(over.Name, isTime: true), over.Choice, [.. over.Groupings.Select(g => scope.ChoiceOf(g, isTime: false))],
        [.. dimensions.Where(d => d.Grain is not null || d.PartGrain is not null || d.IsTime).Select(d => d.Member)]);

    private static void CheckBridged(IReadOnlyList<PlannedMeasure> leaves, IReadOnlyList<PlannedBridge> bridges)
    {
        if (bridges.Count > 1)
            throw QueryErrors.Wrong("the question", $"members reached through {bridges.Count} bridges: {string.Join(", ", bridges.Select(b => b.Table.Alias))}",
                "members of one bridge", "Ask one question for each bridge");
        var isTree = bridges[0].WeightColumn is null;
        if (leaves.FirstOrDefault(l => (!isTree && l.Aggregate is (MeasureType.Median or MeasureType.Percentile)) || l.NonAdditive is not null) is { } unfit)
            throw QueryErrors.Wrong("the measures", $"'{unfit.Member}' by members of the bridge '{bridges[0].Table.Alias}', where a row counts with a share",
                "sums, counts, means, smallest or largest values", "Leave it out, or leave out the members of the bridge");
    }

    private void CheckSegments(List<string> cubes)
    {
        foreach (var segment in query.Segments)
        {
            if (MemberScope.Split(segment) is not var (left, _) || !cubes.Contains(left))
                throw QueryErrors.UnknownSegment(segment, cubes.SelectMany(c => catalogue.Cubes[c].Segments.Select(s => $"{c}.{s.Name}")));
        }
    }

    private static bool Of(Cube cube, string segment) => MemberScope.Split(segment) is var (left, _) && left == cube.Name;
}
