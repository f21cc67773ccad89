using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Connectors.Postgres;
using Crm.Analytics.Etl.Connectors.Sqlite;
using Crm.Analytics.Etl.Connectors.SqlServer;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl;

/// <summary>The connectors that the program has, one of each kind.</summary>
public static class StandardConnectors
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IConnector> All { get; } = [new FilesConnector(), new PostgresConnector(), new SqliteConnector(), new SqlServerConnector()];

    /// <summary>Their options, for the reader of projects.</summary>
    public static IReadOnlyList<ConnectorOptions> Options { get; } = [.. All.Select(c => c.Options)];
}
