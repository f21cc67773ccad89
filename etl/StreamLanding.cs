using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>A stream whose new records landed.</summary>
/// <param name="Source">The source.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Known">What the warehouse knows of its files and deliveries.</param>
/// <param name="Before">What was remembered of it; null for the first time.</param>
/// <param name="Extracted">What landed.</param>
/// <param name="KeyList">Parquet file of all keys the source has now; null when it was not asked.</param>
internal sealed record LandedStream(
    Source Source, SourceStream Stream, IReadOnlyList<LoadedFile> Known, StreamState? Before, Extracted Extracted, string? KeyList)
{
    /// <summary>Where the connector goes on from.</summary>
    public string? State => Extracted.State ?? Before?.State;

    /// <summary>True when records landed, or when the batch may tell that keys are gone.</summary>
    public bool HasNews => KeyList is not null || Extracted.Batches.Any(b => b.Records > 0 || (b.IsSnapshot && b.State != Before?.State));
}

/// <summary>Lands what is new in the streams of a project, several at a time.</summary>
/// <param name="project">The project.</param>
/// <param name="environment">What the run works with.</param>
/// <param name="log">The log of the warehouse; asked before the reading begins.</param>
/// <param name="clock">Times the steps.</param>
internal sealed class StreamLanding(Project project, RunEnvironment environment, RunLog log, RunClock clock)
{
    /// <summary>Lands; the first failure ends all reading and is thrown.</summary>
    /// <param name="request">Which streams, and which range.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public IReadOnlyList<LandedStream> Land(RunRequest request, CancellationToken cancellation)
    {
        var tasks = project.Sources.Where(s => request.Source is null || s.Name == request.Source)
            .SelectMany(s => s.Streams.Where(t => request.Stream is null || t.Name == request.Stream).Select(t => (Source: s, Stream: t)))
            .Select(t => (t.Source, t.Stream, Known: log.Files(t.Source.Name, t.Stream.Name), Before: log.State(t.Source.Name, t.Stream.Name))).ToList();
        var shared = project.Sources.ToDictionary(s => s.Name, _ => new SharedResources(), StringComparer.Ordinal);
        var landed = new LandedStream[tasks.Count];
        var steps = new StepSummary[tasks.Count];
        try
        {
            var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
            Parallel.For(0, tasks.Count, options, (i, loop) =>
            {
                var (source, stream, known, before) = tasks[i];
                try
                {
                    steps[i] = clock.Time($"land {source.Name}/{stream.Name}", () =>
                    {
                        landed[i] = Land(source, stream, known, before, shared[source.Name], request.Range, cancellation);
                        return landed[i].Extracted.Batches.Sum(b => b.Records);
                    });
                }
                catch
                {
                    loop.Stop();
                    throw;
                }
            });
        }
        catch (AggregateException e)
        {
            throw e.Flatten().InnerExceptions.FirstOrDefault(x => x is not OperationCanceledException) ?? e.InnerExceptions[0];
        }
        finally
        {
            foreach (var resources in shared.Values)
            {
                resources.Dispose();
            }
        }

        clock.Add(steps);
        return landed;
    }

    private LandedStream Land(
        Source source, SourceStream stream, IReadOnlyList<LoadedFile> known, StreamState? before, SharedResources shared, CursorRange range,
        CancellationToken cancellation)
    {
        var connector = environment.Connectors.First(c => c.Kind == source.Connector);
        using var scratch = environment.Scratch.Connect();
        var context = new StreamContext(project.Folder, source, stream, scratch)
        {
            Secrets = environment.Secrets, Shared = shared, Clock = environment.Clock,
        };
        var files = known.Select(f => new KnownFile(f.Path, f.Size, DateTime.SpecifyKind(f.Modified, DateTimeKind.Utc), f.Sha256));
        var progress = new LandingProgress(clock, $"land {source.Name}/{stream.Name}");
        var extracted = new StreamExtract(connector, environment.Landing).Run(context, new([.. files], before?.State), range, progress, cancellation);
        var keys = stream.Sync.Deletes == DeleteDetection.Keys && range.IsAll && known.Count > 0
            ? environment.Landing.WriteKeys(source.Name, stream.Name, path => connector.ReadKeys(context, path, cancellation)) : null;
        return new(source, stream, known, before, extracted, keys);
    }

    private sealed class LandingProgress(RunClock clock, string step) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) =>
            clock.Report(step, value.BytesTotal == 0 ? null : (double)value.Bytes / value.BytesTotal, value.Records);
    }
}
