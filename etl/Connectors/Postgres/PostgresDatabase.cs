using System.Data;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>An open connection to PostgreSQL, in a transaction that only reads.</summary>
internal sealed class PostgresDatabase : IDatabase
{
    private static readonly SqlFile Sql = SqlFile.Beside<PostgresDatabase>();
    private readonly StreamContext stream;
    private readonly NpgsqlConnection connection;

    /// <param name="stream">The stream.</param>
    /// <param name="shared">Whether it reads the snapshot that the streams of the source share, or one taken now.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PostgresDatabase(StreamContext stream, bool shared, CancellationToken cancellation)
    {
        this.stream = stream;
        Relation = RelationName.Of(stream, SqlName.Quote);
        var snapshot = shared ? PostgresSnapshot.Of(stream, cancellation) : null;
        connection = PostgresConnection.Open(stream);
        try
        {
            Guarded(cancellation, () =>
            {
                PostgresSnapshot.Begin(connection, snapshot);
                return 0;
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public string Relation { get; }

    /// <summary>The connection, in its transaction.</summary>
    public NpgsqlConnection Connection => connection;

    public IReadOnlyList<SourceColumn> Columns(CancellationToken cancellation) => Guarded(cancellation, () =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql.Fill("columns", ("relation", Relation));
        using var reader = command.ExecuteReader(CommandBehavior.SchemaOnly);
        var columns = new List<SourceColumn>();
        foreach (var column in reader.GetColumnSchema())
        {
            columns.Add(PostgresTypes.Column(column.ColumnName, column.TypeOID, column.NumericPrecision, column.NumericScale));
        }

        return columns;
    });

    public string Literal(SourceColumn column, string text) => SqlName.Literal((PostgresForm)column.Form == PostgresForm.Bytes ? $"\\x{text}" : text);

    public string Select(SelectPlan plan) => SelectText.Of(plan, Relation);

    public string AtOrBehind(IReadOnlyList<string> columns, IReadOnlyList<string> values) => SelectText.AtOrBehind(columns, values);

    public void Read(string select, IReadOnlyList<SourceColumn> columns, RowSink rows, CancellationToken cancellation) => Guarded(cancellation, () =>
    {
        using var copy = connection.BeginRawBinaryCopy(Sql.Fill("copy", ("select", select)));
        try
        {
            new CopyDecoder(copy, columns, rows).Run(cancellation);
        }
        catch
        {
            copy.Cancel();
            throw;
        }

        return 0;
    });

    public void Dispose() => connection.Dispose();

    private T Guarded<T>(CancellationToken cancellation, Func<T> work) =>
        PostgresConnection.Guarded(stream.Secrets, $"{stream.Stream.Where} ({stream.Name})", cancellation, work);
}
