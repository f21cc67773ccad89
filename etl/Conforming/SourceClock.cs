using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Conforming;

/// <summary>
/// Brings a source's moments to the project's time zone. A moment that says its zone or offset is that moment; one that does not is read in the source's
/// zone (<c>time_zone</c>; the project's when there is none). At the end of summer time an hour comes twice: a moment without an offset is then the later one,
/// in winter time; in the hour that is left out in spring it is moved on by that hour. The session's own zone is UTC.
/// </summary>
/// <param name="Source">The source's zone; null when it is the project's.</param>
/// <param name="Project">The project's zone.</param>
internal sealed record SourceClock(string? Source, string Project)
{
    private const string Zoned = "TIMESTAMP WITH TIME ZONE";

    /// <summary>The clock of a source.</summary>
    public static SourceClock Of(Source source) => new(source.TimeZone == source.ProjectTimeZone ? null : source.TimeZone, source.ProjectTimeZone);

    /// <summary>True when moments can stay as the engine reads them: without a zone as they are, with one in UTC.</summary>
    public bool IsPlain => Source is null && Project == "UTC";

    /// <summary>A raw column as it takes part in maps.</summary>
    /// <param name="type">The engine's type of the column.</param>
    /// <param name="value">The column.</param>
    public string Column(string type, string value) => type switch
    {
        Zoned => InProject(value),
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) && Source is not null => Naive($"CAST({value} AS TIMESTAMP)"),
        _ => value,
    };

    /// <summary>A value of a raw column read as a moment.</summary>
    /// <param name="type">The engine's type of the column.</param>
    /// <param name="value">The column.</param>
    public string Read(string type, string value) => type switch
    {
        "VARCHAR" => Text(value),
        Zoned => InProject(value),
        "DATE" => $"TRY_CAST({value} AS TIMESTAMP)",
        _ => Naive($"TRY_CAST({value} AS TIMESTAMP)"),
    };

    /// <summary>A text read by a pattern.</summary>
    public string Read(string value, string format, bool hasZone) =>
        hasZone ? InProject($"try_strptime({value}, {SqlName.Literal(format)})") : Naive($"try_strptime({value}, {SqlName.Literal(format)})");

    /// <summary>What an expression over columns gives, as a moment: columns are in the project's zone already, so that only texts and zoned moments are not.</summary>
    public string Result(string value) => IsPlain
        ? $"TRY_CAST({value} AS TIMESTAMP)"
        : $"CASE typeof({value}) WHEN 'VARCHAR' THEN {Text($"CAST({value} AS VARCHAR)")} WHEN '{Zoned}' THEN {InProject($"TRY_CAST({value} AS TIMESTAMPTZ)")} ELSE TRY_CAST({value} AS TIMESTAMP) END";

    /// <summary>A moment in UTC, in the project's zone.</summary>
    public string FromUtc(string value) => Project == "UTC" ? value : $"timezone({SqlName.Literal(Project)}, timezone('UTC', {value}))";

    private string Naive(string value) =>
        Source is null ? value : $"timezone({SqlName.Literal(Project)}, timezone({SqlName.Literal(Source)}, {value}))";

    private string InProject(string value) => $"timezone({SqlName.Literal(Project)}, {value})";

    /// <summary>A text that reads as a moment has a sign behind its time, or a Z at its end, only when it says its offset.</summary>
    private string Text(string value) => IsPlain
        ? $"TRY_CAST({value} AS TIMESTAMP)"
        : $"CASE WHEN contains({value}, '+') OR suffix({value}, 'Z') OR suffix({value}, 'UTC') OR {value} LIKE '%:%-%' "
          + $"THEN {InProject($"TRY_CAST({value} AS TIMESTAMPTZ)")} ELSE {Naive($"TRY_CAST({value} AS TIMESTAMP)")} END";
}
