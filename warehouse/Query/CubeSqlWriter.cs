using System.Text;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Writes a plan as one statement. The fact stands bare, so that its declared expressions read as written; each joined dimension brings only
/// columns named <c>role.column</c> and <c>role key</c>, names that no declared column can have, so that nothing is ambiguous.
/// </summary>
public sealed class CubeSqlWriter
{
    private const string Level = "\"total level\"";
    private readonly CubePlan _plan;
    private readonly SqlDialect _dialect;
    private readonly Dictionary<string, object?> _parameters = new(StringComparer.Ordinal);

    private CubeSqlWriter(CubePlan plan, SqlDialect dialect) => (_plan, _dialect) = (plan, dialect);

    /// <summary>The statement that answers the plan. It asks for one row more than the limit, which tells whether the limit left any out.</summary>
    public static CubeSql Write(CubePlan plan, SqlDialect dialect)
    {
        var writer = new CubeSqlWriter(plan, dialect);
        var text = !IsPlain(plan) ? new JoinedSqlWriter(plan, dialect, writer.Bound).Write()
            : plan.Totals == Totals.None ? writer.Rows() : writer.RowsAndTotals();
        return new CubeSql(text, writer._parameters);
    }

    /// <summary>The statement that counts the rows of the grain asked without limit and offset: one row, one column.</summary>
    public static CubeSql Count(CubePlan plan, SqlDialect dialect)
    {
        var all = Write(plan with { Totals = Totals.None, Limit = int.MaxValue, Offset = 0, Order = [] }, dialect);
        return all with { Text = $"SELECT count(*) FROM (\n{all.Text})\n" };
    }

    /// <summary>True when one table with its joins, grouped once, answers it.</summary>
    private static bool IsPlain(CubePlan plan) => plan.Blocks is [{ Frame: null, Choice: null, Regroup: null, Bridges.Count: 0 }]
        && plan.Query.Missing == MissingPeriods.LeaveOut
        && !plan.Measures.Concat(plan.GroupFilters.SelectMany(PlannedConditions.Subjects)).OfType<PlannedMeasure>().Any(HasRank);

    private static bool HasRank(PlannedMeasure measure) => measure.Aggregate == MeasureType.Rank || measure.Parts.Values.Any(HasRank);

    private string Rows()
    {
        var text = new StringBuilder(Grouped("", Columns()));
        if (_plan.Order.Count > 0)
            text.Append("ORDER BY ").Append(Keys()).Append('\n');
        text.Append($"LIMIT {Bound("limit", (long)_plan.Limit + 1)} OFFSET {Bound("offset", (long)_plan.Offset)}\n");
        return text.ToString();
    }

    /// <summary>Limit and offset count rows of the grain asked only; every total is kept.</summary>
    private string RowsAndTotals()
    {
        var grouped = Grouped("  ", $"{Columns()},\n  {LevelOf()} AS {Level}");
        var names = string.Join(", ", _plan.Dimensions.Select(d => Name(d)).Concat(_plan.Measures.Select(m => Name(m))));
        return $"""
            WITH grouped AS (
            {grouped.TrimEnd('\n')}
            ), ranked AS (
              SELECT *, row_number() OVER (PARTITION BY {Level} ORDER BY {Keys()}) AS "position"
              FROM grouped
            )
            SELECT {names}, {Level}
            FROM ranked
            WHERE {Level} > 0 OR ("position" > {Bound("offset", (long)_plan.Offset)} AND "position" <= {Bound("last", (long)_plan.Offset + _plan.Limit + 1)})
            ORDER BY {Level}, "position"

            """;
    }

    private string Grouped(string indent, string columns)
    {
        var blocks = new BlockWriter(_plan, _dialect, Bound);
        List<string> lines = [$"SELECT\n  {columns}", .. blocks.Lines(_plan.Blocks[0], false, null)];
        if (_plan.Dimensions.Count > 0)
            lines.Add($"GROUP BY {GroupBy()}");
        if (_plan.GroupFilters.Count > 0)
            lines.Add($"HAVING {Having(string.Join("\n  AND ", _plan.GroupFilters.Select(blocks.Conditions(ExpressionOf).Write)))}");
        return string.Concat(lines.Select(l => $"{indent}{l.Replace("\n", $"\n{indent}", StringComparison.Ordinal)}\n"));
    }

    private string Columns() => string.Join(",\n  ", _plan.Dimensions.Cast<PlannedMember>().Concat(_plan.Measures).Select(m =>
        ExpressionOf(m) is var expression && expression == Name(m) ? expression : $"{expression} AS {Name(m)}"));

    private string GroupBy()
    {
        var all = _plan.Dimensions.Select(d => d.Sql).ToList();
        if (_plan.Totals == Totals.None)
            return string.Join(", ", all);
        var lengths = _plan.Totals == Totals.Grand ? [all.Count, 0] : Enumerable.Range(0, all.Count + 1).Reverse();
        return $"GROUPING SETS ({string.Join(", ", lengths.Select(n => $"({string.Join(", ", all.Take(n))})"))})";
    }

    /// <summary>How many of the last dimensions a row sums over.</summary>
    private string LevelOf() => string.Join(" + ", _plan.Dimensions.Select(d => $"GROUPING({d.Sql})"));

    /// <summary>A condition on groups chooses which are shown; totals stand over everything.</summary>
    private string Having(string condition) => _plan.Totals == Totals.None ? condition : $"{LevelOf()} > 0 OR ({condition})";

    private string Keys() => string.Join(", ", _plan.Order.Select(o => $"{SqlName.Quote(o.Member)} {(o.Descending ? "DESC" : "ASC")} NULLS LAST"));

    private string Name(PlannedMember member) => SqlName.Quote(member.Member);

    private string ExpressionOf(PlannedMember member)
        => member is PlannedMeasure measure ? new AggregateWriter(_dialect, _plan.Blocks[0].StoredColumns).Inline(measure) : ((PlannedDimension)member).Sql;

    private string Bound(string? name, object value)
    {
        var key = name ?? $"p{_parameters.Count + 1}";
        _parameters[key] = value;
        return _dialect.Parameter(key, value);
    }
}
