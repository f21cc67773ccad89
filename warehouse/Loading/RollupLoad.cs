using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>
/// Makes and keeps a cube's rollups inside the run that changes its fact, so that readers never see one that is older than the facts. The periods that a run
/// touched are made anew; the whole is when its declaration or a dimension it holds changed.
/// </summary>
public static class RollupLoad
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(RollupLoad));

    /// <summary>The tables that a catalogue's rollups want: the key of a day of each period, the members, the parts of the measures.</summary>
    public static IReadOnlyList<(string Table, IReadOnlyList<StarColumn> Columns)> TablesOf(Catalogue catalogue)
        => [.. catalogue.Cubes.Values.SelectMany(c => c.Rollups.Select(r => (Rollup.TableOf(c.Name, r.Name), (IReadOnlyList<StarColumn>)Columns(catalogue, c, r))))];

    /// <summary>Brings every rollup to the facts; answers the rows written.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">All declarations.</param>
    /// <param name="run">The run that writes.</param>
    public static long Apply(ISession session, Catalogue catalogue, int run)
    {
        var rows = 0L;
        foreach (var cube in catalogue.Cubes.Values.Where(c => c.Rollups.Count > 0).OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            foreach (var rollup in cube.Rollups)
                rows += Apply(session, catalogue, cube, rollup, run);
        }

        return rows;
    }

    private static long Apply(ISession session, Catalogue catalogue, Cube cube, Rollup rollup, int run)
    {
        var plan = PlanOf(catalogue, cube, rollup);
        var block = plan.Blocks[0];
        var name = Rollup.TableOf(cube.Name, rollup.Name);
        var definition = Statement(plan, cube, rollup, null);
        var built = session.Query<string>(Sql.Fill("built", ("name", SqlName.Literal(name))));
        var all = built.Count == 0 || built[0] != definition
            || block.Joins.Where(j => j.Table.Alias != rollup.TimeRole).Any(j => session.Scalar<bool>(Sql.Fill("changed", ("table", j.Table.Table), ("run", Text(run)))));
        var touched = session.Scalar<bool>(Sql.Fill("touched", ("table", block.From.Table), ("history", block.From.HistoryTable), ("run", Text(run))));
        if (!all && !touched)
            return 0;
        if (all || rollup.TimeRole is null)
        {
            session.Execute(Sql.Fill("clear", ("rollup", $"star.{name}")));
            session.Execute(Sql.Fill("forget", ("name", SqlName.Literal(name)), ("definition", SqlName.Literal(definition))));
            return session.Execute(Sql.Fill("insert", ("rollup", $"star.{name}"), ("rows", definition)));
        }

        var key = SqlName.Quote($"{rollup.TimeRole}_key");
        session.Execute(Sql.Fill("periods", ("table", block.From.Table), ("history", block.From.HistoryTable), ("run", Text(run)), ("key", key), ("period", SqlName.Quote(rollup.Granularity!))));
        session.Execute(Sql.Fill("remove", ("rollup", $"star.{name}"), ("key", key)));
        return session.Execute(Sql.Fill("insert", ("rollup", $"star.{name}"), ("rows", Statement(plan, cube, rollup, $"{SqlName.Quote(cube.Name)}.{key} IN (SELECT date_key FROM load_rollup)"))));
    }

    /// <summary>The question whose answer is stored: the measures by the members and by the periods.</summary>
    private static CubePlan PlanOf(Catalogue catalogue, Cube cube, Rollup rollup) => CubePlanner.Plan(new CubeQuery
    {
        Measures = rollup.Measures,
        Dimensions = [.. rollup.Dimensions, .. rollup.TimeRole is null ? [] : new[] { $"{rollup.TimeRole}.{rollup.Granularity}" }],
        Segments = rollup.Segments,
        Order = [],
    }, catalogue);

    private static string Statement(CubePlan plan, Cube cube, Rollup rollup, string? only)
    {
        var writer = new BlockWriter(plan, DuckDbDialect.Instance, (_, _) => throw new InvalidOperationException("a rollup has no values"));
        var block = plan.Blocks[0];
        var lines = writer.Lines(block, false, null);
        if (only is not null)
            lines.Add($"{(block.Segments.Count > 0 ? "  AND" : "WHERE")} {only}");
        var aggregates = new AggregateWriter(DuckDbDialect.Instance, null);
        var columns = new List<string>();
        if (rollup.TimeRole is { } role)
            columns.Add($"min({SqlName.Quote(cube.Name)}.{SqlName.Quote($"{role}_key")}) AS {SqlName.Quote($"{role}_key")}");
        columns.AddRange(Members(plan, rollup).Select(d => $"{d.Sql} AS {ColumnOf(d)}"));
        columns.AddRange(block.Leaves.Select(l => $"CAST({aggregates.Leaf(l, null)} AS {Narrow(l)}) AS {SqlName.Quote(l.Member)}"));
        var groups = plan.Dimensions.Count == 0 ? "" : $"\nGROUP BY {SqlName.List(plan.Dimensions.Select(d => d.Sql))}";
        // Rows in the order of time are passed over by the block where a question wants some of the time only, as those of the facts are.
        var order = rollup.TimeRole is null ? "" : "\nORDER BY 1";
        return $"SELECT {SqlName.List(columns)}\n{string.Join('\n', lines)}{groups}{order}";
    }

    private static List<StarColumn> Columns(Catalogue catalogue, Cube cube, Rollup rollup)
    {
        var plan = PlanOf(catalogue, cube, rollup);
        List<StarColumn> columns = rollup.TimeRole is null ? [] : [new StarColumn($"{rollup.TimeRole}_key", StarTable.KeyType)];
        columns.AddRange(Members(plan, rollup).Select(d => new StarColumn(ColumnOf(d)[1..^1], d.Type.Sql)));
        columns.AddRange(plan.Blocks[0].Leaves.Select(l => new StarColumn(l.Member, Narrow(l))));
        return columns;
    }

    private static IEnumerable<PlannedDimension> Members(CubePlan plan, Rollup rollup)
        => plan.Dimensions.Where(d => rollup.TimeRole is null || d.Member != $"{rollup.TimeRole}.{rollup.Granularity}");

    /// <summary>A member is stored under the name by which statements call it, so that they read a rollup as they read its fact.</summary>
    private static string ColumnOf(PlannedDimension member) => member.Sql.StartsWith('"') ? member.Sql : SqlName.Quote(member.Sql);

    /// <summary>Sums come wide from the engine; narrow columns are read many times faster.</summary>
    private static string Narrow(PlannedMeasure measure) => measure.Type.Kind == TypeKind.Decimal ? $"DECIMAL(18,{Math.Min(18, measure.Type.Scale)})" : measure.Type.Sql;

    private static string Text(int run) => run.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
