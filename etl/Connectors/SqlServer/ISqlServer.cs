using System.Data.Common;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>A connection to SQL Server, as far as the connector needs one: it sends a text and reads what comes back. Tests answer from records.</summary>
internal interface ISqlServer : IDisposable
{
    /// <summary>Runs a statement; the reader is read forward only.</summary>
    DbDataReader Query(string sql, CancellationToken cancellation);

    /// <summary>What the provider threw, as our own error; null when it is none of its errors.</summary>
    Databases.DatabaseException? Error(Exception thrown);
}
