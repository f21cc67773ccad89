using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Turns declared measures into planned ones: expressions over the fact's columns, and for numbers the measures they are computed from. A shift or window
/// of a number applies to all aggregates it is made of.
/// </summary>
internal sealed class MeasureResolver(Catalogue catalogue)
{
    private static readonly Dictionary<string, PlannedMeasure> NoParts = [];
    private readonly Stack<string> _path = new();

    /// <summary>The planned measure. Throws <see cref="CrmException"/> when its declaration does not hold together.</summary>
    public PlannedMeasure Plan(Cube cube, Measure measure) => Plan(cube, measure, null, null);

    /// <summary>The fact that a cube reads.</summary>
    public static Fact FactOf(Catalogue catalogue, Cube cube) => catalogue.Facts.Values.FirstOrDefault(f => f.Table == cube.Table)
        ?? throw QueryErrors.Declared(cube.Where, $"cube '{cube.Name}' reads '{cube.Table}', which no fact declares",
            $"the table of a fact; the nearest is '{NearestName.Of(cube.Table, catalogue.Facts.Values.Select(f => f.Table))}'");

    /// <summary>An expression over the fact's columns, with <c>{CUBE}</c> made the fact's name in the statement.</summary>
    public static string OverFact(string sql, Cube cube, SourceLocation where) => Checked(where, () => NumberExpression.Replace(sql, name => name == "CUBE"
        ? SqlName.Quote(cube.Name)
        : throw QueryErrors.Declared(where, $"'{{{name}}}' in an expression over rows", "the fact's columns, or {CUBE} for the fact itself")));

    private PlannedMeasure Plan(Cube cube, Measure measure, TimeFrame? around, GroupChange? regroup)
    {
        var member = $"{cube.Name}.{measure.Name}";
        if (_path.Contains(member))
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' is computed from itself", "an expression over other measures");
        var frame = Framed(measure, member, around);
        var groups = measure.Type == MeasureType.Rank ? regroup : Regrouped(cube, measure, member) ?? regroup;
        _path.Push(member);
        try
        {
            return measure.Type switch
            {
                MeasureType.Number => Number(cube, measure, member, frame, groups),
                MeasureType.Share => Share(cube, measure, member, frame, groups),
                MeasureType.Rank => Rank(cube, measure, member, frame, groups),
                _ => Leaf(cube, measure, member, frame, groups),
            };
        }
        finally
        {
            _path.Pop();
        }
    }

