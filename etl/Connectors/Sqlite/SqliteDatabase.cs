using System.Globalization;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Warehouse.Storage;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Etl.Connectors.Sqlite;

/// <summary>An open SQLite file. All reads of one delivery see one state of it.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    private static readonly SqlFile Sql = SqlFile.Beside<SqliteDatabase>();
    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;
    private readonly string where;

    public SqliteDatabase(StreamContext stream)
    {
        where = $"{stream.Stream.Where} ({stream.Name})";
        Relation = RelationName.Of(stream, SqlName.Quote);
        connection = SqliteFile.Open(stream);
        transaction = connection.BeginTransaction(deferred: true);
    }

    public string Relation { get; }

    public IReadOnlyList<SourceColumn> Columns(CancellationToken cancellation) => Guarded(() =>
    {
        using var command = Command(Sql.Fill("columns", ("relation", Relation)));
        using var reader = command.ExecuteReader();
        var columns = new List<SourceColumn>();
        for (var i = 0; i < reader.FieldCount; i++)
        {
            // What has no declared type, as an expression of a query, says its type by the word SQLite has for its value; that word is no type to rely on.
            var declared = DeclaredType(reader, i);
            columns.Add(SqliteTypes.Column(reader.GetName(i), declared));
        }

        return columns;
    });

    public string Literal(SourceColumn column, string text) => column.Type switch
    {
        "BIGINT" => decimal.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        "DOUBLE" => double.Parse(text, CultureInfo.InvariantCulture) is var number && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture) : number > 0 ? "9e999" : "-9e999",
        "BOOLEAN" => text.Equals("true", StringComparison.OrdinalIgnoreCase) ? "1" : "0",
        _ => SqlName.Literal(text),
    };

    public string Select(SelectPlan plan) => SelectText.Of(plan, Relation);

    public string AtOrBehind(IReadOnlyList<string> columns, IReadOnlyList<string> values) => SelectText.AtOrBehind(columns, values);

    public void Read(string select, IReadOnlyList<SourceColumn> columns, RowSink rows, CancellationToken cancellation) => Guarded(() =>
    {
        using var command = Command(select);
        using var interrupt = cancellation.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        using var reader = command.ExecuteReader();
        var statement = reader.Handle!;
        while (Step(reader, cancellation))
        {
            SqliteRow.Write(statement, columns, rows);
        }

        return 0;
    });

    public void Dispose()
    {
        transaction.Dispose();
        connection.Dispose();
    }

    private static bool Step(SqliteDataReader reader, CancellationToken cancellation)
    {
        try
        {
            return reader.Read();
        }
        catch (SqliteException e) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    private static string DeclaredType(SqliteDataReader reader, int column) =>
        SQLitePCL.raw.sqlite3_column_decltype(reader.Handle, column).utf8_to_string() ?? "";

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw SqliteFile.Error(e, where);
        }
    }
}
