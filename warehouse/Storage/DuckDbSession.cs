using System.Data;
using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>A connection to a DuckDB instance.</summary>
/// <param name="connection">The open connection.</param>
/// <param name="statements">The statements that the connection keeps prepared.</param>
/// <param name="clock">Told of what is written.</param>
/// <param name="key">The instance's key of files.</param>
/// <param name="giveBack">Told at the end: the session, its connection, and whether another session may have that connection.</param>
internal sealed class DuckDbSession(DuckDBConnection connection, KeptStatements statements, WriteClock clock, DataKey? key, Action<DuckDbSession, DuckDBConnection, bool> giveBack) : ISession
{
    private bool _inTransaction;
    private bool _hasWritten;
    private bool _mayHaveTemporaries;
    private bool _disposed;

    public double? Progress => connection.GetQueryProgress().Percentage is >= 0 and var percentage ? Math.Min(1, percentage / 100) : null;

    public long? State => clock.State;

    public DataKey? Key => key;

    public long Execute(string sql, object? parameters = null, CancellationToken cancellation = default)
        => Run(sql, parameters, cancellation, command => (long)command.ExecuteNonQuery());

    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null, CancellationToken cancellation = default)
        => Run(sql, parameters, cancellation, command =>
        {
            using var reader = command.ExecuteReader();
            return TypedRows.Read<T>(reader);
        });

    public T Scalar<T>(string sql, object? parameters = null, CancellationToken cancellation = default)
        => Query<T>(sql, parameters, cancellation) is [var only]
            ? only
            : throw new InvalidOperationException($"The query was to answer one row: {sql}");

    public void Stream(string sql, object? parameters, Action<IDataRecord> row, CancellationToken cancellation = default)
        => Run(sql, parameters, cancellation, command =>
        {
            command.UseStreamingMode = true;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                row(reader);
                cancellation.ThrowIfCancellationRequested();
            }

            return 0;
        });

    public void StreamKept(string sql, IReadOnlyDictionary<string, object?> parameters, Action<IDataRecord> row, CancellationToken cancellation = default)
    {
        var isRead = WriteClock.OnlyReads(sql) && parameters.Values.All(KeptStatement.Takes) && Guarded(cancellation, () => statements.Of(connection.NativeConnection, sql).Run(parameters, row, cancellation));
        if (!isRead)
            Stream(sql, parameters, row, cancellation);
    }

    public IReadOnlyList<DescribedColumn> Describe(string sql, CancellationToken cancellation = default)
        => Run($"DESCRIBE {sql}", null, cancellation, command =>
        {
            var columns = new List<DescribedColumn>();
            using var reader = command.ExecuteReader();
            while (reader.Read())
                columns.Add(new DescribedColumn(reader.GetString(0), reader.GetString(1)));
            return columns;
        });

    public void InTransaction(Action work)
    {
        if (_inTransaction)
            throw new InvalidOperationException("A transaction is open already; they do not nest.");

        Control("BEGIN TRANSACTION");
        (_inTransaction, _hasWritten) = (true, false);
        try
        {
            work();
            if (_hasWritten)
                clock.Writing(() => Control("COMMIT"));
            else
                Control("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
        finally
        {
            _inTransaction = false;
        }
    }

    public IBulkAppend Append(string schema, string table)
    {
        CheckTransaction();
        return schema == "temp" ? new BulkAppend(connection, "temp", "main", table) : new BulkAppend(connection, null, schema, table);
    }

    public ColumnAppend AppendColumns(string schema, string table)
    {
        CheckTransaction();
        return schema == "temp" ? new ColumnAppend(connection, "temp", "main", table) : new ColumnAppend(connection, null, schema, table);
    }

    public bool TryCheckpoint()
    {
        try
        {
            Execute("CHECKPOINT");
            return true;
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        giveBack(this, connection, !_inTransaction && (!_mayHaveTemporaries || DropTemporaries()));
    }

    private T Run<T>(string sql, object? parameters, CancellationToken cancellation, Func<DuckDBCommand, T> work)
    {
        if (WriteClock.OnlyReads(sql))
            return RunAsItIs(sql, parameters, cancellation, work);
        if (!_inTransaction)
            return clock.Writing(() => RunAsItIs(sql, parameters, cancellation, work));
        _hasWritten = true;
        return RunAsItIs(sql, parameters, cancellation, work);
    }

    /// <summary>Begins and ends transactions.</summary>
    private int Control(string sql) => RunAsItIs(sql, null, CancellationToken.None, command => command.ExecuteNonQuery());

    private T RunAsItIs<T>(string sql, object? parameters, CancellationToken cancellation, Func<DuckDBCommand, T> work)
    {
        _mayHaveTemporaries |= sql.Contains("temp", StringComparison.OrdinalIgnoreCase);
        return Guarded(cancellation, () =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            QueryParameters.Add(command, parameters);
            return work(command);
        });
    }

    private T Guarded<T>(CancellationToken cancellation, Func<T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellation.ThrowIfCancellationRequested();
        using var interruption = new Interruption(connection, cancellation);
        try
        {
            return work();
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Interrupted && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, cancellation);
        }
        catch (OperationCanceledException error) when (error.CancellationToken != cancellation)
        {
            // What the provider makes of an interrupt; without our cancellation, someone else interrupted.
            throw cancellation.IsCancellationRequested
                ? new OperationCanceledException(error.Message, error, cancellation)
                : new EngineException(error.Message, error, EngineErrorKind.Interrupted);
        }
        catch (DuckDBException error)
        {
            throw EngineErrors.ToEngine(error);
        }
    }

    private void CheckTransaction()
    {
        if (!_inTransaction)
            throw new InvalidOperationException("Append inside a transaction only: rows are sent while they come.");
        _hasWritten = true;
    }

    // The error that led here is the one to tell; a rollback that fails too says that there is no transaction any more.
    private void RollBack()
    {
        try
        {
            Control("ROLLBACK");
        }
        catch (EngineException)
        {
        }
    }

    private bool DropTemporaries()
    {
        _disposed = false;
        try
        {
            const string statements = """
                SELECT 'DROP VIEW temp.main."' || replace(view_name, '"', '""') || '"' FROM duckdb_views() WHERE temporary AND NOT internal
                UNION ALL
                SELECT 'DROP TABLE temp.main."' || replace(table_name, '"', '""') || '"' FROM duckdb_tables() WHERE temporary
                """;
            foreach (var drop in Query<string>(statements))
                Execute(drop);
            return true;
        }
        catch (EngineException)
        {
            return false;
        }
        finally
        {
            _disposed = true;
        }
    }
}