    private PlannedMeasure Leaf(Cube cube, Measure measure, string member, TimeFrame? frame, GroupChange? groups)
    {
        if (measure.Sql is null && measure.Type != MeasureType.Count)
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' has no sql", "an expression over the fact's columns");
        if (measure.NonAdditive is not null && frame is not null)
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' has a non_additive_dimension and a shift or window", "one of them",
                "Take the balance of a past period with a filter on time");
        var sql = measure.Sql is null ? null : OverFact(measure.Sql, cube, measure.Where);
        return Planned(cube, measure, member, MeasureValueType.Of(measure, FactOf(catalogue, cube)), sql, NoParts) with
        {
            Filters = [.. measure.Filters.Select(f => OverFact(f, cube, measure.Where))],
            Percentile = measure.Percentile ?? 0.5,
            Frame = frame,
            NonAdditive = measure.NonAdditive,
            Regroup = groups,
        };
    }

    private PlannedMeasure Number(Cube cube, Measure measure, string member, TimeFrame? frame, GroupChange? groups)
    {
        if (measure.Sql is null || measure.Filters.Count > 0)
            throw QueryErrors.Declared(measure.Where, $"number measure '{member}' with {(measure.Sql is null ? "no sql" : "filters")}",
                "an expression over {measures}; filters belong to those");
        var sql = Checked(measure.Where, () => NumberExpression.WithSafeDivisions(measure.Sql));
        var parts = PartsOf(cube, measure, sql, frame, groups);
        return Planned(cube, measure, member, MeasureValueType.Of(sql, parts.Values), sql, parts);
    }

    /// <summary>A share is a number: the expression over the expression of the parent.</summary>
    private PlannedMeasure Share(Cube cube, Measure measure, string member, TimeFrame? frame, GroupChange? groups)
    {
        var whole = measure.Sql ?? throw QueryErrors.Declared(measure.Where, $"share '{member}' has no sql", "a measure in braces, as {revenue}");
        var own = Checked(measure.Where, () => NumberExpression.WithSafeDivisions(whole));
        var change = measure.ReduceBy is null && measure.GroupBy is null
            ? new GroupChange(measure.Of == ShareOf.Total ? "in all" : "of the parent", null, [], measure.Of)
            : Regrouped(cube, measure, member);
        var parts = PartsOf(cube, measure, own, frame, null);
        var above = PartsOf(cube, measure, own, frame, change).ToDictionary(p => $"{p.Key} {change!.Name}", p => p.Value);
        var parent = NumberExpression.Replace(own, name => $"{{{name} {change!.Name}}}");
        return Planned(cube, measure, member, new ColumnType(TypeKind.Double), $"CAST(({own}) AS DOUBLE) / nullif(({parent}), 0)",
            parts.Concat(above).ToDictionary(p => p.Key, p => p.Value)) with
        { Aggregate = MeasureType.Number };
    }

    private PlannedMeasure Rank(Cube cube, Measure measure, string member, TimeFrame? frame, GroupChange? groups)
    {
        var keys = measure.OrderBy.Count > 0 ? measure.OrderBy : measure.Sql is { } only ? [new RankOrder(only, true)] : null;
        if (keys is null)
            throw QueryErrors.Declared(measure.Where, $"rank '{member}' without 'order_by'", "measures in braces to rank by");
        var safe = keys.Select(k => k with { Sql = Checked(measure.Where, () => NumberExpression.WithSafeDivisions(k.Sql)) }).ToList();
        var parts = new Dictionary<string, PlannedMeasure>(StringComparer.Ordinal);
        foreach (var key in safe)
        {
            foreach (var (name, part) in PartsOf(cube, measure, key.Sql, frame, groups))
                parts[name] = part;
        }

        return Planned(cube, measure, member, new ColumnType(TypeKind.Integer), null, parts) with { OrderBy = safe, RankedAmong = measure.ReduceBy is null ? null : Full(cube, measure.ReduceBy) };
    }

    private static PlannedMeasure Planned(
        Cube cube, Measure measure, string member, ColumnType type, string? sql, IReadOnlyDictionary<string, PlannedMeasure> parts)
        => new(member, measure.Title, cube.Title, measure.Description, type, measure.Format, measure.Type, sql, [], parts)
        {
            Cube = cube.Name,
            DrillMembers = [.. measure.DrillMembers.Select(m => m.Contains('.', StringComparison.Ordinal) ? m : $"{cube.Name}.{m}")],
        };

    private Dictionary<string, PlannedMeasure> PartsOf(Cube cube, Measure whole, string sql, TimeFrame? frame, GroupChange? groups)
        => NumberExpression.References(sql).ToDictionary(name => name, name =>
        {
            var (owner, part) = Part(cube, whole, name);
            return Plan(owner, part, frame, groups);
        });

    private (Cube Cube, Measure Measure) Part(Cube cube, Measure whole, string name)
    {
        var (owner, own) = MemberScope.Split(name) is var (left, right) ? (catalogue.Cubes.GetValueOrDefault(left), right) : (cube, name);
        return owner?.Measures.FirstOrDefault(m => m.Name == own) is { } measure ? (owner, measure) : throw QueryErrors.Declared(
            whole.Where, $"'{{{name}}}' in measure '{cube.Name}.{whole.Name}'",
            NearestName.Of(name, cube.Measures.Select(m => m.Name)) is { } nearest ? $"a measure; the nearest is '{nearest}'" : "a measure");
    }

    private static TimeFrame? Framed(Measure measure, string member, TimeFrame? around)
    {
        if (measure.Shift is null && measure.Window is null)
            return around;
        if (measure.Window is not null && around?.Window is not null)
            throw QueryErrors.Declared(measure.Where, $"measure '{member}' puts a window around a window", "one window", "Write a measure without the inner one");
        return new TimeFrame(Sum(measure, member, around?.Shift), measure.Window ?? around?.Window, RoleOf(measure) ?? around?.Role);
    }

    private static TimeStep? Sum(Measure measure, string member, TimeStep? around)
    {
        if (measure.Shift?.Interval is not { } own || around is not { } outer)
            return measure.Shift?.Interval ?? around;
        return (own.Months, outer.Months, own.Days, outer.Days) switch
        {
            ({ } a, { } b, _, _) => new TimeStep(a + b, TimeUnit.Month),
            (_, _, { } a, { } b) => new TimeStep(a + b, TimeUnit.Day),
            _ => throw QueryErrors.Declared(measure.Where, $"measure '{member}' shifts by {own} what is shifted by {outer}", "shifts in units that add up"),
        };
    }

    private static string? RoleOf(Measure measure) => measure.Shift?.TimeDimension is { } time
        ? MemberScope.Split(time)?.Left ?? time : null;

    private static GroupChange? Regrouped(Cube cube, Measure measure, string member) => measure.GroupBy is null && measure.ReduceBy is null
        ? null : new GroupChange($"grouped for {member}", measure.GroupBy is null ? null : Full(cube, measure.GroupBy), Full(cube, measure.ReduceBy ?? []), null);

    private static List<string> Full(Cube cube, IReadOnlyList<string> names) => [.. names.Select(n => n.Contains('.', StringComparison.Ordinal) ? n : $"{cube.Name}.{n}")];

    private static T Checked<T>(SourceLocation where, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FormatException e)
        {
            throw QueryErrors.Declared(where, e.Message, "an expression whose quotes, braces and parentheses close, and whose divisions have clear operands");
        }
    }
}
