using System.Data;
using System.Data.Common;
using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;
using Microsoft.Data.SqlClient;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>A connection to SQL Server by its own protocol.</summary>
internal sealed class SqlServerConnection : ISqlServer
{
    /// <summary>What a connection string may say; options that attach files or load anything are not among them.</summary>
    private static readonly (string[] Names, string Key)[] allowed =
    [
        (["server", "data source", "address", "addr", "network address", "host"], "Data Source"), (["database", "initial catalog"], "Initial Catalog"),
        (["user id", "uid", "user", "username"], "User ID"), (["password", "pwd"], "Password"), (["encrypt"], "Encrypt"),
        (["trustservercertificate", "trust server certificate"], "TrustServerCertificate"), (["connect timeout", "connection timeout", "timeout"], "Connect Timeout"),
        (["application name", "app"], "Application Name"), (["applicationintent", "application intent"], "ApplicationIntent"),
        (["multisubnetfailover"], "MultiSubnetFailover"), (["integrated security", "trusted_connection"], "Integrated Security"),
    ];

    /// <summary>Lost connections, time-outs, deadlocks, throttling and fail-over: they pass.</summary>
    private static readonly int[] retryable = [-2, -1, 2, 53, 64, 121, 233, 258, 1204, 1205, 1222, 3960, 4060, 10053, 10054, 10060, 10061, 10928, 10929, 40197, 40501, 40613, 49918];

    private static readonly SqlFile Sql = SqlFile.Beside<SqlServerDatabase>();
    private readonly SqlConnection connection;
    private readonly Secrets secrets;
    private readonly string where;
    private readonly int timeout;

    public SqlServerConnection(Func<string, string?> text, Secrets secrets, string where)
    {
        (this.secrets, this.where) = (secrets, where);
        timeout = Number(text("timeout"), 600);
        connection = new SqlConnection(Text(text, where).ConnectionString);
        try
        {
            connection.Open();
            using var settings = connection.CreateCommand();
            settings.CommandText = Sql.Fill("settings");
            settings.ExecuteNonQuery();
        }
        catch (Exception e) when (Error(e) is { } error)
        {
            connection.Dispose();
            throw error;
        }
    }

    public DbDataReader Query(string sql, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = timeout;
        return command.ExecuteReader(CommandBehavior.SequentialAccess);
    }

    public DatabaseException? Error(Exception thrown) => thrown switch
    {
        SqlException e => DatabaseException.Of(secrets, where, $"{e.Message} ({e.Number})", Array.IndexOf(retryable, e.Number) >= 0),
        TimeoutException or IOException => DatabaseException.Of(secrets, where, thrown.Message, true),
        PlatformNotSupportedException => DatabaseException.Of(secrets, where, thrown.Message, false),
        _ => null,
    };

    public void Dispose() => connection.Dispose();

    /// <summary>The provider's text for the options of a source.</summary>
    internal static SqlConnectionStringBuilder Text(Func<string, string?> text, string where)
    {
        var built = new SqlConnectionStringBuilder
        {
            Pooling = false, ApplicationName = "crm", PersistSecurityInfo = false, ConnectTimeout = Number(text("connect_timeout"), 15),
            DataSource = text("port") is { } port ? $"{text("host") ?? "localhost"},{port}" : text("host") ?? "localhost",
            Encrypt = text("ssl") is not "disable", TrustServerCertificate = text("ssl") is not "verify", ApplicationIntent = ApplicationIntent.ReadOnly,
        };
        built.InitialCatalog = text("database") ?? built.InitialCatalog;
        built.UserID = text("user") ?? built.UserID;
        built.Password = text("password") ?? built.Password;
        if (text("connection") is { } connection)
        {
            try
            {
                ConnectionText.Into(built, new DbConnectionStringBuilder { ConnectionString = connection }, allowed, where);
            }
            catch (ArgumentException)
            {
                throw ConnectionText.NotReadable(where);
            }
        }

        return built;
    }

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
