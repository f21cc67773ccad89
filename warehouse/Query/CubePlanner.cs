using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Resolves a question against the catalogue. Touches no database.</summary>
public static class CubePlanner
{
    /// <summary>The plan that answers the question.</summary>
    /// <param name="query">The question; one that compares ranges is planned range by range (<see cref="CompareRanges"/>).</param>
    /// <param name="catalogue">What is declared.</param>
    /// <param name="calendar">What relative dates and periods stand on; null: calendar years, and no relative dates.</param>
    /// <exception cref="CrmException">
    /// <see cref="FailureKind.WrongUse"/> when the question names what is not there, cannot be reached or does not fit;
    /// <see cref="FailureKind.CheckFailed"/> when a declaration it needs does not hold together.
    /// </exception>
    public static CubePlan Plan(CubeQuery query, Catalogue catalogue, QueryCalendar? calendar = null)
    {
        var today = calendar ?? QueryCalendar.None;
        QueryShape.Check(query);
        var scope = Scope(query, catalogue, today);
        var dimensions = Dimensions(query, scope);
        var measures = query.Measures.Select(m => scope.Measure(m, "the measures")).ToList();
        var groups = new FilterPlanner(scope).Plan(query.Filters).Groups;
        var leaves = measures.Concat(groups.SelectMany(PlannedConditions.Subjects).OfType<PlannedMeasure>()).SelectMany(m => m.Leaves).DistinctBy(l => l.Column).ToList();
        var totals = dimensions.Count == 0 || measures.Count == 0 ? Totals.None : query.Totals;
        var blocks = scope is FactScope fact
            ? new BlockPlanner(query, catalogue, today, dimensions).Plan(fact.Cube, leaves)
            : [Members(query, scope)];
        return new CubePlan
        {
            Query = query,
            Blocks = blocks,
            Dimensions = dimensions,
            Measures = measures,
            GroupFilters = groups,
            Order = Order(query, dimensions, measures),
            Totals = totals,
            Limit = query.Limit ?? CubePlan.DefaultLimit,
            Offset = query.Offset,
        };
    }

    private static List<PlannedDimension> Dimensions(CubeQuery query, MemberScope scope)
    {
        List<PlannedDimension> dimensions = [.. query.Dimensions.Select(d => scope.Dimension(d, "the dimensions")),
            .. query.TimeDimensions.Where(t => t.Granularity is not null).Select(scope.Periods)];
        QueryShape.CheckOnce(dimensions.Select(d => d.Member), "the dimensions");
        return dimensions;
    }

    private static PlannedBlock Members(CubeQuery query, MemberScope scope)
    {
        var (rows, _) = new FilterPlanner(scope).Plan(query.Filters);
        var ranges = new FilterPlanner(scope).Ranges(query.TimeDimensions);
        foreach (var segment in query.Segments)
            scope.Segment(segment);
        var policy = scope.PolicyFilters();
        return new PlannedBlock("members", null, scope.From(), scope.Joins(), [], [.. policy, .. rows, .. ranges], []);
    }

    /// <summary>The cube that the measures belong to; without measures the cube whose own dimensions are asked, or the one dimension asked.</summary>
    private static MemberScope Scope(CubeQuery query, Catalogue catalogue, QueryCalendar calendar)
    {
        if (query.Measures.Count > 0)
            return new FactScope(catalogue, CubesOf(query.Measures, catalogue)[0], query, calendar);
        var dimensions = query.Dimensions.Concat(query.TimeDimensions.Select(t => t.Dimension)).ToList();
        var owners = dimensions.Select(d => MemberScope.Split(d)?.Left
            ?? throw QueryErrors.Unqualified(d, "the dimensions", AllDimensions(catalogue))).Distinct().ToList();
        if (owners.FirstOrDefault(catalogue.Cubes.ContainsKey) is { } cube && !(owners.Count == 1 && catalogue.Dimensions.ContainsKey(cube)))
            return new FactScope(catalogue, catalogue.Cubes[cube], query, calendar);
        if (owners.FirstOrDefault(o => !catalogue.Dimensions.ContainsKey(o)) is { } unknown)
            throw QueryErrors.Unreachable(dimensions.First(d => d.StartsWith(unknown, StringComparison.Ordinal)), "the dimensions",
                $"there is no dimension or cube '{unknown}'", AllDimensions(catalogue));
        return owners.Count == 1
            ? new DimensionScope(catalogue, catalogue.Dimensions[owners[0]], query, calendar)
            : throw QueryErrors.Wrong("the question", $"dimensions of {string.Join(" and ", owners)}, and no measure", "a measure, which says through which fact they meet",
                "Add a measure, or ask for members of one dimension only");
    }

