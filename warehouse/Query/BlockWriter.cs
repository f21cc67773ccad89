using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Writes what a block reads: its tables, joins and conditions.</summary>
internal sealed class BlockWriter(CubePlan plan, SqlDialect dialect, Func<string?, object, string> bound)
{
    private readonly TableWriter _tables = new(plan.AsOfRun, dialect, bound);

    /// <summary>How a fact row's share of a bridge's row is written; null where it counts whole.</summary>
    public static string? WeightOf(PlannedBridge bridge) => bridge.WeightColumn is null ? null : $"coalesce({SqlName.Quote($"{bridge.Table.Alias} weight")}, 1)";

    /// <summary>FROM with joins, and WHERE, one line each.</summary>
    /// <param name="block">The block.</param>
    /// <param name="bridged">Whether its bridges are joined.</param>
    /// <param name="calendar">What stands for the framed date role; null for blocks without a frame.</param>
    public List<string> Lines(PlannedBlock block, bool bridged, string? calendar)
    {
        var conditions = new ConditionWriter(dialect, member => ((PlannedDimension)member).Sql, bound);
        List<string> lines = [$"FROM {_tables.From(block.From)}", .. block.Joins.Select(j => _tables.Join(j, block.From.Alias))];
        if (calendar is not null)
            lines.Add(calendar);
        if (bridged)
            lines.AddRange(block.Bridges.Select(b => Bridge(b, block.From.Alias)));
        var rows = block.Segments.Select(s => $"({s})").Concat(block.RowFilters.Select(conditions.Write)).ToList();
        if (block.From.Condition is { } always && !_tables.IsNested)
            rows.Insert(0, always);
        if (!_tables.IsNested && _tables.Seen(block.From) is { } seen)
            rows.Insert(0, seen);
        if (rows.Count > 0)
            lines.Add($"WHERE {string.Join("\n  AND ", rows)}");
        return lines;
    }

    /// <summary>The table of a calendar, with its columns named <c>role.column</c> and <c>role key</c>.</summary>
    public string Calendar(PlannedCalendar calendar) => _tables.Named(calendar.Table, calendar.KeyColumn);

    /// <summary>A table as it stands in FROM, without conditions of its own.</summary>
    public string From(PlannedTable table) => _tables.Alone(table);

    public ConditionWriter Conditions(Func<PlannedMember, string> expressionOf) => new(dialect, expressionOf, bound);

    private string Bridge(PlannedBridge bridge, string fact)
    {
        var alias = bridge.Table.Alias;
        var quoted = SqlName.Quote(alias);
        List<string> columns = [.. bridge.Keys.Select(k => $"{quoted}.{SqlName.Quote(k)} AS {SqlName.Quote($"{alias} {k}")}"),
            .. bridge.WeightColumn is { } weight ? [$"CAST({quoted}.{SqlName.Quote(weight)} AS DOUBLE) AS {SqlName.Quote($"{alias} weight")}"] : Array.Empty<string>()];
        foreach (var own in bridge.Table.Columns.Where(c => bridge.Members.Any(m => m.StartsWith($"{alias}.", StringComparison.Ordinal)) && !bridge.Joins.Any(j => j.FactColumn == c)))
            columns.Add($"{quoted}.{SqlName.Quote(own)} AS {SqlName.Quote($"{alias}.{own}")}");
        columns.AddRange(bridge.Joins.SelectMany(j => j.Table.Columns.Select(c => SqlName.Quote($"{j.Table.Alias}.{c}"))));
        var joins = string.Concat(bridge.Joins.Select(j => "\n  " + _tables.Join(j, alias).Replace("\n", "\n  ", StringComparison.Ordinal)));
        var on = string.Join(" AND ", bridge.Keys.Zip(bridge.FactKeys, (k, f) => $"{quoted}.{SqlName.Quote($"{alias} {k}")} = {SqlName.Quote(fact)}.{SqlName.Quote(f)}"));
        return $"LEFT JOIN (SELECT {SqlName.List(columns)} FROM {_tables.Alone(bridge.Table)}{joins}) AS {quoted}\n  ON {on}";
    }
}
