using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>
/// Reads PostgreSQL: rows by binary COPY, all streams of a source in one snapshot, everything read-only; or its log of changes by logical decoding.
/// </summary>
public sealed class PostgresConnector : DatabaseConnector
{
    /// <inheritdoc/>
    public override ConnectorOptions Options { get; } = new(
        "postgres",
        [
            .. ServerOptions,
            new("ssl", OptionKind.Choice, "Encryption: prefer (default), disable, require, or verify, which also checks the server's certificate.")
            {
                Choices = ["prefer", "disable", "require", "verify"],
            },
        ],
        [
            .. StreamOptions,
            new("slot", OptionKind.Text, "load: changes: name of the replication slot; default crm_SOURCE_STREAM. It is made when it is not there.") { MaxLength = 63 },
            new("publication", OptionKind.Text, "load: changes with pgoutput: name of the publication; default crm_SOURCE_STREAM. It is made when it may be.")
            {
                MaxLength = 63,
            },
            new("decoder", OptionKind.Choice, "load: changes: the server's output plugin; default pgoutput.") { Choices = ["pgoutput", "test_decoding"] },
        ])
    { ReadsFromCursor = true, ReadsChanges = true, ReadsKeys = true };

    /// <inheritdoc/>
    public override IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default)
    {
        using var connection = PostgresConnection.Open(source);
        return PostgresConnection.Guarded(
            source.Secrets, $"{source.Source.Where} ({source.Source.Name})", cancellation, () => PostgresCatalogue.Streams(connection, cancellation));
    }

    /// <inheritdoc/>
    public override Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default)
    {
        if (stream.Stream.Sync.Load == LoadMode.Changes)
        {
            // The first look of a run sees what is committed; later ones, what the run itself has landed.
            ChangeExtract.CommittedPlace.Remember(stream, committed.State);
        }

        return base.Discover(stream, committed, cancellation);
    }

    /// <inheritdoc/>
    public override LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default) =>
        stream.Stream.Sync.Load == LoadMode.Changes && target is { Limit: null, From: null, To: null }
            ? new ChangeExtract(stream, target, progress, cancellation).Run(found) : base.Extract(stream, found, target, progress, cancellation);

    private protected override IDatabase Open(StreamContext stream, CancellationToken cancellation) => new PostgresDatabase(stream, shared: true, cancellation);
}
