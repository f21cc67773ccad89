using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Where one can go from a dimension of a question.</summary>
/// <param name="Member">The dimension, or the time dimension with its granularity.</param>
/// <param name="Path">The hierarchy.</param>
/// <param name="Up">The level above; null at the top.</param>
/// <param name="Down">The level below; null at the end.</param>
public sealed record DrillStep(string Member, string Path, string? Up, string? Down);

/// <summary>The ways on from a cell of an answer: each makes another question, narrowed to the cell.</summary>
/// <param name="catalogue">What is declared.</param>
public sealed class Drill(Catalogue catalogue)
{
    /// <summary>The question narrowed to a cell: each value that the cell has becomes a filter.</summary>
    /// <param name="query">The question.</param>
    /// <param name="cell">Value by member, for some or all of the question's dimensions; null for a missing value.</param>
    /// <exception cref="CrmException">The cell names a member that the question does not have.</exception>
    public static CubeQuery At(CubeQuery query, IReadOnlyDictionary<string, object?> cell)
    {
        var filters = query.Filters.ToList();
        var times = query.TimeDimensions.ToList();
        foreach (var (member, value) in cell)
        {
            var time = times.FindIndex(t => t.Granularity is not null && member == $"{t.Dimension}.{t.Granularity}");
            if (time >= 0 && value is not null)
                filters.AddRange(Within(times[time], Text(value)));
            else if (query.Dimensions.Contains(member) || time >= 0)
                filters.Add(new MemberFilter(time >= 0 ? times[time].Dimension : member, value is null ? FilterOperator.NotSet : FilterOperator.Equals, value is null ? [] : [Text(value)]));
            else
                throw QueryErrors.Wrong("the cell", $"'{member}' is not a dimension of the question",
                    $"one of {string.Join(", ", query.Dimensions.Concat(times.Where(t => t.Granularity is not null).Select(t => $"{t.Dimension}.{t.Granularity}")))}", "Name one of those");
        }

        return query with { Filters = filters, Offset = 0 };
    }

    /// <summary>The paths that a member stands in, each with its levels as full members, coarsest first.</summary>
    public IReadOnlyList<CubeHierarchy> PathsOf(string member)
    {
        if (MemberScope.Split(member) is not var (left, right))
            return [];
        var cubes = catalogue.Cubes.TryGetValue(left, out var cube) ? [cube] : catalogue.Cubes.Values;
        var declared = cubes.SelectMany(c => c.Hierarchies.Select(h => h with { Levels = [.. h.Levels.Select(l => l.Contains('.', StringComparison.Ordinal) ? l : $"{c.Name}.{l}")] }))
            .Where(h => h.Levels.Contains(member));
        var dimension = DimensionOf(left);
        var inherited = dimension is null ? [] : dimension.Hierarchies.Where(h => h.Levels.Contains(right))
            .Select(h => new CubeHierarchy(h.Name, h.Title, [.. h.Levels.Select(l => $"{left}.{l}")], h.Where));
        return [.. declared.Concat(inherited).DistinctBy(h => string.Join('|', h.Levels))];
    }

