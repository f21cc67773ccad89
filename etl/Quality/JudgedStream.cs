using Crm.Analytics.Etl.Conforming;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl.Quality;

/// <summary>A stream of a run whose records are conformed, as the rules judge it.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Conformed">Its conformed records.</param>
/// <param name="ChangedTable">Temporary table (column <c>file_id</c>) of files that are delivered again: what the warehouse holds of them is about to go.</param>
/// <param name="Files">The files or deliveries of the run.</param>
/// <param name="IsRecalled">True when its records landed in earlier runs, so that their number says nothing of the source.</param>
public sealed record JudgedStream(
    Source Source, SourceStream Stream, ConformedStream Conformed, string ChangedTable, IReadOnlyCollection<LoadedFile> Files, bool IsRecalled);

/// <summary>What one check found in one run: a row of the scorecard.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream; null when the check is about a contract whatever stream its rows come from.</param>
/// <param name="Contract">The contract; null when the check is about a stream.</param>
/// <param name="Aspect">What it says about data.</param>
/// <param name="Rule">The rule's name, or <c>filled</c>, <c>readable</c>, <c>type</c>.</param>
/// <param name="Column">The column it is about, if one.</param>
/// <param name="Severity">What happens to a record that does not pass.</param>
/// <param name="Checked">Records or values checked; 1 for a check of a whole stream.</param>
/// <param name="Passed">Those that passed.</param>
/// <param name="Quarantined">Records it put aside.</param>
/// <param name="Newest">The newest moment found, for checks of timeliness.</param>
public sealed record CheckResult(
    string Source, string? Stream, string? Contract, QualityAspect Aspect, string Rule, string? Column, RuleSeverity Severity,
    long Checked, long Passed, long Quarantined, DateTime? Newest = null);

/// <summary>What the rules say of a run.</summary>
/// <param name="Results">Every check with its counts.</param>
/// <param name="Warnings">Rules that warn, in words.</param>
public sealed record Judgement(IReadOnlyList<CheckResult> Results, IReadOnlyList<string> Warnings)
{
    /// <summary>Nothing was judged.</summary>
    public static Judgement None { get; } = new([], []);
}
