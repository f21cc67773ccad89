using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Writes a block for all levels of totals: by grouping sets where one pass gives each its own grain, else level by level.</summary>
internal sealed class LevelWriter(CubePlan plan, SqlDialect dialect, BlockWriter blocks, IReadOnlyList<int> lengths)
{
    private const string Level = "\"total level\"";
    private const string Chosen = "\"chosen day\"";

    /// <summary>The block: the question's dimensions (null where a row is a total over them), the level, the aggregates.</summary>
    public string Write(PlannedBlock block) => block is { Frame: null, Choice: null, Regroup: null, Bridges.Count: 0 }
        ? Sets(block)
        : string.Join("\nUNION ALL\n", lengths.Select(n => OneLevel(block, n)));

    private string Sets(PlannedBlock block)
    {
        var dimensions = plan.Dimensions.Select(Named).ToList();
        var expressions = plan.Dimensions.Select(d => d.Sql).ToList();
        var level = lengths.Count == 1 ? "0" : string.Join(" + ", expressions.Select(e => $"GROUPING({e})"));
        var groups = expressions.Count == 0 ? null
            : lengths.Count == 1 ? SqlName.List(expressions) : $"GROUPING SETS ({string.Join(", ", lengths.Select(n => $"({SqlName.List(expressions.Take(n))})"))})";
        return Select([.. dimensions, $"{level} AS {Level}", .. block.Leaves.Select(l => Leaf(block, l, null))], blocks.Lines(block, false, null), groups);
    }

    private string OneLevel(PlannedBlock block, int leading)
    {
        var kept = (block.Regroup?.Kept(plan.Dimensions, leading) ?? [.. Enumerable.Range(0, leading)]).ToHashSet();
        var groups = plan.Dimensions.Where((_, i) => kept.Contains(i)).ToList();
        var bridged = block.Bridges.Count > 0 && (groups.Any(g => block.Bridges.Any(b => b.Members.Contains(g.Member)))
            || block.RowFilters.SelectMany(PlannedConditions.Subjects).Any(s => block.Bridges.Any(b => b.Members.Contains(s.Member))));
        var weight = bridged ? BlockWriter.WeightOf(block.Bridges[0]) : null;
        if (block.Choice is { } choice)
            return Choosing(block, choice, groups, leading);
        string? join = null;
        if (block.Calendar is { } calendar)
        {
            var periods = groups.Where(g => g.Role == calendar.Role).ToList();
            join = new FrameWriter(blocks).Join(block.Frame, calendar, periods, calendar.Grains[leading], block.From.Alias);
        }

        string Expression(PlannedDimension d) => block.Calendar is { } c && d.Role == c.Role ? SqlName.Quote(d.Member) : d.Sql;
        var columns = plan.Dimensions.Select((d, i) => kept.Contains(i) ? As(Expression(d), d.Member) : Missing(d));
        return Select([.. columns, $"{plan.Dimensions.Count - leading} AS {Level}", .. block.Leaves.Select(l => Leaf(block, l, weight))],
            blocks.Lines(block, bridged, join), groups.Count == 0 ? null : SqlName.List(groups.Select(Expression)));
    }

    /// <summary>Semi-additive: rows of the chosen day only, or the smallest or largest of the days' values.</summary>
    private string Choosing(PlannedBlock block, PlannedChoice choice, List<PlannedDimension> groups, int leading)
    {
        var lines = blocks.Lines(block, false, null);
        var tail = new List<string> { $"{plan.Dimensions.Count - leading} AS {Level}" };
        var columns = plan.Dimensions.Select(d => groups.Contains(d) ? SqlName.Quote(d.Member) : Missing(d)).ToList();
        var names = groups.Select(g => SqlName.Quote(g.Member)).ToList();
        if (choice.Choice is WindowChoice.Min or WindowChoice.Max)
        {
            var function = choice.Choice == WindowChoice.Min ? "min" : "max";
            var perDay = Select([.. groups.Select(Named), $"{choice.Day} AS {Chosen}", .. block.Leaves.Select(l => Leaf(block, l, null))], lines,
                SqlName.List([.. groups.Select(g => g.Sql), choice.Day]));
            return Select([.. columns, .. tail, .. block.Leaves.Select(l => $"{function}({SqlName.Quote(l.Column)}) AS {SqlName.Quote(l.Column)}")],
                [$"FROM (\n{perDay})"], names.Count == 0 ? null : SqlName.List(names));
        }

        var best = choice.Choice == WindowChoice.Last ? "max" : "min";
        var within = groups.Where(g => choice.TimeMembers.Contains(g.Member)).Select(g => g.Sql).Concat(choice.Groupings).ToList();
        var over = within.Count == 0 ? "" : $"PARTITION BY {SqlName.List(within)}";
        var alias = SqlName.Quote(block.From.Alias);
        var rows = Select([$"{alias}.*", .. groups.Select(g => As(g.Sql, g.Member, always: true)), $"{choice.Day} AS {Chosen}", $"{best}({choice.Day}) OVER ({over}) AS \"best day\""], lines, null);
        return Select([.. columns, .. tail, .. block.Leaves.Select(l => Leaf(block, l, null))],
            [$"FROM (\n{rows}) AS {alias}", $"WHERE {Chosen} = \"best day\""], names.Count == 0 ? null : SqlName.List(names));
    }

    private static string Select(IEnumerable<string> columns, List<string> lines, string? groups)
        => $"SELECT {SqlName.List(columns)}\n{string.Join('\n', lines)}{(groups is null ? "" : $"\nGROUP BY {groups}")}";

    private string Leaf(PlannedBlock block, PlannedMeasure leaf, string? weight) => $"{new AggregateWriter(dialect, block.StoredColumns).Leaf(leaf, weight)} AS {SqlName.Quote(leaf.Column)}";

    private static string Named(PlannedDimension dimension) => As(dimension.Sql, dimension.Member);

    private static string As(string expression, string member, bool always = false)
        => SqlName.Quote(member) is var name && expression == name && !always ? name : $"{expression} AS {name}";

    /// <summary>The column of a dimension that a level sums over.</summary>
    internal static string Missing(PlannedDimension dimension) => $"CAST(NULL AS {dimension.Type.Sql}) AS {SqlName.Quote(dimension.Member)}";
}
