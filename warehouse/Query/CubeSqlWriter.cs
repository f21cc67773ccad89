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
        var text = plan.Totals == Totals.None ? writer.Rows() : writer.RowsAndTotals();
        return new CubeSql(text, writer._parameters);
    }

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
        var conditions = new ConditionWriter(_dialect, ExpressionOf, Bound);
        var lines = new List<string> { $"SELECT\n  {columns}" };
        var tables = new TableWriter(_plan.AsOfRun, Bound);
        lines.Add($"FROM {tables.From(_plan.From)}");
        lines.AddRange(_plan.Joins.Select(j => tables.Join(j, _plan.From.Alias)));
        var rows = _plan.Segments.Select(s => $"({s})").Concat(_plan.RowFilters.Select(conditions.Write)).ToList();
        if (_plan.From.Condition is { } always && !tables.IsNested)
            rows.Insert(0, always);
        if (rows.Count > 0)
            lines.Add($"WHERE {string.Join("\n  AND ", rows)}");
        if (_plan.Dimensions.Count > 0)
            lines.Add($"GROUP BY {GroupBy()}");
        if (_plan.GroupFilters.Count > 0)
            lines.Add($"HAVING {Having(string.Join("\n  AND ", _plan.GroupFilters.Select(conditions.Write)))}");
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

    private string ExpressionOf(PlannedMember member) => member is PlannedMeasure measure ? Aggregate(measure) : ((PlannedDimension)member).Sql;

    private string Aggregate(PlannedMeasure measure)
    {
        if (measure.Aggregate == MeasureType.Number)
            return NumberExpression.Replace(measure.Sql!, name => Part(measure.Parts[name]));
        var function = measure.Aggregate switch
        {
            MeasureType.Count => $"count({measure.Sql ?? "*"})",
            MeasureType.CountDistinct => $"count(DISTINCT {measure.Sql})",
            MeasureType.Sum => $"sum({measure.Sql})",
            MeasureType.Avg => $"avg({measure.Sql})",
            MeasureType.Min => $"min({measure.Sql})",
            MeasureType.Max => $"max({measure.Sql})",
            MeasureType.Median => _dialect.Quantile(measure.Sql!, "0.5"),
            _ => throw new InvalidOperationException($"unknown measure type {measure.Aggregate}"),
        };
        return measure.Filters.Count == 0 ? function : $"{function} FILTER (WHERE {string.Join(" AND ", measure.Filters.Select(f => $"({f})"))})";
    }

    private string Part(PlannedMeasure part) => part.Aggregate == MeasureType.Number ? $"({Aggregate(part)})" : Aggregate(part);

    private string Bound(string? name, object value)
    {
        var key = name ?? $"p{_parameters.Count + 1}";
        _parameters[key] = value;
        return _dialect.Parameter(key);
    }
}
