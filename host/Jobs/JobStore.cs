using System.Data.Common;
using System.Globalization;
using Crm.Analytics.Warehouse;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Crm.Analytics.Host.Jobs;

/// <summary>The database that jobs and their history are kept in: a SQLite file of the project, or a PostgreSQL that several servers share.</summary>
internal sealed class JobStore
{
    /// <summary>Name of the file in the project folder.</summary>
    public const string FileName = "server.sqlite";

    /// <summary>Key of the lock that servers of one PostgreSQL take while they make tables.</summary>
    private const long MakingTables = 0x63726D; // "crm"

    private JobStore(string connection, bool isShared) => (Connection, IsShared) = (connection, isShared);

    /// <summary>The connection string.</summary>
    public string Connection { get; }

    /// <summary>True when several servers may share it.</summary>
    public bool IsShared { get; }

    /// <summary>The file of a project; made, for its owner alone, when it is not there.</summary>
    public static JobStore InFile(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(path, options).Dispose();
        }

        return new(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30, Pooling = true }.ConnectionString, false);
    }

    /// <summary>A PostgreSQL.</summary>
    /// <exception cref="CrmException">It cannot be reached with that.</exception>
    public static JobStore InPostgres(string connection, string where)
    {
        try
        {
            var store = new JobStore(new NpgsqlConnectionStringBuilder(connection) { ApplicationName = "crm serve" }.ConnectionString, true);
            using var open = store.Open();
            return store;
        }
        catch (Exception e) when (e is DbException or ArgumentException)
        {
            throw new CrmException(FailureKind.Failed, $"the store of jobs cannot be reached ({(e is ArgumentException ? "no connection string" : e.Message)})", where,
                "the connection string of a PostgreSQL that may be written, as Host=db;Username=crm;Password=…;Database=crm", "Correct the secret, or start the database", e);
        }
    }

    /// <summary>A new open connection.</summary>
    public DbConnection Open()
    {
        DbConnection connection = IsShared ? new NpgsqlConnection(Connection) : new SqliteConnection(Connection);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Does something that no other server on this store does at the same time.</summary>
    public async Task Alone(Func<Task> work)
    {
        if (!IsShared)
        {
            await work();
            return;
        }

        await using var connection = Open();
        var key = MakingTables.ToString(CultureInfo.InvariantCulture);
        await connection.ExecuteAsync($"select pg_advisory_lock({key})");
        try
        {
            await work();
        }
        finally
        {
            await connection.ExecuteAsync($"select pg_advisory_unlock({key})");
        }
    }
}
