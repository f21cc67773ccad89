using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Writes the calendar of a frame: one row for each period of the answer and each day that counts for it. Days have no row where there is no such span
/// (February 29 a year before, week 53 of a year that has 52), so the value there is missing rather than another day's.
/// </summary>
internal sealed class FrameWriter(BlockWriter blocks)
{
    private const string First = "\"first\"";
    private const string After = "\"after\"";

    /// <summary>The join that stands for the date role; its columns are the question's dimensions of that role.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="calendar">The calendar.</param>
    /// <param name="periods">The question's dimensions of the role that the row is grouped by.</param>
    /// <param name="grain">The grain they have together.</param>
    /// <param name="fact">The fact's alias.</param>
    public string Join(TimeFrame? frame, PlannedCalendar calendar, IReadOnlyList<PlannedDimension> periods, PeriodGrain grain, string fact)
    {
        var role = SqlName.Quote(calendar.Role);
        var key = SqlName.Quote($"{calendar.Role} key");
        var names = string.Concat(periods.Select(p => $", {Named(p)}"));
        var kept = string.Concat(periods.Select(p => $", \"period\".{SqlName.Quote(p.Member)}"));
        var (from, until) = Span(frame, grain, calendar.Days);
        var day = $"{role}.{SqlName.Quote($"{calendar.Role}.day")}";
        var sources = string.Concat(calendar.Sources.Select(c => $"\n    AND {blocks.Conditions(m => ((PlannedDimension)m).Sql).Write(c)}"));
        return $"""
            JOIN (
              SELECT {role}.{key} AS {key}{kept}
              FROM (SELECT *, {from} AS "from", {until} AS "until" FROM ({Spine(calendar, periods, names)})) AS "period"
              JOIN {blocks.Calendar(calendar)} ON {day} >= "period"."from" AND {day} < "period"."until"{sources}
            ) AS {role}
              ON {role}.{key} = {SqlName.Quote(fact)}.{SqlName.Quote(calendar.FactColumn)}
            """;
    }

    /// <summary>The periods of the answer, each with its first day and the day after its last.</summary>
    public string Spine(PlannedCalendar calendar, IReadOnlyList<PlannedDimension> periods, string names)
    {
        var key = $"{SqlName.Quote(calendar.Role)}.{SqlName.Quote($"{calendar.Role} key")}";
        var day = SqlName.Quote($"{calendar.Role}.day");
        var conditions = calendar.Targets.Select(blocks.Conditions(m => ((PlannedDimension)m).Sql).Write).ToList();
        var known = $"{key} <> 0";
        var groups = periods.Count == 0 ? "" : $" GROUP BY {string.Join(", ", periods.Select(p => p.Sql))}";
        if (conditions.Count == 0)
        {
            // Nothing bounds the periods but the facts: whole periods as far as there are any, or the days themselves when everything is one period.
            var rows = calendar.Seen is { } seen ? string.Join("\n  ", blocks.Lines(seen, false, null)) : $"FROM {blocks.From(calendar.Fact)}";
            var column = $"{SqlName.Quote(calendar.Fact.Alias)}.{SqlName.Quote(calendar.FactColumn)}";
            var (first, last) = ($"(SELECT min(nullif({column}, 0)) {rows})", $"(SELECT max({column}) {rows})");
            if (periods.Count > 0)
                groups += $" HAVING max({key}) >= {first} AND min({key}) <= {last}";
            else
                known += $" AND {key} >= {first} AND {key} <= {last}";
        }

        return $"SELECT CAST(min({day}) AS DATE) AS {First}, CAST(max({day}) AS DATE) + 1 AS {After}{names} FROM {blocks.Calendar(calendar)} "
            + $"WHERE {string.Join(" AND ", conditions.Prepend(known))}{groups}";
    }

    /// <summary>A dimension under its member's name.</summary>
    public static string Named(PlannedDimension period)
        => SqlName.Quote(period.Member) is var name && period.Sql == name ? name : $"{period.Sql} AS {name}";

    private static (string From, string Until) Span(TimeFrame? frame, PeriodGrain grain, QueryCalendar calendar)
    {
        var (from, until) = frame?.Shift is { } shift ? Shifted(shift, grain) : (First, After);
        return frame?.Window is { } window ? Widened(window, from, until, calendar) : (from, until);
    }

    private static (string From, string Until) Shifted(TimeStep shift, PeriodGrain grain)
    {
        if (shift.Days is { } days)
            return ($"{First} - {days}", $"{After} - {days}");
        var months = shift.Months!.Value;
        return grain switch
        {
            PeriodGrain.Day => SameDay(months),
            PeriodGrain.Week or PeriodGrain.IsoYear => SameWeek(months / 12, grain == PeriodGrain.IsoYear),
            _ => (Moved(First, months),
                $"CASE WHEN day({After}) = 1 THEN {Moved(After, months)} ELSE {Moved($"({After} - 1)", months)} + 1 END"),
        };
    }

    /// <summary>The day of the same number; none where that month has no such day.</summary>
    private static (string From, string Until) SameDay(int months)
    {
        var source = Moved(First, months);
        var exists = $"CAST({source} + INTERVAL ({months}) MONTH AS DATE) = {First}";
        return ($"CASE WHEN {exists} THEN {source} END", $"{source} + 1");
    }

    /// <summary>The ISO week of the same number; none where that year has no such week. Whole ISO years become whole ones.</summary>
    private static (string From, string Until) SameWeek(int years, bool whole)
    {
        var year = $"isoyear({First}) - ({years})";
        var source = $"CAST(date_trunc('week', make_date(CAST({year} AS INTEGER), 1, 4)) AS DATE) + CAST(date_diff('day', CAST(date_trunc('week', make_date(CAST(isoyear({First}) AS INTEGER), 1, 4)) AS DATE), {First}) AS INTEGER)";
        if (whole)
        {
            var next = $"CAST(date_trunc('week', make_date(CAST(isoyear({After}) - ({years}) AS INTEGER), 1, 4)) AS DATE)";
            return (source, $"CASE WHEN isoyear({After}) > isoyear({After} - 1) THEN {next} ELSE {source} + CAST(date_diff('day', {First}, {After}) AS INTEGER) END");
        }

        return ($"CASE WHEN isoyear({source}) = {year} THEN {source} END", $"{source} + CAST(date_diff('day', {First}, {After}) AS INTEGER)");
    }

    private static (string From, string Until) Widened(RollingWindow window, string from, string until, QueryCalendar calendar)
    {
        if (window.ToDate is { } period)
            return (TimePeriods.Truncated(period, $"CAST(({until}) - 1 AS DATE)", new ColumnType(TypeKind.Date), calendar), until);
        var edge = window.FromStart ? from : until;
        return (window.Trailing.Unbounded ? "DATE '0001-01-01'" : window.Trailing.Step is { } back ? Moved(edge, back) : edge,
            window.Leading.Unbounded ? "DATE '9999-12-31'" : window.Leading.Step is { } ahead ? Moved(edge, ahead with { Count = -ahead.Count }) : edge);
    }

    private static string Moved(string day, TimeStep back) => back.Days is { } days ? $"({day}) - ({days})" : Moved(day, back.Months ?? 0);

    private static string Moved(string day, int months) => $"CAST(({day}) - INTERVAL ({months}) MONTH AS DATE)";
}
