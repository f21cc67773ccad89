using DuckDB.NET.Data;
using DuckDB.NET.Native;
using NativeAppender = DuckDB.NET.Native.DuckDBAppender;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// Rows on their way into a table, gathered by column in chunks as long as the engine's vectors. Goes past the provider's own appender, which
/// knows no structs and maps and flushes even while an exception unwinds.
/// </summary>
internal sealed class BulkAppend : IBulkAppend
{
    private static readonly int ChunkLength = (int)NativeMethods.Helpers.DuckDBVectorSize();

    private readonly NativeAppender _appender;
    private readonly DuckDBLogicalType[] _types;
    private readonly DuckDBDataChunk _chunk;
    private readonly VectorWriter[] _columns;
    private int _rows;
    private bool _disposed;

    public BulkAppend(DuckDBConnection connection, string? catalog, string schema, string table)
    {
        var state = NativeMethods.Appender.DuckDBAppenderCreateExt(connection.NativeConnection, catalog, schema, table, out _appender);
        if (!state.IsSuccess())
        {
            using (_appender)
                throw Error();
        }

        _types = new DuckDBLogicalType[NativeMethods.Appender.DuckDBAppenderColumnCount(_appender)];
        for (var column = 0; column < _types.Length; column++)
            _types[column] = NativeMethods.Appender.DuckDBAppenderColumnType(_appender, (ulong)column);
        _chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk(
            Array.ConvertAll(_types, type => type.DangerousGetHandle()), (ulong)_types.Length);
        _columns = Array.ConvertAll(_types, VectorWriter.For);
        Bind();
    }

    public void Row(params ReadOnlySpan<object?> values)
    {
        if (values.Length != _columns.Length)
            throw new ArgumentException($"The row has {values.Length} values, the table {_columns.Length} columns.", nameof(values));

        // A row counts once it is whole: one that fails half way is written over by the next.
        for (var column = 0; column < values.Length; column++)
            _columns[column].Write(values[column], _rows);
        if (++_rows == ChunkLength)
            Send();
    }

    public void Complete()
    {
        Send();
        Check(NativeMethods.Appender.DuckDBAppenderClose(_appender));
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMethods.Appender.DuckDBAppenderClear(_appender);
        _appender.Dispose();
        _chunk.Dispose();
        foreach (var column in _columns)
            column.Dispose();
        foreach (var type in _types)
            type.Dispose();
    }

    private void Send()
    {
        if (_rows == 0)
            return;

        NativeMethods.DataChunks.DuckDBDataChunkSetSize(_chunk, (ulong)_rows);
        Check(NativeMethods.Appender.DuckDBAppendDataChunk(_appender, _chunk));
        NativeMethods.DataChunks.DuckDBDataChunkReset(_chunk);
        _rows = 0;
        Bind();
    }

    private void Bind()
    {
        for (var column = 0; column < _columns.Length; column++)
            _columns[column].Bind(NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, column));
    }

    private void Check(DuckDBState state)
    {
        if (!state.IsSuccess())
            throw Error();
    }

    private EngineException Error()
    {
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(_appender);
        return EngineErrors.ToEngine(error.Message, NativeMethods.ErrorData.DuckDBErrorDataErrorType(error));
    }
}