    /// <summary>One level finer within a cell, past levels that say nothing there: whose one member is missing, or says what the level above says.</summary>
    /// <param name="reader">Tells what a level holds within the cell.</param>
    /// <param name="query">The question.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="member">The dimension to go down from; null: the last of the question.</param>
    /// <param name="path">Name of the path; null: the first that goes on.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public CubeQuery DownPastEmpty(
        ICubeReader reader, CubeQuery query, IReadOnlyDictionary<string, object?> cell, string? member = null, string? path = null, CancellationToken cancellation = default)
    {
        var next = Down(query, cell, member, path);
        var said = (member ?? query.Dimensions.LastOrDefault()) is { } from ? cell.GetValueOrDefault(from) : null;
        while (next.Dimensions.Except(query.Dimensions).ToList() is [var level] && IsEmpty(reader, next, level, said, cancellation)
            && PathsOf(level).Where(p => path is null || p.Name == path).Any(p => Index(p, level) + 1 < p.Levels.Count && query.Dimensions.All(d => !p.Levels.Skip(Index(p, level) + 1).Contains(d))))
            next = Down(next, new Dictionary<string, object?>(), level, path);
        return next;
    }

    /// <summary>True when a level has one member within the cell, and that is missing or says what the level above says.</summary>
    private static bool IsEmpty(ICubeReader reader, CubeQuery query, string level, object? said, CancellationToken cancellation)
        => reader.Read(query with { Measures = [.. query.Measures.Take(1)], Dimensions = [level], TimeDimensions = [.. query.TimeDimensions.Select(t => t with { Granularity = null }).Where(t => t.Range is not null)], Order = [], Limit = 2, Totals = Totals.None, Counting = RowCounting.None }, cancellation)
            .Rows is [var only] && (only.Values[0] is not { } value || (said is not null && Text(value) == Text(said)));

    /// <summary>One level finer within a cell.</summary>
    /// <param name="query">The question.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="member">The dimension to go down from; null: the last of the question.</param>
    /// <param name="path">Name of the path; null: the first that goes on.</param>
    public CubeQuery Down(CubeQuery query, IReadOnlyDictionary<string, object?> cell, string? member = null, string? path = null)
        => Step(query, cell, member, path, +1);

    /// <summary>One level coarser, in place of the member.</summary>
    public CubeQuery Up(CubeQuery query, string? member = null, string? path = null) => Step(query, new Dictionary<string, object?>(), member, path, -1);

    /// <summary>By another dimension within a cell.</summary>
    public static CubeQuery Across(CubeQuery query, IReadOnlyDictionary<string, object?> cell, string to)
        => At(query, cell) with { Dimensions = [to], TimeDimensions = [.. query.TimeDimensions.Select(t => t with { Granularity = null }).Where(t => t.Range is not null)], Order = null };

    /// <summary>Where one stands: what the rows are narrowed to, in the order it was done.</summary>
    public static IReadOnlyList<string> Breadcrumb(CubeQuery query) => [.. query.Segments, .. query.TimeDimensions.Where(t => t.Range is not null)
        .Select(t => $"{t.Dimension} in {t.Range!.From}{(t.Range.To is null ? "" : $" to {t.Range.To}")}"), .. query.Filters.Select(Told)];

    private static string Told(CubeFilter filter) => filter switch
    {
        FilterGroup group => $"({string.Join(group.Any ? " or " : " and ", group.Filters.Select(Told))})",
        MemberFilter { Operator: FilterOperator.NotSet } missing => $"{missing.Member} is missing",
        MemberFilter { Operator: FilterOperator.Set } present => $"{present.Member} is there",
        MemberFilter { Operator: FilterOperator.Equals } equal => $"{equal.Member} = {string.Join(" or ", equal.Values)}",
        MemberFilter other => $"{other.Member} {OperatorNames.All.First(n => OperatorNames.Of(n) == other.Operator)} {string.Join(", ", other.Values)}",
        _ => "",
    };

    /// <summary>The steps that each dimension of a question can take: the levels below and above it, path by path.</summary>
    public IReadOnlyList<DrillStep> Steps(CubeQuery query)
        => [.. query.Dimensions.SelectMany(d => PathsOf(d).Select(p => new DrillStep(d, p.Name, p.Levels.ElementAtOrDefault(Index(p, d) - 1), p.Levels.ElementAtOrDefault(Index(p, d) + 1)))),
            .. query.TimeDimensions.Where(t => t.Granularity is not null).SelectMany(t => DrillPeriods.PathsOf(t.Granularity!).Select(p =>
                new DrillStep(DrillPeriods.MemberOf(t), p, DrillPeriods.MemberOf(t, DrillPeriods.Next(p, t.Granularity!, -1)), DrillPeriods.MemberOf(t, DrillPeriods.Next(p, t.Granularity!, +1)))))];

    private CubeQuery Step(CubeQuery query, IReadOnlyDictionary<string, object?> cell, string? member, string? path, int step)
    {
        var grouped = query.Dimensions.Concat(query.TimeDimensions.Where(t => t.Granularity is not null).Select(t => DrillPeriods.MemberOf(t))).ToList();
        var from = member ?? query.Dimensions.LastOrDefault() ?? grouped.LastOrDefault()
            ?? throw QueryErrors.Wrong("the drill", "no dimension to go from", "a question grouped by one", "Group the question by one");
        if (!grouped.Contains(from))
            throw QueryErrors.Wrong("the drill", $"'{from}' is not a dimension of the question", $"one of {string.Join(", ", grouped)}", "Name one of those");
        if (!query.Dimensions.Contains(from))
            return DrillPeriods.Step(At(query, cell), from, path, step);
        if (step > 0 && TreeOf(from) is { } parent && (path is null || from.StartsWith(path, StringComparison.Ordinal)))
            return Below(query, cell, from, parent);
        var paths = PathsOf(from).Where(p => path is null || p.Name == path).ToList();
        var to = paths.Select(p => p.Levels.ElementAtOrDefault(Index(p, from) + step)).FirstOrDefault(l => l is not null)
            ?? throw QueryErrors.Wrong("the drill", $"'{from}' has no level {(step > 0 ? "below" : "above")} it{(path is null ? "" : $" in '{path}'")}",
                PathsOf(from) is { Count: > 0 } known ? $"a level of {string.Join("; ", known.Select(p => $"{p.Name}: {string.Join(" › ", p.Levels)}"))}" : "a member of a hierarchy",
                step > 0 ? "Go to another dimension, or through to the rows" : "Go to another dimension");
        return To(At(query, cell), from, to);
    }

    /// <summary>The question with another member in the place of one.</summary>
    internal static CubeQuery To(CubeQuery query, string from, string to) => query with
    {
        Dimensions = [.. query.Dimensions.Select(d => d == from ? to : d).Distinct()],
        Order = query.Order is null ? null : [.. query.Order.Select(o => o.Member == from ? o with { Member = to } : o)],
    };

    /// <summary>In a tree of any depth the level below a member is those whose parent it is.</summary>
    private static CubeQuery Below(CubeQuery query, IReadOnlyDictionary<string, object?> cell, string from, string parent)
    {
        if (cell.GetValueOrDefault(from) is not { } above)
            throw QueryErrors.Wrong("the cell", $"no member of '{from}' to go down from", "one, as its key", "Name it in the cell");
        var rest = At(query, cell.Where(c => c.Key != from).ToDictionary(c => c.Key, c => c.Value));
        return rest with { Filters = [.. rest.Filters.Where(f => f is not MemberFilter { Member: var m } || m != parent), new MemberFilter(parent, FilterOperator.Equals, [Text(above)])] };
    }

    /// <summary>The member with the parent's key, of a member that is the key in a tree; null for all others.</summary>
    internal string? TreeOf(string member)
    {
        if (MemberScope.Split(member) is not var (left, right) || catalogue.Cubes.ContainsKey(left))
            return null;
        var trees = catalogue.Dimensions.Values.SelectMany(d => d.Hierarchies.Where(h => h.Parent is not null).Select(h => (Dimension: d, Tree: h)));
        var found = trees.FirstOrDefault(t => (left == t.Tree.Name || left.EndsWith($"_{t.Tree.Name}", StringComparison.Ordinal)) && t.Dimension.Attributes.Any(a => a.Name == right && a.Column == t.Dimension.Keys[0]));
        return found.Tree is null ? null : $"{left}.{found.Dimension.Find(found.Tree.Parent!)!.Name}";
    }

    /// <summary>The value of a member as cells have it: a period of dates by its first day, all else as it is.</summary>
    internal string Canonical(string member, string value)
        => MemberScope.Split(member) is var (left, right) && DimensionOf(left)?.Find(right)?.Type.Kind == TypeKind.Date && DatePeriod.Parse(value) is { } period ? Text(period.Start) : value;

    /// <summary>A value as a cell names it; null for a missing one.</summary>
    internal static string? ValueText(object? value) => value is null ? null : Text(value);

    internal static int Index(CubeHierarchy path, string member) => path.Levels.ToList().IndexOf(member);

    private Dimension? DimensionOf(string role)
        => catalogue.Facts.Values.SelectMany(f => f.Roles).FirstOrDefault(r => r.Role == role) is { } found
            ? catalogue.Dimensions.GetValueOrDefault(found.Dimension) : catalogue.Dimensions.GetValueOrDefault(role);

    /// <summary>The period that begins with the moment, as two conditions.</summary>
    private static IEnumerable<CubeFilter> Within(TimeDimension time, string first)
    {
        var start = DatePeriod.Parse(first)?.Start ?? throw QueryErrors.Wrong("the cell", $"'{first}' is not a date", DatePeriod.Expected, "Correct the value");
        var end = time.Granularity switch
        {
            "second" => start.AddSeconds(1),
            "minute" => start.AddMinutes(1),
            "hour" => start.AddHours(1),
            "day" => start.AddDays(1),
            "week" or "iso_week" => start.AddDays(7),
            "month" or "fiscal_period" => start.AddMonths(1),
            "quarter" or "fiscal_quarter" => start.AddMonths(3),
            _ => start.AddYears(1),
        };
        return [new MemberFilter(time.Dimension, FilterOperator.Gte, [Text(start)]), new MemberFilter(time.Dimension, FilterOperator.Lt, [Text(end)])];
    }

    private static string Text(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment when moment.TimeOfDay == TimeSpan.Zero => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
