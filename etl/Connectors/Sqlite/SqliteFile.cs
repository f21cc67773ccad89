using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>Opens SQLite files, and tells their errors.</summary>
internal static class SqliteFile
{
    /// <summary>SQLite's own numbers: BUSY, LOCKED, INTERRUPT, IOERR.</summary>
    private static readonly int[] retryable = [5, 6, 9, 10];

    /// <summary>Opens the file of a source.</summary>
    public static SqliteConnection Open(SourceContext source) => Open(
        source.ProjectFolder, source.Text("path"), source.Text("timeout"), $"{source.Source.Where} ({source.Source.Name})");

    /// <summary>Opens the file of a stream's source.</summary>
    public static SqliteConnection Open(StreamContext stream) => Open(
        stream.ProjectFolder, stream.Text("path"), stream.Text("timeout"), $"{stream.Source.Where} ({stream.Name})");

    /// <summary>What SQLite threw, as our own error.</summary>
    public static DatabaseException Error(SqliteException error, string where) =>
        DatabaseException.Of(Secrets.None, where, error.Message, Array.IndexOf(retryable, error.SqliteErrorCode) >= 0);

    private static SqliteConnection Open(string project, string? path, string? timeout, string where)
    {
        var full = Path.Combine(project, path ?? throw new CrmException(FailureKind.CheckFailed, "no path", where, "path: shop.db", "Add it"));
        if (!File.Exists(full))
        {
            throw new DatabaseException($"no file {path}", where, "an SQLite database", "Correct the path, or put the file there", retryable: false);
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = full,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 30,
        }.ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA query_only = 1; PRAGMA schema_version";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Error(e, where);
        }
    }
}
