using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>What connectors of databases have in common: a stream is a table or a query, followed as a whole, by a cursor, or by a log of changes.</summary>
public abstract class DatabaseConnector : IConnector
{
    /// <summary>The options of every database's streams.</summary>
    private protected static readonly ConnectorOption[] StreamOptions =
    [
        new("table", OptionKind.Text, "Table or view to read, as schema.table; a name with a point in it in double quotes."),
        new("query", OptionKind.Text, "A SELECT to read instead of a table; it runs read-only."),
    ];

    /// <summary>The options of databases that run on a server.</summary>
    private protected static readonly ConnectorOption[] ServerOptions =
    [
        new("connection", OptionKind.Text, "The whole connection string or address, as ${NAME}; instead of the fields below."),
        new("host", OptionKind.Text, "Name or address of the server; default localhost."),
        new("port", OptionKind.Integer, "Port of the server; default: the database's own.") { Min = 1 },
        new("database", OptionKind.Text, "Name of the database."),
        new("user", OptionKind.Text, "Name of the user; one that may only read is enough."),
        new("password", OptionKind.Text, "Password of the user, as ${NAME}."),
        new("connect_timeout", OptionKind.Integer, "Seconds to wait for a connection; default 15.") { Min = 1 },
        new("timeout", OptionKind.Integer, "Seconds to wait for the next answer of a running query; default 600.") { Min = 1 },
    ];

    /// <inheritdoc/>
    public abstract ConnectorOptions Options { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default);

    /// <inheritdoc/>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
    {
        using var database = Open(stream, cancellation);
        using var table = new LandingTable(stream.Scratch, database.Columns(cancellation));
        return table.Landed;
    }

    /// <inheritdoc/>
    public virtual Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) =>
        Discovery.Delivery(stream, committed);

    /// <inheritdoc/>
    public string? MarkOf(string state)
    {
        var read = DatabaseState.Of(state);
        return read.Lsn ?? (read.After is { } after ? $"behind {string.Join(", ", after)}" : read.Mark);
    }

    /// <inheritdoc/>
    public virtual LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var database = Open(stream, cancellation);
        return new DatabaseExtract(database, stream, target, progress, cancellation).Run(found);
    }

    /// <inheritdoc/>
    public void ReadKeys(StreamContext stream, string parquetPath, CancellationToken cancellation = default)
    {
        using var database = Open(stream, cancellation);
        new DatabaseExtract(database, stream, new(parquetPath, Path.GetTempPath()), null, cancellation).Keys();
    }

    /// <summary>Opens the database for a stream, in the snapshot that the streams of its source share where it has such.</summary>
    private protected abstract IDatabase Open(StreamContext stream, CancellationToken cancellation);
}
