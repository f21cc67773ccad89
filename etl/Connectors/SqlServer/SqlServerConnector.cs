using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.SqlServer;

/// <summary>
/// Reads SQL Server. Its protocol could not be tried where this was built: the text of its statements and the reading of its results are tested over recorded
/// results, the connection itself is the provider's (docs/sources-databases.md says so).
/// </summary>
public sealed class SqlServerConnector : DatabaseConnector
{
    private readonly Func<Func<string, string?>, Secrets, string, ISqlServer> connect;

    /// <summary>The connector as the program has it.</summary>
    public SqlServerConnector()
        : this((text, secrets, where) => new SqlServerConnection(text, secrets, where))
    {
    }

    /// <summary>With connections of another kind.</summary>
    /// <param name="connect">Opens one for the options, the secrets, and the place that errors name.</param>
    internal SqlServerConnector(Func<Func<string, string?>, Secrets, string, ISqlServer> connect) => this.connect = connect;

    /// <inheritdoc/>
    public override ConnectorOptions Options { get; } = new(
        "sqlserver",
        [
            .. ServerOptions,
            new("ssl", OptionKind.Choice, "Encryption: require (default), disable, or verify, which also checks the server's certificate.")
            {
                Choices = ["require", "disable", "verify"],
            },
        ],
        StreamOptions)
    { ReadsFromCursor = true, ReadsKeys = true };

    /// <inheritdoc/>
    public override IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default)
    {
        var where = $"{source.Source.Where} ({source.Source.Name})";
        using var server = connect(source.Text, source.Secrets, where);
        return SqlServerCatalogue.Streams(server, cancellation);
    }

    private protected override IDatabase Open(StreamContext stream, CancellationToken cancellation) =>
        new SqlServerDatabase(stream, connect(stream.Text, stream.Secrets, $"{stream.Source.Where} ({stream.Name})"));
}
