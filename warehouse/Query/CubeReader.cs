using System.Data;
using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Answers questions from the warehouse: plans, writes, runs, types the values. Safe for use from several threads: each answer has its own session.</summary>
/// <param name="sessions">Opens a session on the warehouse; closed after the answer.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="calendar">What relative dates stand on, at each question; null: there are none.</param>
/// <param name="asked">Told of each question that was answered; null: nobody is.</param>
public sealed class CubeReader(Func<ISession> sessions, Catalogue catalogue, Func<QueryCalendar>? calendar = null, Action<AnsweredQuestion>? asked = null) : ICubeReader
{
    private readonly PlanCache _plans = new();
    private readonly KnownSizes _sizes = new(catalogue);
    private volatile KnownState? _known;

    /// <summary>Where the rows of the star are; by default in the warehouse itself.</summary>
    public IStarEngine Star { get; init; } = OwnStar.Instance;

    /// <inheritdoc/>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        var began = Stopwatch.GetTimestamp();
        var now = calendar?.Invoke();
        var question = _plans.Of(query, now?.Now ?? DateTime.MinValue, q => CubePlanner.Plan(q, catalogue, now), Star.Dialect);
        var plan = question.Plan;
        var unrouted = plan;
        using var session = sessions();
        var rows = new List<ResultRow>();
        DataAsOf? asOf = null;
        long? total = null;
        try
        {
            if (query.AsOfRun is null && query.Counting == RowCounting.None && _known is { } known && known.State == session.State)
            {
                // One statement reads one state; when nobody wrote meanwhile, it is the one that is known.
                (plan, var sql) = question.Served(known.Sizes, p => Routed(p, known.Sizes));
                Answer(session, plan, sql, rows, cancellation);
                asOf = known.State == session.State ? known.AsOf : null;
            }

            if (asOf is null)
            {
                rows.Clear();
                var before = session.State;
                TableSizes? sizes = null;

                // One transaction, so that the rows and what they are said to stand on are of the same run.
                session.InTransaction(() =>
                {
                    var run = Star.RunOf(session, query.AsOfRun);
                    asOf = AsOf(session, run, cancellation);
                    sizes = _sizes.Of(session, asOf.Run, cancellation);
                    CubeSql sql;
                    if (run is null)
                    {
                        (plan, sql) = question.Served(sizes, p => Routed(p, sizes));
                    }
                    else
                    {
                        plan = Routed(CubePlanner.Plan(query, catalogue, now).At(run), sizes);
                        sql = CubeSqlWriter.Write(plan, Star.Dialect);
                    }

                    Answer(session, plan, sql, rows, cancellation);
                    if (query.Counting == RowCounting.All)
                        total = Count(Star, session, run is null ? Routed(CubePlanner.Plan(query, catalogue, now), sizes) : plan, cancellation);
                });
                if (query.AsOfRun is null && Star is OwnStar && before is not null && before == session.State)
                    _known = new(before.Value, asOf!, sizes);
            }
        }
        catch (EngineException e)
        {
            throw new CrmException(FailureKind.Failed, e.Message.TrimEnd('.', '\n'), $"the question to {string.Join(" and ", plan.Blocks.Select(b => b.From.Alias).Distinct())}", "a statement that the engine can run",
                "Check the expressions of the members asked with `crm check`", e);
        }

