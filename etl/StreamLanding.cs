using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Etl;

/// <summary>A stream whose new records landed.</summary>
/// <param name="Stream">The stream and what was known of it.</param>
/// <param name="Extracted">What landed.</param>
/// <param name="KeyList">Parquet file of all keys the source has now; null when it was not asked.</param>
internal sealed record LandedStream(KnownStream Stream, Extracted Extracted, string? KeyList)
{
    /// <summary>Where the connector goes on from.</summary>
    public string? State => Extracted.State ?? Stream.Before?.State;

    /// <summary>False when what landed tells of no columns, as an empty answer of a source of JSON does.</summary>
    public bool HasShape => Extracted.Batches.Count == 0 || Extracted.Batches.Any(b => b.Columns.Count > 0);

    /// <summary>True when records landed, or when the batch may tell that keys are gone.</summary>
    public bool HasNews => KeyList is not null || Extracted.Batches.Any(b => b.IsSnapshot ? b.State is null || b.State != Stream.Before?.State : b.Records > 0);
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
            .SelectMany(s => s.Streams.Where(t => request.Stream is null || t.Name == request.Stream).Select(t => KnownStream.Of(s, t, log, environment))).ToList();
        var shared = project.Sources.ToDictionary(s => s.Name, _ => new SharedResources(), StringComparer.Ordinal);
        var landed = new LandedStream[tasks.Count];
        var steps = new StepSummary[tasks.Count];
        try
        {
            var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
            Parallel.For(0, tasks.Count, options, (i, loop) =>
            {
                try
                {
                    steps[i] = clock.Time($"land {tasks[i].Source.Name}/{tasks[i].Stream.Name}", () =>
                    {
                        landed[i] = Land(tasks[i], shared[tasks[i].Source.Name], request.Range, cancellation);
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

    private LandedStream Land(KnownStream known, SharedResources shared, CursorRange range, CancellationToken cancellation)
    {
        var (source, stream) = (known.Source, known.Stream);
        var connector = environment.ConnectorOf(source);
        using var scratch = environment.Scratch.Connect();
        var context = new StreamContext(project.Folder, source, stream, scratch)
        {
            Secrets = environment.Secrets,
            Shared = shared,
            Clock = environment.Clock,
        };
        var files = known.Files.Select(f => new KnownFile(f.Path, f.Size, DateTime.SpecifyKind(f.Modified, DateTimeKind.Utc), f.Sha256));
        var progress = new LandingProgress(clock, $"land {source.Name}/{stream.Name}");
        var extracted = new StreamExtract(connector, environment.Landing).Run(context, new([.. files], known.Before?.State), range, progress, cancellation);
        var keys = stream.Sync.Deletes == DeleteDetection.Keys && range.IsAll && known.Files.Count > 0
            ? environment.Landing.WriteKeys(source.Name, stream.Name, path => connector.ReadKeys(context, path, cancellation)) : null;
        return new(known, extracted, keys);
    }

    private sealed class LandingProgress(RunClock clock, string step) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) =>
            clock.Report(step, value.BytesTotal == 0 ? null : (double)value.Bytes / value.BytesTotal, value.Records, value.Rejected);
    }
}
