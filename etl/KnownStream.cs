using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>A stream and what the warehouse knows of it.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Files">Its files and deliveries.</param>
/// <param name="Before">What was remembered of it; null for the first time.</param>
/// <param name="IsOfVersions">As <see cref="KeyIndex"/> says.</param>
internal sealed record KnownStream(Source Source, SourceStream Stream, IReadOnlyList<LoadedFile> Files, StreamState? Before, bool IsOfVersions)
{
    /// <summary>Asks the log.</summary>
    public static KnownStream Of(Source source, SourceStream stream, RunLog log, RunEnvironment environment) => new(
        source, stream, log.Files(source.Name, stream.Name), log.State(source.Name, stream.Name), !environment.ConnectorOf(source).Options.ReadsFromCursor);

    /// <summary>A join as it landed, with its maps over the columns it had.</summary>
    public static KnownStream Of(Source source, StreamJoin join, RunLog log)
    {
        var before = log.State(source.Name, join.Name);
        var columns = ColumnDriftGate.Read(before?.Columns).Select(c => c.Name).ToList();
        return new(JoinColumns.Source(source, join, columns), JoinColumns.Stream(source, join, columns), log.Files(source.Name, join.Name), before, false);
    }
}
