using Crm.Analytics.Warehouse.Storage;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>The snapshot that all streams of a source read in one run: a transaction that stays open for as long as they do.</summary>
internal sealed class PostgresSnapshot : IDisposable
{
    private static readonly SqlFile Sql = SqlFile.Beside<PostgresSnapshot>();
    private readonly NpgsqlConnection connection;

    private PostgresSnapshot(NpgsqlConnection connection, string? name) => (this.connection, Name) = (connection, name);

    /// <summary>The name that other transactions take it by; null when the server exports none.</summary>
    public string? Name { get; }

    /// <summary>The snapshot of a stream's source; made when nobody has yet.</summary>
    public static PostgresSnapshot Of(StreamContext stream, CancellationToken cancellation) => stream.Shared.Get("postgres snapshot", () => Open(stream, cancellation));

    /// <summary>Begins a transaction that sees this snapshot, or one of its own.</summary>
    public static void Begin(NpgsqlConnection connection, PostgresSnapshot? snapshot)
    {
        Settle(connection);
        Run(connection, Sql.Fill("begin"));
        if (snapshot?.Name is { } name)
        {
            Run(connection, Sql.Fill("join", ("snapshot", SqlName.Literal(name))));
        }
    }

    /// <summary>Makes the server write values in one way, whatever its own settings.</summary>
    public static void Settle(NpgsqlConnection connection) => Run(connection, Sql.Fill("settings"));

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private static PostgresSnapshot Open(StreamContext stream, CancellationToken cancellation)
    {
        var connection = PostgresConnection.Open(stream);
        try
        {
            return PostgresConnection.Guarded(stream.Secrets, stream.Name, cancellation, () =>
            {
                Begin(connection, null);
                using var command = connection.CreateCommand();
                command.CommandText = Sql.Fill("export");
                return new PostgresSnapshot(connection, (string?)command.ExecuteScalar());
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
