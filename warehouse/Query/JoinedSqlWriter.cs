using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Writes a plan of several blocks: each block is aggregated on its own for every level of totals, the blocks are joined on the question's dimensions, and
/// what is computed from aggregates stands on the joined row. So no row of one fact is counted for the rows of another, and a total is never a sum of totals.
/// </summary>
internal sealed class JoinedSqlWriter(CubePlan plan, SqlDialect dialect, Func<string?, object, string> bound)
{
    private const string Level = "\"total level\"";
    private readonly BlockWriter _blocks = new(plan, dialect, bound);

    /// <summary>The statement.</summary>
    public string Write()
    {
        var levels = new LevelWriter(plan, dialect, _blocks, Lengths());
        List<(string Name, string Text)> parts = [.. plan.Blocks.Select(b => (b.Name, levels.Write(b)))];
        parts.Add(("rows", Rows()));
        parts.Add(("joined", Joined()));
        parts.Add(("computed", Computed()));
        if (plan.GroupFilters.Count > 0)
            parts.Add(("shown", $"SELECT * FROM computed\nWHERE {Level} > 0 OR ({string.Join("\n  AND ", plan.GroupFilters.Select(_blocks.Conditions(m => SqlName.Quote(m.Member)).Write))})"));
        var source = parts[^1].Name;
        var ctes = string.Join(", ", parts.Select(p => $"{SqlName.Quote(p.Name)} AS (\n{Indented(p.Text)}\n)"));
        var names = SqlName.List(plan.Dimensions.Select(d => SqlName.Quote(d.Member)).Concat(plan.Measures.Select(m => SqlName.Quote(m.Member))));
        return plan.Totals == Totals.None ? Page(ctes, names, source) : PageWithTotals(ctes, names, source);
    }

    private string Page(string ctes, string names, string source) => $"""
        WITH {ctes}
        SELECT {names}
        FROM {source}
        {(plan.Order.Count > 0 ? $"ORDER BY {Keys()}\n" : "")}LIMIT {bound("limit", (long)plan.Limit + 1)} OFFSET {bound("offset", (long)plan.Offset)}

        """;

    private string PageWithTotals(string ctes, string names, string source) => $"""
        WITH {ctes}, ranked AS (
          SELECT *, row_number() OVER (PARTITION BY {Level} ORDER BY {Keys()}) AS "position"
          FROM {source}
        )
        SELECT {names}, {Level}
        FROM ranked
        WHERE {Level} > 0 OR ("position" > {bound("offset", (long)plan.Offset)} AND "position" <= {bound("last", (long)plan.Offset + plan.Limit + 1)})
        ORDER BY {Level}, "position"

        """;

    /// <summary>How many leading dimensions the rows of each level have, the finest first.</summary>
    private List<int> Lengths() => plan.Totals switch
    {
        Totals.None => [plan.Dimensions.Count],
        Totals.Grand => [plan.Dimensions.Count, 0],
        _ => [.. Enumerable.Range(0, plan.Dimensions.Count + 1).Reverse()],
    };

    /// <summary>Every group that any block knows, and the grand total, which is there even of nothing.</summary>
    private string Rows()
    {
        var columns = SqlName.List([.. plan.Dimensions.Select(d => SqlName.Quote(d.Member)), Level]);
        var all = string.Join("\nUNION\n", plan.Blocks.Where(b => b.Regroup is null).Select(b => $"SELECT {columns} FROM {SqlName.Quote(b.Name)}"));

        // Said, not left to the blocks: only keys are read of them here, and of a grouping by nothing that has no aggregate either, ClickHouse gives no row.
        if (plan.Totals != Totals.None && plan.Dimensions.Count > 0)
            all += $"\nUNION\nSELECT {SqlName.List([.. plan.Dimensions.Select(LevelWriter.Missing), $"{plan.Dimensions.Count} AS {Level}"])}";
        return plan.Query.Missing == MissingPeriods.Show && plan.Blocks.Select(b => b.Calendar ?? b.Spine).FirstOrDefault(c => c is not null) is { } calendar
            ? $"{all}\nUNION\n{MissingRows(calendar, columns)}" : all;
    }

