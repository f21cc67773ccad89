using System.Globalization;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors;

/// <summary>The outcome of looking at a stream: what landed, and what needs no reading.</summary>
/// <param name="Batches">The landed batches, in the order they were read; none when there is nothing new.</param>
/// <param name="Resumed">How many of them an earlier run that did not finish had landed already; they stand first.</param>
/// <param name="Unchanged">Files that are as they were read before.</param>
/// <param name="Touched">Known files with a new time and the old content.</param>
public sealed record Extracted(IReadOnlyList<LandedBatch> Batches, int Resumed, int Unchanged, IReadOnlyList<KnownFile> Touched)
{
    /// <summary>Where reading ended; null when nothing was read or the connector has no state.</summary>
    public string? State => Batches.Count == 0 ? null : Batches[^1].State;
}

/// <summary>Bounds of a backfill.</summary>
/// <param name="From">The least cursor value that is read; null for no bound.</param>
/// <param name="To">The first cursor value that is not read any more; null for no bound.</param>
public readonly record struct CursorRange(string? From, string? To)
{
    /// <summary>True without bounds: the stream is read on from where it stands.</summary>
    public bool IsAll => From is null && To is null;
}

/// <summary>Brings what is new in a stream into landing, once.</summary>
/// <param name="connector">How it is read.</param>
/// <param name="store">Where it lands.</param>
public sealed class StreamExtract(IConnector connector, LandingStore store)
{
    /// <summary>
    /// Finds what is new and lands it, chunk by chunk where the connector reads in chunks. What an unfinished run landed is taken as it is: a batch is
    /// known by the state it began with, so reading goes on behind the last one that landed.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="committed">What the warehouse has committed of it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Stops it between records; the next run goes on behind the batches that landed.</param>
    public Extracted Run(
        StreamContext stream, CommittedStream committed, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default) =>
        Run(stream, committed, default, progress, cancellation);

    /// <summary>Lands what is new; or, for a backfill, what lies in a range of the cursor again.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="committed">What the warehouse has committed of it.</param>
    /// <param name="range">Bounds of a backfill.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Stops it between records.</param>
    public Extracted Run(
        StreamContext stream, CommittedStream committed, CursorRange range, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        var batches = new List<LandedBatch>();
        var (resumed, unchanged) = (0, 0);
        IReadOnlyList<KnownFile> touched = [];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var found = connector.Discover(stream, committed, cancellation);
            if (batches.Count == 0)
            {
                (unchanged, touched) = (found.Unchanged, found.Touched);
            }

            if (found.Items.Count == 0)
            {
                return new(batches, resumed, unchanged, touched);
            }

            var (batch, wasLanded) = Land(stream, found, range, progress, cancellation);
            batches.Add(batch);
            resumed += wasLanded ? 1 : 0;

            // A batch that landed before this run may be old by now: what came since is read too.
            var readsOn = batch.HasMore || (wasLanded && !batch.IsSnapshot);
            if (!readsOn || batch.State is null || batch.State == committed.State)
            {
                return new(batches, resumed, unchanged, touched);
            }

            committed = new([.. committed.Files, .. batch.Files.Select(f => new KnownFile(f.Path, f.Size, f.Modified, f.Sha256))], batch.State);
        }
    }

    private (LandedBatch Batch, bool WasLanded) Land(
        StreamContext stream, Discovery found, CursorRange range, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        var id = LandingStore.BatchId(Facts(stream, found).Concat(range.IsAll ? [] : [$"{range.From} {range.To}"]));
        if (store.Find(stream.Source.Name, stream.Stream.Name, id) is { } landed && (landed.State is null || landed.State != found.State))
        {
            return (landed, true);
        }

        return (store.Write(
            stream.Source.Name, stream.Stream.Name, id,
            (parquet, work) => connector.Extract(stream, found, new ExtractTarget(parquet, work) { From = range.From, To = range.To }, progress, cancellation)), false);
    }

    /// <summary>How it is read and what is read: a corrected option makes another batch, so that what was landed wrongly is not taken again.</summary>
    private IEnumerable<string> Facts(StreamContext stream, Discovery found)
    {
        yield return connector.Kind;
        foreach (var option in connector.Options.Source.Concat(connector.Options.Stream).DistinctBy(o => o.Name))
        {
            yield return $"{option.Name}={string.Join('\n', stream.Option(option.Name)?.Items ?? [])}";
        }

        foreach (var column in stream.Stream.Columns)
        {
            yield return column.Name;
        }

        yield return $"{stream.Stream.Sync.Load} {stream.Stream.Sync.Cursor} {found.State}";

        foreach (var item in found.Items)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{item.Path}|{item.Size}|{item.Modified.Ticks}|{item.Change}");
        }
    }
}
