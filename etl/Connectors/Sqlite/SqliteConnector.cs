using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>Reads tables, views and queries of an SQLite file. The file is opened to read only.</summary>
public sealed class SqliteConnector : DatabaseConnector
{
    /// <inheritdoc/>
    public override ConnectorOptions Options { get; } = new(
        "sqlite",
        [
            new("path", OptionKind.Text, "The database file, relative to the project folder.") { Required = true },
            new("timeout", OptionKind.Integer, "Seconds to wait while another program holds the file; default 30.") { Min = 1 },
        ],
        StreamOptions)
    { ReadsFromCursor = true, ReadsKeys = true };

    /// <inheritdoc/>
    public override IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default)
    {
        using var connection = SqliteFile.Open(source);
        return SqliteCatalogue.Streams(connection, cancellation);
    }

    private protected override IDatabase Open(StreamContext stream, CancellationToken cancellation) => new SqliteDatabase(stream);
}
