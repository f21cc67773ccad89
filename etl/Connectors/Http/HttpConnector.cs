using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>
/// Reads JSON over HTTP: pages of any usual kind, authorised, patient with servers that are busy or break, and connected only to public addresses unless
/// the project allows others.
/// </summary>
public sealed class HttpConnector : IConnector
{
    /// <inheritdoc/>
    public ConnectorOptions Options => HttpOptions.Declared;

    /// <inheritdoc/>
    /// <remarks>A server does not say what it has.</remarks>
    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) => [];

    /// <inheritdoc/>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
    {
        var folder = Directory.CreateTempSubdirectory("crm-columns-");
        try
        {
            return new HttpExtract(stream).Columns(folder.FullName, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) => Discovery.Delivery(stream, committed);

    /// <inheritdoc/>
    public string? MarkOf(string state) => HttpState.Read(state).Mark;

    /// <inheritdoc/>
    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default) =>
        new HttpExtract(stream).Run(found, target, progress, cancellation);
}
