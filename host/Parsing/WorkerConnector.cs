using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Parsing;

/// <summary>
/// A connector whose files are read in a process of its own: their bytes come from outside, and whatever breaks over them is not this process. What is there at all (names, sizes, hashes, the lists of
/// archives) is found here.
/// </summary>
/// <param name="inner">The connector; it may need no secret.</param>
/// <param name="parsers">Who reads.</param>
internal sealed class WorkerConnector(IConnector inner, ParserPool parsers) : IConnector
{
    /// <inheritdoc/>
    public string Kind => inner.Kind;

    /// <inheritdoc/>
    public ConnectorOptions Options => inner.Options;

    /// <inheritdoc/>
    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default)
        => parsers.Ask(new(Kind, source.ProjectFolder, Bare(source.Source), null, null, null, source.Clock.GetUtcNow()), null, cancellation).Streams!;

    /// <inheritdoc/>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
        => parsers.Ask(Request(stream, null, null), null, cancellation).Columns!;

    /// <inheritdoc/>
    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) => inner.Discover(stream, committed, cancellation);

    /// <inheritdoc/>
    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
        => parsers.Ask(Request(stream, found, target), progress, cancellation).Batch! with { ParquetPath = target.ParquetPath };

    /// <inheritdoc/>
    public string? MarkOf(string state) => inner.MarkOf(state);

    /// <inheritdoc/>
    public void ReadKeys(StreamContext stream, string parquetPath, CancellationToken cancellation = default) => inner.ReadKeys(stream, parquetPath, cancellation);

    private ParserRequest Request(StreamContext stream, Discovery? found, ExtractTarget? target)
        => new(Kind, stream.ProjectFolder, Bare(stream.Source), stream.Stream, found, target, stream.Clock.GetUtcNow());

    /// <summary>Reading knows nothing of contracts and rules.</summary>
    private static Source Bare(Source source) => source with { Streams = [], Maps = [], Rules = [], Joins = [] };
}
