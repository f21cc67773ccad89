using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Resolves a question against the catalogue. Touches no database.</summary>
public static class CubePlanner
{
    /// <summary>The plan that answers the question.</summary>
    /// <param name="query">The question.</param>
    /// <param name="catalogue">What is declared.</param>
    /// <exception cref="CrmException">
    /// <see cref="FailureKind.WrongUse"/> when the question names what is not there, cannot be reached or does not fit;
    /// <see cref="FailureKind.CheckFailed"/> when a declaration it needs does not hold together.
    /// </exception>
    public static CubePlan Plan(CubeQuery query, Catalogue catalogue)
    {
        CheckShape(query);
        var scope = Scope(query, catalogue);
        var dimensions = query.Dimensions.Select(d => scope.Dimension(d, "the dimensions")).ToList();
        var measures = query.Measures.Select(m => scope.Measure(m, "the measures")).ToList();
        var (rows, groups) = new FilterPlanner(scope).Plan(query.Filters);
        var segments = query.Segments.Distinct().Select(scope.Segment).ToList();
        return new CubePlan
        {
            Query = query,
            From = scope.From(),
            Joins = scope.Joins(),
            Dimensions = dimensions,
            Measures = measures,
            Segments = segments,
            RowFilters = rows,
            GroupFilters = groups,
            Order = Order(query, dimensions, measures),
            Totals = dimensions.Count == 0 || measures.Count == 0 ? Totals.None : query.Totals,
            Limit = query.Limit ?? CubePlan.DefaultLimit,
            Offset = query.Offset,
        };
    }

    private static void CheckShape(CubeQuery query)
    {
        if (query.Measures.Count + query.Dimensions.Count == 0)
            throw QueryErrors.Wrong("the question", "no measure and no dimension", "at least one", "Name a measure such as sales.revenue");
        CheckOnce(query.Measures, "the measures");
        CheckOnce(query.Dimensions, "the dimensions");
        if (query.Limit < 0)
            throw QueryErrors.Wrong("the limit", $"{query.Limit}", "zero or more rows", "Correct the number");
        if (query.Offset < 0)
            throw QueryErrors.Wrong("the offset", $"{query.Offset}", "zero or more rows", "Correct the number");
    }

    private static void CheckOnce(IReadOnlyList<string> names, string where)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
                throw QueryErrors.Twice(name, where);
        }
    }

    /// <summary>The cube that the measures belong to; without measures the cube whose own dimensions are asked, or the one dimension asked.</summary>
    private static MemberScope Scope(CubeQuery query, Catalogue catalogue)
    {
        if (query.Measures.Count > 0)
            return ScopeOf(CubeOfMeasures(query.Measures, catalogue), query, catalogue);
        var owners = query.Dimensions.Select(d => MemberScope.Split(d)?.Left
            ?? throw QueryErrors.Unqualified(d, "the dimensions", AllDimensions(catalogue))).Distinct().ToList();
        if (owners.FirstOrDefault(catalogue.Cubes.ContainsKey) is { } cube && !(owners.Count == 1 && catalogue.Dimensions.ContainsKey(cube)))
            return ScopeOf(catalogue.Cubes[cube], query, catalogue);
        if (owners.FirstOrDefault(o => !catalogue.Dimensions.ContainsKey(o)) is { } unknown)
            throw QueryErrors.Unreachable(query.Dimensions.First(d => d.StartsWith(unknown, StringComparison.Ordinal)), "the dimensions",
                $"there is no dimension or cube '{unknown}'", AllDimensions(catalogue));
        return owners.Count == 1
            ? new DimensionScope(catalogue.Dimensions[owners[0]], query.Reading)
            : throw QueryErrors.Wrong("the question", $"dimensions of {string.Join(" and ", owners)}, and no measure", "a measure, which says through which fact they meet",
                "Add a measure, or ask for members of one dimension only");
    }

    private static Cube CubeOfMeasures(IReadOnlyList<string> measures, Catalogue catalogue)
    {
        var cubes = new List<string>();
        foreach (var measure in measures)
        {
            if (MemberScope.Split(measure) is not var (owner, _))
                throw QueryErrors.Unqualified(measure, "the measures", AllMeasures(catalogue));
            if (!catalogue.Cubes.ContainsKey(owner))
                throw catalogue.Dimensions.ContainsKey(owner)
                    ? QueryErrors.DimensionAsMeasure(measure)
                    : QueryErrors.UnknownCube(owner, $"the measure '{measure}'", catalogue.Cubes.Keys);
            if (!cubes.Contains(owner))
                cubes.Add(owner);
        }

        return cubes.Count == 1 ? catalogue.Cubes[cubes[0]] : throw QueryErrors.SeveralCubes(cubes);
    }

    private static FactScope ScopeOf(Cube cube, CubeQuery query, Catalogue catalogue)
    {
        var fact = catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table)
            ?? throw QueryErrors.Declared(cube.Where, $"cube '{cube.Name}' reads '{cube.Table}', which no fact declares",
                $"the table of a fact; the nearest is '{NearestName.Of(cube.Table, catalogue.Facts.Values.Select(f => f.Table))}'");
        return new FactScope(catalogue, cube, fact, query.Reading);
    }

    private static List<PlannedOrder> Order(CubeQuery query, List<PlannedDimension> dimensions, List<PlannedMeasure> measures)
    {
        var asked = query.Order is null ? DefaultOrder(dimensions, measures) : query.Order.Select(o => Key(o, query));
        var order = asked.DistinctBy(o => o.Member).ToList();
        order.AddRange(dimensions.Where(d => order.All(o => o.Member != d.Member)).Select(d => new PlannedOrder(d.Member, false)));
        return order;
    }

    private static PlannedOrder Key(CubeOrder key, CubeQuery query)
    {
        var members = query.Dimensions.Concat(query.Measures).ToList();
        return members.Contains(key.Member)
            ? new PlannedOrder(key.Member, key.Descending)
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