    /// <summary>Every period of the range asked, for every combination of the other dimensions.</summary>
    private string MissingRows(PlannedCalendar calendar, string columns)
    {
        var periods = plan.Dimensions.Where(d => d.Role == calendar.Role).ToList();
        var others = plan.Dimensions.Where(d => d.Role != calendar.Role).ToList();
        var names = string.Concat(periods.Select(p => $", {FrameWriter.Named(p)}"));
        var spine = new FrameWriter(_blocks).Spine(calendar, periods, names);
        var known = others.Count == 0 ? "" : $" CROSS JOIN (SELECT DISTINCT {SqlName.List(others.Select(o => SqlName.Quote(o.Member)))} FROM {SqlName.Quote(plan.Blocks.First(b => b.Regroup is null).Name)} WHERE {Level} = 0)";
        return $"SELECT {columns.Replace(Level, "0", StringComparison.Ordinal)} FROM ({spine}){known}";
    }

    private string Joined()
    {
        // Named again: engines differ in what they call a column that several of the joined have.
        var dimensions = plan.Dimensions.Select(d => SqlName.Quote(d.Member)).Append(Level).Select(d => $"\"rows\".{d} AS {d}");
        var leaves = plan.Blocks.SelectMany(b => b.Leaves.Select(l => $"{SqlName.Quote(b.Name)}.{SqlName.Quote(l.Column)} AS {SqlName.Quote(l.Column)}"));
        var joins = plan.Blocks.Select(b => $"LEFT JOIN {SqlName.Quote(b.Name)} ON {On(b)}");
        return $"SELECT {SqlName.List(dimensions.Concat(leaves))}\nFROM \"rows\"\n{string.Join('\n', joins)}";
    }

    /// <summary>A block of another grain has null in the dimensions it is not grouped by; it is joined on the ones it is, level by level.</summary>
    private string On(PlannedBlock block)
    {
        var name = SqlName.Quote(block.Name);
        string Equal(int i) => $"{name}.{SqlName.Quote(plan.Dimensions[i].Member)} IS NOT DISTINCT FROM \"rows\".{SqlName.Quote(plan.Dimensions[i].Member)}";
        var level = $"{name}.{Level} = \"rows\".{Level}";
        if (block.Regroup is null)
            return string.Join(" AND ", Enumerable.Range(0, plan.Dimensions.Count).Select(Equal).Prepend(level));
        // A dimension that no level keeps is null in the block; one that some level keeps is null in the rows of the others, on both sides.
        var kept = Lengths().SelectMany(n => block.Regroup.Kept(plan.Dimensions, n)).Distinct().Order().ToList();
        var terms = kept.Select(i =>
        {
            var levels = Lengths().Where(n => block.Regroup.Kept(plan.Dimensions, n).Contains(i)).Select(n => plan.Dimensions.Count - n).ToList();
            return levels.Count == Lengths().Count ? Equal(i) : $"(\"rows\".{Level} NOT IN ({string.Join(", ", levels)}) OR {Equal(i)})";
        });
        return string.Join(" AND ", terms.Prepend(level));
    }

    private string Computed()
    {
        var measures = plan.Measures.Concat(plan.GroupFilters.SelectMany(PlannedConditions.Subjects).OfType<PlannedMeasure>()).DistinctBy(m => m.Member);
        var columns = plan.Dimensions.Select(d => SqlName.Quote(d.Member)).Append(Level)
            .Concat(measures.Select(m => Value(m) is var value && value == SqlName.Quote(m.Member) ? value : $"{value} AS {SqlName.Quote(m.Member)}"));
        return $"SELECT {SqlName.List(columns)}\nFROM joined";
    }

    private string Value(PlannedMeasure measure) => measure.Aggregate switch
    {
        MeasureType.Rank => Rank(measure),
        _ when measure.IsLeaf => SqlName.Quote(measure.Column),
        _ => AggregateWriter.Computed(measure, Value),
    };

    private string Rank(PlannedMeasure rank)
    {
        var within = plan.Dimensions.Where(d => rank.RankedAmong is not null && !rank.RankedAmong.Contains(d.Member)).Select(d => SqlName.Quote(d.Member)).Prepend(Level);
        var keys = rank.OrderBy.Select(k => $"{NumberExpression.Replace(k.Sql, name => $"({Value(rank.Parts[name])})")} {(k.Descending ? "DESC" : "ASC")} NULLS LAST");
        return $"rank() OVER (PARTITION BY {SqlName.List(within)} ORDER BY {SqlName.List(keys)})";
    }

    private string Keys() => plan.Order.Count == 0 ? "1"
        : SqlName.List(plan.Order.Select(o => $"{SqlName.Quote(o.Member)} {(o.Descending ? "DESC" : "ASC")} NULLS LAST"));

    private static string Indented(string text) => "  " + text.TrimEnd('\n').Replace("\n", "\n  ", StringComparison.Ordinal);
}
