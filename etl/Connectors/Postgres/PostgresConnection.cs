using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>Reaches a PostgreSQL server as a source's options say, and tells its errors.</summary>
internal static class PostgresConnection
{
    /// <summary>What a connection string may say, under the names people write; options that read files or load anything are not among them.</summary>
    private static readonly (string[] Names, string Key)[] allowed =
    [
        (["host", "server"], "Host"), (["port"], "Port"), (["database", "db", "dbname"], "Database"), (["username", "user", "userid", "user id"], "Username"),
        (["password", "pwd"], "Password"), (["sslmode", "ssl mode"], "SSL Mode"), (["timeout", "connect_timeout"], "Timeout"),
        (["command timeout", "commandtimeout"], "Command Timeout"), (["application name", "application_name"], "Application Name"),
        (["search path", "searchpath"], "Search Path"), (["keepalive"], "Keepalive"), (["target session attributes"], "Target Session Attributes"),
    ];

    /// <summary>Opens a connection of its own for a stream.</summary>
    public static NpgsqlConnection Open(StreamContext stream) => Open(stream.Text, stream.Secrets, $"{stream.Source.Where} ({stream.Name})");

    /// <summary>Opens a connection of its own for a source.</summary>
    public static NpgsqlConnection Open(SourceContext source) => Open(source.Text, source.Secrets, $"{source.Source.Where} ({source.Source.Name})");

    /// <summary>Runs work on a connection, and turns what the provider throws into our own errors.</summary>
    public static T Guarded<T>(Secrets secrets, string where, CancellationToken cancellation, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is NpgsqlException or OperationCanceledException or IOException)
        {
            throw new OperationCanceledException("the read was cancelled", cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            throw Error(e, secrets, where);
        }
    }

    private static NpgsqlConnection Open(Func<string, string?> text, Secrets secrets, string where)
    {
        var connection = new NpgsqlConnection(Text(text, where).ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            connection.Dispose();
            throw Error(e, secrets, where);
        }
    }

    /// <summary>Errors of the server tell by their class whether they pass: 08 connection, 40 rollback, 53 resources, 55 locks, 57 shut-down and cancelling.</summary>
    private static DatabaseException Error(Exception e, Secrets secrets, string where)
    {
        var retryable = e is PostgresException server
            ? server.SqlState.AsSpan(0, 2) is "08" or "40" or "53" or "55" or "57" or "58"
            : e is not NpgsqlException { IsTransient: false, InnerException: null };
        var message = e is PostgresException { MessageText: var words, SqlState: var code } ? $"{words} ({code})"
            : e.InnerException is SocketException or TimeoutException ? $"{e.Message}: {e.InnerException.Message}" : e.Message;
        return DatabaseException.Of(secrets, where, message, retryable);
    }

    private static NpgsqlConnectionStringBuilder Text(Func<string, string?> text, string where)
    {
        var built = new NpgsqlConnectionStringBuilder
        {
            Pooling = false, Enlist = false, ApplicationName = "crm", MaxAutoPrepare = 0, IncludeErrorDetail = false,
            Host = text("host") ?? "localhost", Port = Number(text("port"), 5432), Timeout = Number(text("connect_timeout"), 15),
            CommandTimeout = Number(text("timeout"), 600),
            SslMode = text("ssl") switch { "disable" => SslMode.Disable, "require" => SslMode.Require, "verify" => SslMode.VerifyFull, _ => SslMode.Prefer },
        };
        built.Database = text("database") ?? built.Database;
        built.Username = text("user") ?? built.Username;
        built.Password = text("password") ?? built.Password;
        if (text("connection") is { } connection)
        {
            ConnectionText.Into(built, Parts(connection, where), allowed, where);
        }

        return built;
    }

    private static DbConnectionStringBuilder Parts(string connection, string where)
    {
        try
        {
            return connection.StartsWith("postgres://", StringComparison.Ordinal) || connection.StartsWith("postgresql://", StringComparison.Ordinal)
                ? ConnectionText.OfAddress(connection) : new DbConnectionStringBuilder { ConnectionString = connection };
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            throw ConnectionText.NotReadable(where);
        }
    }

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
