using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>What a run did.</summary>
/// <param name="Run">The published run that readers now see; null while nothing was ever published.</param>
/// <param name="Published">True when this run published; false when nothing was new.</param>
/// <param name="Counts">Its records: read = loaded + unchanged + quarantined.</param>
/// <param name="Streams">The same by stream.</param>
/// <param name="Steps">Where the time went, in order.</param>
/// <param name="Reasons">Why records are in the quarantine, most frequent first.</param>
/// <param name="Warnings">What is odd but stopped nothing: rules that warn, files without records, columns that drift.</param>
public sealed record RunSummary(
    int? Run, bool Published, RecordCounts Counts, IReadOnlyList<StreamSummary> Streams, IReadOnlyList<StepSummary> Steps,
    IReadOnlyList<QuarantineReason> Reasons, IReadOnlyList<string> Warnings)
{
    /// <summary>What became of the tables, in the order they were loaded.</summary>
    public IReadOnlyList<TableSummary> Tables { get; init; } = [];
}

/// <summary>What a run did to a table of the star.</summary>
/// <param name="Table">The table.</param>
/// <param name="Inserted">Rows that are new.</param>
/// <param name="Changed">Rows that replaced others.</param>
/// <param name="Removed">Rows that went.</param>
public sealed record TableSummary(string Table, long Inserted, long Changed, long Removed);

/// <summary>One stream of a run.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Files">Files read.</param>
/// <param name="Counts">Their records.</param>
public sealed record StreamSummary(string Source, string Stream, int Files, RecordCounts Counts);

/// <summary>One step of a run.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Rows">Rows it handled.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record StepSummary(string Step, long Rows, double Seconds);

/// <summary>A reason for quarantine.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Rule">The rule: <c>type</c>, <c>required</c>, <c>time</c>, <c>expression</c>, <c>unreadable</c>, or a quality rule's name.</param>
/// <param name="Column">The column it is about, if one.</param>
/// <param name="Records">Records it put aside.</param>
/// <param name="Example">One of them, as the reason tells it.</param>
public sealed record QuarantineReason(string Source, string Stream, string Rule, string? Column, long Records, string Example);

/// <summary>How far a run is.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="Share">Share of the step that is done, 0–1; null when that is not known.</param>
/// <param name="Rows">Rows handled in the step so far.</param>
/// <param name="Rejects">How many of them were put aside so far, as far as known.</param>
public readonly record struct RunProgress(string Step, double? Share, long Rows, long Rejects = 0);
