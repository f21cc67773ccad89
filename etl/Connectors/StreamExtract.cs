using System.Globalization;
using Crm.Analytics.Etl.Landing;

namespace Crm.Analytics.Etl.Connectors;

/// <summary>The outcome of looking at a stream: what landed, and what needs no reading.</summary>
/// <param name="Batch">The landed batch; null when there is nothing new.</param>
/// <param name="Resumed">True when an earlier run that did not finish had landed the batch already.</param>
/// <param name="Unchanged">Files that are as they were read before.</param>
/// <param name="Touched">Known files with a new time and the old content.</param>
public sealed record Extracted(LandedBatch? Batch, bool Resumed, int Unchanged, IReadOnlyList<KnownFile> Touched);

/// <summary>Brings what is new in a stream into landing, once.</summary>
/// <param name="connector">How it is read.</param>
/// <param name="store">Where it lands.</param>
public sealed class StreamExtract(IConnector connector, LandingStore store)
{
    /// <summary>Finds what is new and lands it; what an unfinished run landed is taken as it is.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="known">What the warehouse has committed of it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Stops it between records; the next run begins again with this batch.</param>
    public Extracted Run(
        StreamContext stream, IReadOnlyList<KnownFile> known, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        var found = connector.Discover(stream, known, cancellation);
        if (found.Items.Count == 0)
        {
            return new Extracted(null, Resumed: false, found.Unchanged, found.Touched);
        }

        var id = LandingStore.BatchId(Facts(stream, found));
        if (store.Find(stream.Source.Name, stream.Stream.Name, id) is { } landed)
        {
            return new Extracted(landed, Resumed: true, found.Unchanged, found.Touched);
        }

        var batch = store.Write(
            stream.Source.Name, stream.Stream.Name, id,
            (parquet, work) => connector.Extract(stream, found, new ExtractTarget(parquet, work), progress, cancellation));
        return new Extracted(batch, Resumed: false, found.Unchanged, found.Touched);
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

        foreach (var item in found.Items)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{item.Path}|{item.Size}|{item.Modified.Ticks}|{item.Change}");
        }
    }
}
