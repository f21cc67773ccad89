using System.Globalization;

namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>One source system: how to reach it, its streams, and how its records become contract rows.</summary>
/// <param name="Name">Name in snake_case, unique in the project.</param>
/// <param name="Connector">Connector kind, e.g. <c>files</c>.</param>
/// <param name="Options">The connector's own options at source level, as written (scalars only), by name.</param>
/// <param name="TimeZone">IANA zone of timestamps without one; null for the project's.</param>
/// <param name="Streams">Its streams.</param>
/// <param name="Maps">How streams become contract rows.</param>
/// <param name="Rules">Quality rules.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Source(
    string Name, string Connector, IReadOnlyDictionary<string, OptionValue> Options, string? TimeZone,
    IReadOnlyList<SourceStream> Streams, IReadOnlyList<ContractMap> Maps, IReadOnlyList<QualityRule> Rules, SourceLocation Where)
{
    /// <summary>What the project lets its connectors do: the project's <see cref="ProjectSettings.Security"/>.</summary>
    public SecuritySettings Security { get; init; } = SecuritySettings.Strict;

    /// <summary>Streams that maps read together; such a map's <see cref="ContractMap.From"/> is the join's name.</summary>
    public IReadOnlyList<StreamJoin> Joins { get; init; } = [];

    /// <summary>The maps that read a stream, alone or joined with others.</summary>
    public IEnumerable<ContractMap> MapsOf(string stream) => Maps.Where(m => m.From == stream || Joins.Any(j => j.Name == m.From && j.Streams.Contains(stream)));

    /// <summary>IANA zone of the project, which all moments are brought to.</summary>
    public string ProjectTimeZone { get; init; } = "UTC";
}

/// <summary>An option's value with its place, so that a connector can point at it. Lists hold their items, scalars one item.</summary>
/// <param name="Items">The scalar, or the items of the list, as written; a mapping is one item: its JSON text, unquoted numbers and true/false as such.</param>
/// <param name="Where">Where the value stands.</param>
public sealed record OptionValue(IReadOnlyList<string> Items, SourceLocation Where)
{
    /// <summary>The only item.</summary>
    public string Text => Items[0];
}

/// <summary>One stream of records of a source: a table, a set of files, an endpoint.</summary>
/// <param name="Name">Name in snake_case.</param>
/// <param name="Options">The connector's options for the stream (for files: path, format, delimiter, quote, encoding, compression, header …).</param>
/// <param name="Key">Columns that identify a record; empty when none do (then file and record number do).</param>
/// <param name="Columns">Declared types of raw columns; columns not named here stay as the connector gives them.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record SourceStream(
    string Name, IReadOnlyDictionary<string, OptionValue> Options, IReadOnlyList<string> Key,
    IReadOnlyList<StreamColumn> Columns, SourceLocation Where)
{
    /// <summary>How it follows its source.</summary>
    public StreamSync Sync { get; init; } = StreamSync.Default;
}

/// <summary>How a stream follows its source from run to run.</summary>
/// <param name="Load">What is read.</param>
/// <param name="Cursor">The raw column that grows with every change; null when there is none.</param>
/// <param name="Lag">
/// How far below the last mark reading begins again, since records can become visible late: a time span for moments, a number for numbers; null for none.
/// </param>
/// <param name="Deletes">How deleted records are found.</param>
/// <param name="DeletedWhen">Condition over the stream's columns that says that a record is deleted (a soft-delete column); null for none.</param>
/// <param name="Drift">What happens when the stream's columns change.</param>
/// <param name="ChunkRows">Rows after which a first load lands what it has and goes on, so that it can resume there; null for the connector's own measure.</param>
public sealed record StreamSync(
    LoadMode Load, string? Cursor, CursorLag? Lag, DeleteDetection Deletes, MappedExpression? DeletedWhen, DriftPolicy Drift, long? ChunkRows)
{
    /// <summary>Everything that is there, each time; changed columns are taken as they come.</summary>
    public static StreamSync Default { get; } = new(LoadMode.Full, null, null, DeleteDetection.None, null, DriftPolicy.Evolve, null);
}

/// <summary>What a run reads of a stream.</summary>
public enum LoadMode
{
    /// <summary>Everything that is there (of files: the new and the changed ones).</summary>
    Full,

    /// <summary>What the cursor says is new: records at or above the last mark, less the lag.</summary>
    Incremental,

    /// <summary>The source's own log of inserts, updates and deletes.</summary>
    Changes,
}

/// <summary>How records that the source no longer has are found.</summary>
public enum DeleteDetection
{
    /// <summary>Not at all by a full or incremental stream without a key; by every full load of a stream that has one.</summary>
    None,

    /// <summary>All keys are read in each run and compared with those that are known.</summary>
    Keys,
}

/// <summary>What happens to a stream whose columns are other than when it was loaded first.</summary>
public enum DriftPolicy
{
    /// <summary>New columns are taken, missing ones are NULL, types follow the source; a warning tells it.</summary>
    Evolve,

    /// <summary>The run fails and says what changed.</summary>
    Freeze,

    /// <summary>Records with a value in a new column, or without one that was there, go to the quarantine.</summary>
    Quarantine,
}

/// <summary>How far below the last mark an incremental load begins.</summary>
/// <param name="Time">For cursors that are moments or days.</param>
/// <param name="Number">For cursors that are numbers.</param>
public readonly record struct CursorLag(TimeSpan Time, long Number)
{
    private static readonly (string Unit, TimeSpan Length)[] units =
    [
        ("second", TimeSpan.FromSeconds(1)), ("minute", TimeSpan.FromMinutes(1)), ("hour", TimeSpan.FromHours(1)), ("day", TimeSpan.FromDays(1)),
        ("week", TimeSpan.FromDays(7)),
    ];

    /// <summary>Reads <c>2 days</c>, <c>1 hour</c>, or a whole number.</summary>
    public static bool TryParse(string text, out CursorLag lag)
    {
        lag = default;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 100_000_000)
        {
            return false;
        }

        if (parts.Length == 1)
        {
            lag = new(TimeSpan.Zero, number);
            return true;
        }

        var unit = units.FirstOrDefault(u => parts[1] == u.Unit || parts[1] == u.Unit + "s");
        lag = new(unit.Length * number, 0);
        return unit.Unit is not null;
    }
}

/// <summary>The declared type of a raw column.</summary>
/// <param name="Name">The column as the source spells it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Format">strptime pattern for dates and timestamps; null for ISO 8601.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record StreamColumn(string Name, ColumnType Type, string? Format, SourceLocation Where)
{
    /// <summary>What happens when this column changes; null: what the stream says.</summary>
    public DriftPolicy? Drift { get; init; }
}

/// <summary>How a stream's records become rows of one contract.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="From">The stream, or the join of streams.</param>
/// <param name="Filter">Condition over the stream's columns (<c>where</c>); records that do not meet it make no row of this contract. Null: all do.</param>
/// <param name="Columns">Contract column → SQL expression over the stream's columns; empty when the stream bears the contract's name and columns itself.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record ContractMap(
    string Contract, string From, MappedExpression? Filter, IReadOnlyDictionary<string, MappedExpression> Columns, SourceLocation Where);

/// <summary>An SQL expression with its place.</summary>
/// <param name="Sql">The expression.</param>
/// <param name="Where">Where it stands.</param>
public sealed record MappedExpression(string Sql, SourceLocation Where);
