using System.Text.Json.Serialization;

namespace Crm.Analytics.Etl.Landing;

/// <summary>
/// What one extract of a stream left in landing: one Parquet file of raw rows, never changed again, and what is known of each file it came from.
/// Rows carry the number of their file in the batch (<see cref="LandedFile.Number"/>) and, where it does not follow from their position, the
/// number of their record; <see cref="LandedRelation"/> puts both back together.
/// </summary>
/// <param name="ParquetPath">Full path of the raw rows.</param>
/// <param name="Files">The files, by number.</param>
/// <param name="Rejects">Records that could not be read, in the order of files and records. Every record of a file is either landed or here.</param>
/// <param name="Columns">The raw columns: those of all files together, by name. None where only records tell of columns, and there was none yet.</param>
/// <param name="Drift">Where files of the batch differ in their columns.</param>
public sealed record LandedBatch(
    [property: JsonIgnore] string ParquetPath, IReadOnlyList<LandedFile> Files, IReadOnlyList<RejectedRecord> Rejects,
    IReadOnlyList<LandedColumn> Columns, IReadOnlyList<ColumnDrift> Drift)
{
    /// <summary>The raw column (BOOLEAN) that is true in a record which says that its key was deleted. Not among <see cref="Columns"/>.</summary>
    public const string DeletedColumn = "_deleted";

    /// <summary>Where reading ended: what the connector is told when it reads on. Committed together with the rows. Null for connectors without a state.</summary>
    public string? State { get; init; }

    /// <summary>True when the batch is one part of what there is to read (a chunk of a first load): the next part is read at once, from <see cref="State"/>.</summary>
    public bool HasMore { get; init; }

    /// <summary>
    /// True when the batch holds everything the source has of the stream now, so that keys which are not in it are deleted. On the last chunk of a full load in
    /// chunks it speaks of all of them: that batch together with those right before it that have <see cref="HasMore"/>.
    /// </summary>
    public bool IsSnapshot { get; init; }

    /// <summary>True when the raw rows have the column <see cref="DeletedColumn"/>.</summary>
    public bool MarksDeleted { get; init; }

    /// <summary>The batch's id in the landing.</summary>
    [JsonIgnore]
    public string Id => Path.GetFileNameWithoutExtension(ParquetPath);

    /// <summary>What reading the raw rows adds to the options of the engine's reading function: the key's name when they are encrypted.</summary>
    [JsonIgnore]
    public string ReadOption { get; init; } = "";

    /// <summary>Records landed and rejected.</summary>
    [JsonIgnore]
    public long Records => Files.Sum(f => f.Records + f.Rejected);

    /// <summary>True when the raw rows have the column <see cref="LandedRelation.LineColumn"/>: some files' lines follow no rule.</summary>
    public bool HasLineColumn { get; init; }

    /// <summary>What was odd in the stream as a whole but did not stop it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One file of a batch, or one delivery of a source that has no files.</summary>
/// <param name="Number">Its number in the batch, from 0: <c>_file</c> in the raw rows.</param>
/// <param name="Path">Path relative to the project folder, with '/' on every platform; full when the file lies outside. A delivery: <c>source/stream#NUMBER</c>.</param>
/// <param name="Size">Size in bytes; of a delivery, the bytes received as far as known.</param>
/// <param name="Modified">Last modification, UTC; of a delivery, when reading it began.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal; empty for a delivery.</param>
/// <param name="Change">Whether the warehouse has records of an earlier content of this file, which these replace.</param>
/// <param name="FirstRow">Position of its first row among the raw rows, from 0; 0 when it has none.</param>
/// <param name="Records">Records landed.</param>
/// <param name="Rejected">Records rejected; a file refused as a whole counts as one.</param>
/// <param name="Warnings">What was odd but did not stop it.</param>
public sealed record LandedFile(
    int Number, string Path, long Size, DateTime Modified, string Sha256, FileChange Change,
    long FirstRow, long Records, long Rejected, IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// Which line each record begins on: from <see cref="LineRun.Record"/> on, line and record grow together until the next run. A file with one line for
    /// each record has one run. Empty when lines are not known, or when the raw rows tell them (<see cref="LandedBatch.HasLineColumn"/>).
    /// </summary>
    public IReadOnlyList<LineRun> Lines { get; init; } = [];
}

/// <summary>A place in a file from which on every record takes one line.</summary>
/// <param name="Record">Number of the record, from 1.</param>
/// <param name="Line">The line it begins on, from 1.</param>
public sealed record LineRun(long Record, long Line);

/// <summary>How a file stands to what the warehouse knows.</summary>
public enum FileChange
{
    /// <summary>Not read before.</summary>
    New,

    /// <summary>Read before with another content.</summary>
    Changed,
}

/// <summary>A raw column.</summary>
/// <param name="Name">Its name, unique without regard to case. Empty and repeated names were given one of their own.</param>
/// <param name="Type">Its type as the engine spells it: VARCHAR for text formats.</param>
public sealed record LandedColumn(string Name, string Type);

/// <summary>A record that could not be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Record">Number of the record in its file, from 1, counting every record, rejected or not; 0 when the whole file is refused.</param>
/// <param name="Line">Line the record begins on, from 1; 0 when the whole file is refused.</param>
/// <param name="Column">Number of the column the fault is in, from 1; 0 when it is the record's as a whole.</param>
/// <param name="ColumnName">Name of that column, if any.</param>
/// <param name="Reason">What is wrong and, where it helps, what to do.</param>
/// <param name="RawText">The record as it stands in the file, at most <see cref="RawTextLimit"/> characters; undecodable bytes as U+FFFD.</param>
public sealed record RejectedRecord(string Path, long Record, long Line, int Column, string? ColumnName, string Reason, string RawText)
{
    /// <summary>Characters of raw text that are kept.</summary>
    public const int RawTextLimit = 1000;
}

/// <summary>A column that not all files of a batch have.</summary>
/// <param name="Column">The column.</param>
/// <param name="Path">The first file that differs from the batch's first file.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Files">How many files differ so.</param>
public sealed record ColumnDrift(string Column, string Path, DriftKind Kind, int Files);

/// <summary>How a file's columns differ from those of the first.</summary>
public enum DriftKind
{
    /// <summary>The file has a column that the first lacks.</summary>
    Added,

    /// <summary>The file lacks a column that the first has; its records hold NULL there.</summary>
    Missing,
}
