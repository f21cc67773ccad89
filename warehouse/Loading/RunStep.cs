using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Loading;

/// <summary>Work that belongs to a run and happens after its facts are loaded, inside the same transaction: models that write scores back.</summary>
public interface IRunStep
{
    /// <summary>Name for people and for the run log, e.g. <c>score rfm</c>.</summary>
    string Name { get; }

    /// <summary>Does the work; answers the rows of the star that it inserted, changed or removed (0: nothing changed).</summary>
    long Execute(RunStepContext context);
}

/// <summary>What a step works with.</summary>
/// <param name="Session">The warehouse, inside the run's transaction.</param>
/// <param name="Project">The project.</param>
/// <param name="Run">The run that writes.</param>
/// <param name="Cancellation">Stops the work; the run is then rolled back.</param>
public sealed record RunStepContext(ISession Session, Project Project, int Run, CancellationToken Cancellation);

/// <summary>The four numbers of a run or of a stream of it: read = loaded + unchanged + quarantined.</summary>
/// <param name="Read">Records read from the source.</param>
/// <param name="Loaded">Records that made or changed rows.</param>
/// <param name="Unchanged">Records that left the tables as they were: already loaded, or left out by a map's <c>where</c>.</param>
/// <param name="Quarantined">Records put aside with their reasons.</param>
/// <param name="Removed">Rows that went because their source no longer has them.</param>
public readonly record struct RecordCounts(long Read, long Loaded, long Unchanged, long Quarantined, long Removed)
{
    /// <summary>Adds two counts.</summary>
    public static RecordCounts operator +(RecordCounts a, RecordCounts b) =>
        new(a.Read + b.Read, a.Loaded + b.Loaded, a.Unchanged + b.Unchanged, a.Quarantined + b.Quarantined, a.Removed + b.Removed);
}