        Tell(unrouted, () => question.Needs(catalogue), plan, rows.Count, began);
        var hasMore = TotalRows.CutTo(rows, plan.Limit);
        return new CubeResult(query, Columns(plan), plan.Totals == Totals.Subtotals ? TotalRows.Nested(rows, plan.Dimensions.Count) : rows, asOf!)
        {
            HasMore = hasMore,
            Total = total,
            Rollup = plan.Rollup,
        };
    }

    /// <summary>
    /// Answers a question row by row, however many there are: memory stays bounded. Without a limit of its own the question has none. Totals, which stand
    /// beside the rows they sum up, are no part of such an answer.
    /// </summary>
    /// <param name="query">The question, without totals.</param>
    /// <param name="begin">Called once with the columns, before the first row.</param>
    /// <param name="row">Called for each row.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CrmException">The question cannot be answered, or asks for totals.</exception>
    public RowsSummary Stream(CubeQuery query, Action<IReadOnlyList<ResultColumn>> begin, Action<IReadOnlyList<object?>> row, CancellationToken cancellation = default)
        => InOneRun(query, Star, (session, plan, sql) =>
        {
            var values = new RowValues(plan);
            var rows = 0L;
            begin(Columns(plan));
            Star.Stream(session, sql.Text, sql.Parameters, record =>
            {
                if (rows < plan.Limit)
                {
                    rows++;
                    row(values.Row(record).Values);
                }
            }, cancellation);
            return rows;
        }, cancellation);

    /// <summary>Writes all rows of an answer into a Parquet file, by the warehouse's own engine, which has every row.</summary>
    /// <param name="query">As for <see cref="Stream"/>.</param>
    /// <param name="path">The file; in a folder that the warehouse may write to.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <exception cref="CrmException">The question cannot be answered, or asks for totals.</exception>
    public RowsSummary WriteParquet(CubeQuery query, string path, CancellationToken cancellation = default)
        => InOneRun(query, OwnStar.Instance, (session, plan, sql) => ParquetAnswer.Write(session, [.. Columns(plan).Select(c => (c.Member, c.Type))],
            plan.Limit == int.MaxValue ? sql.Text : $"SELECT * FROM (\n{sql.Text}) LIMIT {plan.Limit.ToString(CultureInfo.InvariantCulture)}", sql.Parameters, path, cancellation), cancellation);

    private RowsSummary InOneRun(CubeQuery query, IStarEngine star, Func<ISession, CubePlan, CubeSql, long> read, CancellationToken cancellation)
    {
        if (query.Totals != Totals.None)
            throw QueryErrors.Wrong("the totals", "totals in an answer that streams", "rows of one grain", "Ask for the totals as a question of their own, or for JSON");
        var began = Stopwatch.GetTimestamp();
        var plan = CubePlanner.Plan(query with { Limit = query.Limit ?? int.MaxValue }, catalogue, calendar?.Invoke());
        var unrouted = plan;
        using var session = sessions();
        var (rows, left) = (0L, 0L);
        DataAsOf? asOf = null;
        session.InTransaction(() =>
        {
            var run = Star.RunOf(session, query.AsOfRun);
            asOf = AsOf(session, run, cancellation);
            plan = Routed(plan.At(run), _sizes.Of(session, asOf.Run, cancellation));
            rows = read(session, plan, CubeSqlWriter.Write(plan, star.Dialect));
            if (rows == plan.Limit)
                left = Math.Max(0, Count(star, session, plan, cancellation) - plan.Offset - rows);
        });
        Tell(unrouted, () => RollupNeed.Of(unrouted, catalogue), plan, rows, began);
        return new RowsSummary(Columns(plan), rows, left, asOf!, plan.Rollup);
    }

    private void Tell(CubePlan plan, Func<IReadOnlyList<RollupNeed>> needs, CubePlan routed, long rows, long began) => asked?.Invoke(new AnsweredQuestion(
        [.. plan.Measures.Select(m => m.Member), .. plan.Dimensions.Select(d => d.Member)], Stopwatch.GetElapsedTime(began).TotalSeconds, rows, routed.Rollup.Served, needs()));

    private void Answer(ISession session, CubePlan plan, CubeSql sql, List<ResultRow> rows, CancellationToken cancellation)
    {
        var values = new RowValues(plan);
        Star.Answer(session, sql.Text, sql.Parameters, record => rows.Add(values.Row(record)), cancellation);
    }

    /// <summary>The plan as it is run: served by rollups where they can. Only cubes that have some pay for looking.</summary>
    private CubePlan Routed(CubePlan plan, TableSizes? sizes)
        => sizes is null || plan.Blocks.All(b => b.Cube is null || !catalogue.Cubes.TryGetValue(b.Cube, out var cube) || cube.Rollups.Count == 0) ? plan : new RollupRouter(catalogue, sizes).Route(plan);

    /// <summary>What a state of the warehouse was found to be.</summary>
    private sealed record KnownState(long State, DataAsOf AsOf, TableSizes? Sizes);

    private static long Count(IStarEngine star, ISession session, CubePlan plan, CancellationToken cancellation)
    {
        var sql = CubeSqlWriter.Count(plan, star.Dialect);
        var count = 0L;
        star.Stream(session, sql.Text, sql.Parameters, record => count = Convert.ToInt64(record.GetValue(0), CultureInfo.InvariantCulture), cancellation);
        return count;
    }

    /// <summary>What data a question stands on.</summary>
    internal static DataAsOf AsOf(ISession session, int? run, CancellationToken cancellation)
    {
        DataAsOf? asOf = null;
        var sql = SqlFile.Beside<CubeReader>();
        session.Stream(sql.Fill(run is null ? "newest" : "run"), run is null ? null : new Dictionary<string, object?> { ["run"] = run },
            record => asOf = new DataAsOf(Convert.ToInt32(record.GetValue(0), CultureInfo.InvariantCulture), Moment(record, 1), Published(record)), cancellation);
        return asOf ?? (run is null ? new DataAsOf(null, null, null) : throw NoRun(session, sql, run.Value, cancellation));
    }

    private static CrmException NoRun(ISession session, SqlFile sql, int run, CancellationToken cancellation)
    {
        var known = "";
        session.Stream(sql.Fill("known"), null, record => known = Convert.ToInt64(record.GetValue(2), CultureInfo.InvariantCulture) == 0
            ? "a published run; there is none yet"
            : string.Create(CultureInfo.InvariantCulture, $"a published run, from {record.GetValue(0)} to {record.GetValue(1)}"), cancellation);
        return QueryErrors.Wrong("the past run", string.Create(CultureInfo.InvariantCulture, $"run {run} was not published"), known, "List them with `crm runs`");
    }

    private static DateTime? Moment(IDataRecord record, int column) => record.IsDBNull(column) ? null : (DateTime)record.GetValue(column);

    private static DateTimeOffset? Published(IDataRecord record)
        => Moment(record, 2) is { } moment ? new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)) : null;

    private static List<ResultColumn> Columns(CubePlan plan)
        => [.. plan.Dimensions.Select(d => Column(d, false)), .. plan.Measures.Select(m => Column(m, true))];

    private static ResultColumn Column(PlannedMember member, bool isMeasure)
        => new(member.Member, member.Title, member.Description, member.Type, member.Format, isMeasure)
        {
            Group = member.Group,
            Granularity = (member as PlannedDimension)?.Granularity,
            DrillMembers = (member as PlannedMeasure)?.DrillMembers ?? [],
        };
}
