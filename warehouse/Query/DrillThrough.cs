using System.Data;
using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>A column of the rows behind a cell.</summary>
/// <param name="Name">Member, or <c>source_file</c>, <c>source_record</c>, <c>run</c>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Type">Type of its values.</param>
public sealed record DrillColumn(string Name, string Title, ColumnType Type);

/// <summary>What a drill-through answered.</summary>
/// <param name="Columns">The columns of its rows.</param>
/// <param name="Rows">Rows handed over.</param>
/// <param name="Left">Rows that the limit left out; 0: it is complete.</param>
/// <param name="AsOf">What data it stands on.</param>
public sealed record DrillSummary(IReadOnlyList<DrillColumn> Columns, long Rows, long Left, DataAsOf AsOf);

/// <summary>Reads the fact rows behind a cell, each with the source line it came from. The same filters and access policies hold as for the cell.</summary>
/// <param name="sessions">Opens a session on the warehouse.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="calendar">What relative dates stand on.</param>
public sealed class DrillThrough(Func<ISession> sessions, Catalogue catalogue, Func<QueryCalendar>? calendar = null)
{
    private const string Files = "\"source files\"";
    private readonly KnownSizes _sizes = new(catalogue);

    /// <summary>Where the rows of the star are; by default in the warehouse itself.</summary>
    public IStarEngine Star { get; init; } = OwnStar.Instance;

    /// <summary>Streams the rows; memory stays bounded whatever their number.</summary>
    /// <param name="query">The question narrowed to the cell (<see cref="Drill.At"/>); its first measure says which rows are meant.</param>
    /// <param name="limit">Most rows; null: all.</param>
    /// <param name="begin">Called once with the columns, before the first row.</param>
    /// <param name="row">Called for each row.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CrmException">The question cannot be answered, or names no measure.</exception>
    public DrillSummary Read(
        CubeQuery query, long? limit, Action<IReadOnlyList<DrillColumn>> begin, Action<IReadOnlyList<object?>> row, CancellationToken cancellation = default)
    {
        return InOneRun(query, limit, Star, (session, columns, text, parameters) =>
        {
            var rows = 0L;
            begin([.. columns.Select(c => c.Column)]);
            Star.Stream(session, text, parameters, record =>
            {
                rows++;
                row(Values(record, columns));
            }, cancellation);
            return rows;
        }, cancellation);
    }

    /// <summary>Writes the rows into a Parquet file, by the warehouse's own engine, which has every row.</summary>
    /// <param name="query">As for <see cref="Read"/>.</param>
    /// <param name="limit">Most rows; null: all.</param>
    /// <param name="path">The file; in a folder that the warehouse may write to.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <exception cref="CrmException">The question cannot be answered, or names no measure.</exception>
    public DrillSummary WriteParquet(CubeQuery query, long? limit, string path, CancellationToken cancellation = default)
        => InOneRun(query, limit, OwnStar.Instance, (session, columns, text, parameters)
            => ParquetAnswer.Write(session, [.. columns.Select(c => (c.Column.Name, c.Column.Type))], text, parameters, path, cancellation), cancellation);

