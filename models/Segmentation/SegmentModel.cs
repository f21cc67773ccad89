using System.Globalization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>Lists the members of a project's own segments, for the newest day of the data and for past month ends.</summary>
public static class SegmentModel
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(SegmentModel));

    /// <summary>Makes <c>star.score_segment_member</c> and <c>star.score_segment_overlap</c> hold the members as the facts as they are now say.</summary>
    /// <param name="session">The warehouse, inside the run's transaction.</param>
    /// <param name="catalogue">The declarations; the two facts are among them.</param>
    /// <param name="segments">The segments.</param>
    /// <param name="run">The run that writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Rows that changed in the two tables, and which segments are empty.</returns>
    public static StarOutcome Score(ISession session, Catalogue catalogue, IReadOnlyList<SegmentDeclaration> segments, int run, CancellationToken cancellation = default)
    {
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
            return StarOutcome.Nothing;
        session.Execute(Sql.Fill("events"));
        session.Execute(Sql.Fill("tables"));
        foreach (var segment in segments)
        {
            session.Execute(Sql.Fill("snapshots"), new { newest, segment = segment.Name, month_ends = segment.MonthEnds });
            var conditions = segment.Conditions.Select(c => c.Kind == "attribute" ? Attribute(c) : Counted(c));
            session.Execute(
                Sql.Fill("members", ("conditions", string.Join(segment.Any ? "\n OR " : "\n AND ", conditions))), new { segment = segment.Name, title = segment.Title }, cancellation);
        }

        session.Execute(Sql.Fill("rows"), null, cancellation);
        var changed = Merge(session, catalogue, "segment_member", ["snapshot_date", "segment", "customer_key"], run)
            + Merge(session, catalogue, "segment_overlap", ["snapshot_date", "segment", "other_segment"], run);
        var members = session.Query<Members>(Sql.Fill("count"), new { newest }).ToDictionary(m => m.Segment, m => m.Customers);
        session.Execute(Sql.Fill("forget"));
        return new(newest, changed, members.Values.Sum(), [.. segments.Where(s => !members.ContainsKey(s.Name)).Select(s => $"nobody is in segment {s.Name}")]);
    }

    // Of whom nothing happened, the count and the sums are zero: where zero fits, those are left out who do not fit.
    private static string Counted(SegmentCondition condition)
    {
        var value = ValueOf(condition.Name);
        var fits = condition.AtLeast is null or <= 0 && condition.AtMost is null or >= 0 && condition.Name is not ("spend_per_order" or "days_since_last_order" or "days_since_first_order");
        var test = string.Join(" AND ", new[] { End(value, ">=", condition.AtLeast), End(value, "<=", condition.AtMost) }.OfType<string>());
        return Sql.Fill(
            "counted", ("in", fits ? "NOT IN" : "IN"), ("source", condition.Kind == "event" ? Sql.Fill("event", ("name", SqlName.Literal(condition.Name))) : Sql.Fill("sale")),
            ("value", value), ("test", fits ? $"NOT ({test})" : test),
            ("within", condition.WithinDays is { } days ? Sql.Fill("within", ("days", days.ToString(CultureInfo.InvariantCulture))) : ""));
    }

    private static string? End(string value, string sign, decimal? end) => end is { } number ? string.Create(CultureInfo.InvariantCulture, $"{value} {sign} {number}") : null;

    private static string ValueOf(string name) => name switch
    {
        "revenue" => "coalesce(sum(revenue), 0)",
        "quantity" => "coalesce(sum(quantity), 0)",
        "spend_per_order" => "sum(revenue) / nullif(count(DISTINCT order_id) FILTER (WHERE NOT is_return), 0)",
        "days_since_last_order" => "snapshot.snapshot_date - max(happened_at) FILTER (WHERE NOT is_return)::DATE",
        "days_since_first_order" => "snapshot.snapshot_date - min(happened_at)::DATE",
        _ => "count(*)",
    };

    private static string Attribute(SegmentCondition condition)
    {
        var column = $"CAST(version.{SqlName.Quote(condition.Name)} AS VARCHAR)";
        var values = SqlName.List(condition.Values.Select(SqlName.Literal));
        return Sql.Fill("attribute", ("test", condition.Excludes ? $"({column} IS NULL OR {column} NOT IN ({values}))" : $"{column} IN ({values})"));
    }

    private sealed record Members(string Segment, long Customers);

    private static long Merge(ISession session, Catalogue catalogue, string fact, IReadOnlyList<string> key, int run)
    {
        var counts = ScoreTable.Merge(session, catalogue, fact, $"{fact}_row", key, run);
        return counts.Inserted + counts.Changed + counts.Removed;
    }
}
