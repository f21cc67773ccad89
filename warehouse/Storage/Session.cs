using System.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// One connection to an engine instance: the only way to send it a command. Parameters are written <c>$name</c> in the SQL and taken from the
/// properties of an anonymous object or the entries of a dictionary; lists go as lists, dictionaries and other objects as JSON text
/// (<c>$name::JSON::STRUCT(…)</c>). Errors come as <see cref="EngineException"/> with the engine's own message, a cancelled command as
/// <see cref="OperationCanceledException"/>. Not safe for use from several threads at once; connect once per thread.
/// </summary>
public interface ISession : IDisposable
{
    /// <summary>Runs one or more statements; answers the rows changed by all of them.</summary>
    long Execute(string sql, object? parameters = null, CancellationToken cancellation = default);

    /// <summary>
    /// Runs a query into typed rows: single values, tuples, or records and classes whose members bear the columns' names in snake_case or PascalCase
    /// (a record's in the order of the columns). A sum of whole numbers is a HUGEINT in DuckDB: cast it in the SQL, or ask for the type you want.
    /// </summary>
    IReadOnlyList<T> Query<T>(string sql, object? parameters = null, CancellationToken cancellation = default);

    /// <summary>Runs a query of exactly one row and column.</summary>
    T Scalar<T>(string sql, object? parameters = null, CancellationToken cancellation = default);

    /// <summary>Runs a query and hands each row of the streamed result to <paramref name="row"/>; memory stays bounded whatever the size of the result.</summary>
    void Stream(string sql, object? parameters, Action<IDataRecord> row, CancellationToken cancellation = default);

    /// <summary>
    /// As <see cref="Stream"/>, for queries that are asked again and again with other values and answer few rows: the connection keeps the statement prepared, and the engine works the
    /// whole result out before the first row. A row is read by position, as the value it is.
    /// </summary>
    void StreamKept(string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation = default);

    /// <summary>
    /// A number that stands still while nobody writes through this instance, and is never that of another instance or state; null while somebody is writing. What is read while it
    /// stands still is all of one state.
    /// </summary>
    long? State { get; }

    /// <summary>The columns a query would answer, without running it: what DESCRIBE says.</summary>
    IReadOnlyList<DescribedColumn> Describe(string sql, CancellationToken cancellation = default);

    /// <summary>Runs <paramref name="work"/> inside one transaction: commits when it returns, rolls back when it throws. Does not nest.</summary>
    void InTransaction(Action work);

    /// <summary>
    /// Opens a bulk append to a table; only inside <see cref="InTransaction"/>. Schema <c>temp</c> stands for the session's temporary tables.
    /// </summary>
    IBulkAppend Append(string schema, string table);

    /// <summary>
    /// Opens an append of typed columns, for rows that come in great numbers; only inside <see cref="InTransaction"/>. Schema <c>temp</c> stands for the
    /// session's temporary tables.
    /// </summary>
    ColumnAppend AppendColumns(string schema, string table);

    /// <summary>
    /// Writes what is committed from the write-ahead log into the file: after DDL, outside a transaction. False when another session's open transaction
    /// forbids it now; try again later, nothing is lost meanwhile.
    /// </summary>
    bool TryCheckpoint();

    /// <summary>The key that Parquet files written through this session are to be encrypted with, and can be read with; null: they are in the clear.</summary>
    DataKey? Key { get; }

    /// <summary>Share of the running query that is done, 0–1, or null when the engine does not know. May be called from another thread.</summary>
    double? Progress { get; }
}

/// <summary>A column that a query would answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the engine spells it.</param>
public sealed record DescribedColumn(string Name, string Type);

/// <summary>Appends rows to a table, column by column within the row, much faster than INSERT.</summary>
public interface IBulkAppend : IDisposable
{
    /// <summary>Appends one row; values in the table's column order, null for NULL.</summary>
    void Row(params ReadOnlySpan<object?> values);

    /// <summary>Sends what is buffered. Dispose without it drops what was not sent yet, and the transaction is to be rolled back.</summary>
    void Complete();
}
