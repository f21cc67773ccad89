using System.Data;
using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Answers questions from the warehouse: plans, writes, runs, types the values. Safe for use from several threads: each answer has its own session.</summary>
/// <param name="sessions">Opens a session on the warehouse; closed after the answer.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="calendar">What relative dates stand on, at each question; null: there are none.</param>
/// <param name="engine">Where the rows of the star are; null: in the warehouse itself.</param>
public sealed class CubeReader(Func<ISession> sessions, Catalogue catalogue, Func<QueryCalendar>? calendar = null, IStarEngine? engine = null) : ICubeReader
{
    private readonly IStarEngine _star = engine ?? OwnStar.Instance;

    /// <inheritdoc/>
    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        var plan = CubePlanner.Plan(query, catalogue, calendar?.Invoke());
        using var session = sessions();
        var rows = new List<ResultRow>();
        DataAsOf? asOf = null;
        long? total = null;
        try
        {
            // One transaction, so that the rows and what they are said to stand on are of the same run.
            session.InTransaction(() =>
            {
                var run = _star.RunOf(session, query.AsOfRun);
                asOf = AsOf(session, run, cancellation);
                plan = Routed(session, plan.At(run), cancellation);
                var sql = CubeSqlWriter.Write(plan, _star.Dialect);
                var values = new RowValues(plan);
                _star.Stream(session, sql.Text, sql.Parameters, record => rows.Add(values.Row(record)), cancellation);
                if (query.Counting == RowCounting.All)
                    total = Count(session, plan, cancellation);
            });
        }
        catch (EngineException e)
        {
            throw new CrmException(FailureKind.Failed, e.Message.TrimEnd('.', '\n'), $"the question to {string.Join(" and ", plan.Blocks.Select(b => b.From.Alias).Distinct())}", "a statement that the engine can run",
                "Check the expressions of the members asked with `crm check`", e);
        }

        var hasMore = TotalRows.CutTo(rows, plan.Limit);
        return new CubeResult(query, Columns(plan), plan.Totals == Totals.Subtotals ? TotalRows.Nested(rows, plan.Dimensions.Count) : rows, asOf!)
        {
            HasMore = hasMore,
            Total = total,
            Rollup = plan.Rollup,
        };
    }

    /// <summary>The plan as it is run: served by rollups where they can. Only cubes that have some pay for looking.</summary>
    private CubePlan Routed(ISession session, CubePlan plan, CancellationToken cancellation)
    {
        if (plan.Blocks.All(b => b.Cube is null || !catalogue.Cubes.TryGetValue(b.Cube, out var cube) || cube.Rollups.Count == 0))
            return plan;
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        session.Stream(SqlFile.Beside<CubeReader>().Fill("sizes"), null, record => rows[$"star.{record.GetString(0)}"] = Convert.ToInt64(record.GetValue(1), CultureInfo.InvariantCulture), cancellation);
        return new RollupRouter(catalogue, new TableSizes(rows)).Route(plan);
    }

    private long Count(ISession session, CubePlan plan, CancellationToken cancellation)
    {
        var sql = CubeSqlWriter.Count(plan, _star.Dialect);
        var count = 0L;
        _star.Stream(session, sql.Text, sql.Parameters, record => count = Convert.ToInt64(record.GetValue(0), CultureInfo.InvariantCulture), cancellation);
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
