using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Writes the tables of a plan: as they are, or as a past run left them.</summary>
/// <param name="asOfRun">The past run; null for now.</param>
/// <param name="dialect">The engine's spelling.</param>
/// <param name="bound">Binds a value and answers how the statement refers to it.</param>
internal sealed class TableWriter(int? asOfRun, SqlDialect dialect, Func<string?, object, string> bound)
{
    /// <summary>True when the table asked about stands in a selection of its own, which then holds its condition too.</summary>
    public bool IsNested => asOfRun is not null && Seen(null) is null;

    /// <summary>The condition that leaves the rows of the run, where the engine keeps those of all runs in one table; null where it does not.</summary>
    public string? Seen(PlannedTable? table) => asOfRun is { } run ? dialect.SeenBy(table is null ? null : SqlName.Quote(table.Alias), bound("run", run)) : null;

    /// <summary>The table so that it stands without conditions beside it.</summary>
    public string Alone(PlannedTable table) => Seen(null) is { } seen
        ? $"(SELECT * FROM {Path(table.Table)} WHERE {seen}) AS {SqlName.Quote(table.Alias)}"
        : From(table);

    /// <summary>The table that the question is about.</summary>
    public string From(PlannedTable table)
    {
        if (!IsNested)
            return $"{Path(table.Table)} AS {SqlName.Quote(table.Alias)}";
        var columns = table.Columns.Count > 0 ? table.Columns : ["run_id"];
        return $"({Selection(table, [.. columns.Select(c => (c, c))])}) AS {SqlName.Quote(table.Alias)}";
    }

    /// <summary>A dimension in one role.</summary>
    public string Join(PlannedJoin join, string fact)
    {
        var role = join.Table.Alias;
        return $"JOIN {Named(join.Table, join.KeyColumn)}\n"
            + $"  ON {SqlName.Quote(role)}.{SqlName.Quote($"{role} key")} = {SqlName.Quote(fact)}.{SqlName.Quote(join.FactColumn)}";
    }

    /// <summary>A table whose columns are named <c>alias.column</c>, its key <c>alias key</c>.</summary>
    public string Named(PlannedTable table, string keyColumn)
    {
        var alias = table.Alias;
        List<(string Column, string Name)> columns = [(keyColumn, $"{alias} key"), .. table.Columns.Select(c => (c, $"{alias}.{c}"))];
        return $"({Selection(table, columns)}) AS {SqlName.Quote(alias)}";
    }

    private string Selection(PlannedTable table, List<(string Column, string Name)> columns)
    {
        string[] condition = [.. new[] { Seen(null), table.Condition }.OfType<string>()];
        if (!IsNested)
            return Select(columns, table.Table, condition);
        var run = bound("run", asOfRun!.Value);
        var before = columns.Select(c => (Column: c.Column == "run_id" ? "run_from" : c.Column, c.Name)).ToList();
        return Select(columns, table.Table, [$"\"run_id\" <= {run}", .. condition])
            + "\n  UNION ALL " + Select(before, table.HistoryTable, [$"\"run_from\" <= {run}", $"\"run_to\" > {run}", .. condition]);
    }

    private string Select(List<(string Column, string Name)> columns, string table, IReadOnlyList<string> conditions)
    {
        var list = string.Join(", ", columns.Select(c => c.Column == c.Name ? SqlName.Quote(c.Column) : $"{SqlName.Quote(c.Column)} AS {SqlName.Quote(c.Name)}"));
        return $"SELECT {list} FROM {Path(table)}{(conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}")}";
    }

    private string Path(string table) => dialect.Table(table);
}