    /// <summary>The rows, and those that the limit leaves out, of one state of the warehouse.</summary>
    private DrillSummary InOneRun(
        CubeQuery query, long? limit, IStarEngine star, Func<ISession, List<Drilled>, string, Dictionary<string, object?>, long> read, CancellationToken cancellation)
    {
        var plan = Plan(query, out var columns);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal);
        using var session = sessions();
        var run = Star.RunOf(session, query.AsOfRun);
        plan = plan.At(run);
        var text = Text(plan, star.Dialect, columns, parameters, limit);
        var (rows, left) = (0L, 0L);
        DataAsOf? asOf = null;
        session.InTransaction(() =>
        {
            asOf = CubeReader.AsOf(session, run, cancellation);
            rows = read(session, columns, text, parameters);
            if (limit is not null && rows == limit)
                left = Count(star, session, plan, columns, asOf.Run, cancellation) - rows;
        });
        return new DrillSummary([.. columns.Select(c => c.Column)], rows, left, asOf!);
    }

    /// <summary>How many rows there are behind the cell: by a rollup that counts them where one can, else by the facts with no more joins than conditions need.</summary>
    private long Count(IStarEngine star, ISession session, CubePlan plan, List<Drilled> columns, int? run, CancellationToken cancellation)
    {
        var count = 0L;
        var block = Meant(plan);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal);
        string text;
        if (IsPlain(block) && Counted(block) is null)
        {
            var rows = new PlannedMeasure("rows", "Rows", "", null, new ColumnType(TypeKind.Integer), null, MeasureType.Count, null, [], new Dictionary<string, PlannedMeasure>()) { Cube = block.Cube! };
            var counting = plan with { Blocks = [Filtering(block) with { Leaves = [rows] }], Dimensions = [], Measures = [rows], GroupFilters = [], Order = [], Limit = 1 };
            var sizes = _sizes.Of(session, run, cancellation);
            (text, var bound) = CubeSqlWriter.Write(sizes is null ? counting : new RollupRouter(catalogue, sizes).Route(counting), star.Dialect);
            parameters = new(bound, StringComparer.Ordinal);
        }
        else
        {
            text = $"SELECT count(*) FROM (\n{Text(plan, star.Dialect, columns, parameters, null)})";
        }

        star.Stream(session, text, parameters, record => count = Convert.ToInt64(record.GetValue(0), CultureInfo.InvariantCulture), cancellation);
        return count;
    }

    private static PlannedBlock Meant(CubePlan plan) => plan.Blocks.FirstOrDefault(b => b.Leaves.Count > 0) ?? plan.Blocks[0];

    /// <summary>True when each row of the fact stands for itself: its joins neither drop nor double it.</summary>
    private static bool IsPlain(PlannedBlock block) => block is { Cube: not null, Calendar: null, Spine: null, Choice: null, Regroup: null, Bridges.Count: 0 };

    /// <summary>The block with those joins only that its conditions speak of.</summary>
    private static PlannedBlock Filtering(PlannedBlock block)
    {
        var roles = block.RowFilters.SelectMany(PlannedConditions.Subjects).OfType<PlannedDimension>().Select(d => d.Role).ToHashSet();
        return block with { Joins = [.. block.Joins.Where(j => roles.Contains(j.Table.Alias))] };
    }

    /// <summary>Which rows the measure counts, where it does not count all.</summary>
    private static string? Counted(PlannedBlock block)
    {
        var counted = block.Leaves.Select(l => l.Filters.Count == 0 ? null : string.Join(" AND ", l.Filters.Select(f => $"({f})"))).ToList();
        return counted.Count > 0 && counted.All(c => c is not null) ? $"({string.Join(" OR ", counted.Select(c => $"({c})"))})" : null;
    }

    private CubePlan Plan(CubeQuery query, out List<Drilled> columns)
    {
        var now = calendar?.Invoke();
        if (query.Measures.Count == 0)
            throw QueryErrors.Wrong("the drill", "no measure", "the measure whose rows are meant", "Name one");
        var measure = CubePlanner.Plan(query with { Measures = [query.Measures[0]] }, catalogue, now).Measures[0];
        var cube = catalogue.Cubes[measure.Leaves.FirstOrDefault()?.Cube ?? measure.Cube];
        var fact = MeasureResolver.FactOf(catalogue, cube);
        // What was grouped by and what the measure lists: both as far as the fact whose rows they are reaches them.
        var members = query.Dimensions.Concat(measure.DrillMembers).Distinct().Where(m => Reaches(query, cube, m)).ToList();
        var plan = CubePlanner.Plan(query with
        {
            Measures = [measure.Member],
            Dimensions = members,
            TimeDimensions = [.. query.TimeDimensions.Select(t => t with { Granularity = null })],
            Totals = Totals.None,
            Order = [],
        }, catalogue, now);
        // What somebody may not see of a measure's parts is not shown beside its rows either.
        var leaves = plan.Blocks.SelectMany(b => b.Leaves).Where(l => l.Cube == cube.Name && CubeVisibility.Reads(cube, l.Member, query.Security)).ToList();

        // Of a measure over time the period asked is not that of its rows, so it does not stand beside them.
        var calendars = plan.Blocks.Select(b => b.Calendar?.Role).OfType<string>().ToHashSet(StringComparer.Ordinal);
        columns = [.. plan.Dimensions.Where(d => d.Role is null || !calendars.Contains(d.Role)).Select(d => new Drilled(new DrillColumn(d.Member, d.Title, d.Type), d.Sql)),
            .. leaves.Where(l => l.Sql is not null && l.Aggregate is not (MeasureType.CountDistinct or MeasureType.CountDistinctApprox)).DistinctBy(l => l.Sql)
                .Select(l => new Drilled(new DrillColumn(l.Member, l.Title, l.Type), $"({l.Sql})"))];
        if (fact.From is not null)
        {
            var alias = SqlName.Quote(cube.Name);
            columns.Add(new Drilled(new DrillColumn("source_file", "Source file", new ColumnType(TypeKind.Text)), $"{Files}.\"path\""));
            columns.Add(new Drilled(new DrillColumn("source_record", "Record", new ColumnType(TypeKind.Integer)), $"{alias}.\"source_record\""));
        }

        return plan;
    }

    private bool Reaches(CubeQuery query, Cube cube, string member)
    {
        try
        {
            new FactScope(catalogue, cube, query, calendar?.Invoke() ?? QueryCalendar.None).Dimension(member, "the drill members");
            return true;
        }
        catch (CrmException)
        {
            return false;
        }
    }

    private static string Text(CubePlan plan, SqlDialect dialect, List<Drilled> columns, Dictionary<string, object?> parameters, long? limit)
    {
        string Bound(string? name, object value)
        {
            var key = name ?? $"p{parameters.Count + 1}";
            parameters[key] = value;
            return dialect.Parameter(key, value);
        }

        var blocks = new BlockWriter(plan, dialect, Bound);
        var block = Meant(plan);
        var used = block with
        {
            From = block.From with { Columns = [.. block.From.Columns.Concat(["source_file", "source_record"]).Distinct().Order(StringComparer.Ordinal)] },
        };
        var join = used.Calendar is { } days ? new FrameWriter(blocks).Join(used.Frame, days, [], PeriodGrain.All, used.From.Alias) : null;
        var last = limit is null ? "" : string.Create(CultureInfo.InvariantCulture, $"LIMIT {limit}\n");
        List<string> lines;
        if (limit is not null && IsPlain(used) && dialect is DuckDbDialect)
        {
            // The rows first and then what is shown beside them: a join of all rows to show a hundred would take as long as all rows.
            var chosen = blocks.Lines(Filtering(used), false, null);
            AddCondition(chosen, Counted(used));
            lines = blocks.Lines(used with { RowFilters = [], Segments = [] }, false, null);
            lines[0] = $"FROM (SELECT {SqlName.Quote(used.From.Alias)}.*\n{string.Join('\n', chosen)}\n{last}) AS {SqlName.Quote(used.From.Alias)}";
        }
        else
        {
            lines = blocks.Lines(used, used.Bridges.Count > 0, join);
            AddCondition(lines, Counted(used));
        }

        if (columns.Any(c => c.Sql.StartsWith(Files, StringComparison.Ordinal)))
        {
            var where = lines.FindIndex(l => l.StartsWith("WHERE", StringComparison.Ordinal));
            lines.Insert(where < 0 ? lines.Count : where, $"LEFT JOIN (SELECT \"file_id\", max(\"path\") AS \"path\" FROM {dialect.Table("meta.source_file")} GROUP BY \"file_id\") AS {Files}\n"
                + $"  ON {Files}.\"file_id\" = {SqlName.Quote(used.From.Alias)}.\"source_file\"");
        }

        return $"SELECT {SqlName.List(columns.Select(c => $"{c.Sql} AS {SqlName.Quote(c.Column.Name)}"))}\n{string.Join('\n', lines)}\n{last}";
    }

    private static void AddCondition(List<string> lines, string? condition)
    {
        if (condition is not null)
            lines.Add($"{(lines.Any(l => l.StartsWith("WHERE", StringComparison.Ordinal)) ? "  AND" : "WHERE")} {condition}");
    }

    private static object?[] Values(IDataRecord record, List<Drilled> columns)
    {
        var values = new object?[columns.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = record.IsDBNull(i) ? null : RowValues.Typed(record.GetValue(i), columns[i].Column.Type.Kind);
        return values;
    }

    private sealed record Drilled(DrillColumn Column, string Sql);
}