    private static List<Cube> CubesOf(IReadOnlyList<string> measures, Catalogue catalogue)
    {
        var cubes = new List<Cube>();
        foreach (var measure in measures)
        {
            if (MemberScope.Split(measure) is not var (owner, _))
                throw QueryErrors.Unqualified(measure, "the measures", AllMeasures(catalogue));
            if (!catalogue.Cubes.TryGetValue(owner, out var cube))
                throw catalogue.Dimensions.ContainsKey(owner)
                    ? QueryErrors.DimensionAsMeasure(measure)
                    : QueryErrors.UnknownCube(owner, $"the measure '{measure}'", catalogue.Cubes.Keys);
            cubes.Add(cube);
        }

        return cubes;
    }

    private static List<PlannedOrder> Order(CubeQuery query, List<PlannedDimension> dimensions, List<PlannedMeasure> measures)
    {
        var members = dimensions.Select(d => d.Member).Concat(measures.Select(m => m.Member)).ToList();
        var asked = query.Order is null ? DefaultOrder(dimensions, measures) : query.Order.Select(o => Key(o, dimensions, members));
        var order = asked.DistinctBy(o => o.Member).ToList();
        order.AddRange(dimensions.Where(d => order.All(o => o.Member != d.Member)).Select(d => new PlannedOrder(d.Member, false)));
        order.RemoveAll(o => query.NeverOrderedBy.Contains(o.Member));
        if (order.Count == 0 && query.NeverOrderedBy.Count > 0 && measures.Count > 0)
            order.Add(new PlannedOrder(measures[0].Member, true));
        return order;
    }

    /// <summary>A time dimension may be ordered by without its granularity, as Cube has it.</summary>
    private static PlannedOrder Key(CubeOrder key, List<PlannedDimension> dimensions, List<string> members)
    {
        if (members.Contains(key.Member))
            return new PlannedOrder(key.Member, key.Descending);
        return dimensions.FirstOrDefault(d => d.Granularity is not null && d.Member == $"{key.Member}.{d.Granularity}") is { } time
            ? new PlannedOrder(time.Member, key.Descending)
            : throw QueryErrors.Wrong("the order", $"'{key.Member}' is not a member of the question",
                $"one of its members; the nearest is '{NearestName.Of(key.Member, members)}'", "Ask for it too, or order by a member that is asked");
    }

    private static IEnumerable<PlannedOrder> DefaultOrder(List<PlannedDimension> dimensions, List<PlannedMeasure> measures)
    {
        if (dimensions.FirstOrDefault(d => d.IsTime) is { } time)
            return [new PlannedOrder(time.Member, false)];
        return measures.Count > 0 && dimensions.Count > 0 ? [new PlannedOrder(measures[0].Member, true)] : [];
    }

    private static IEnumerable<string> AllDimensions(Catalogue catalogue)
        => catalogue.Dimensions.Values.SelectMany(d => d.Attributes.Select(a => $"{d.Name}.{a.Name}"))
            .Concat(catalogue.Cubes.Values.SelectMany(c => c.Dimensions.Select(d => $"{c.Name}.{d.Name}")));

    private static IEnumerable<string> AllMeasures(Catalogue catalogue)
        => catalogue.Cubes.Values.SelectMany(c => c.Measures.Select(m => $"{c.Name}.{m.Name}"));
}
