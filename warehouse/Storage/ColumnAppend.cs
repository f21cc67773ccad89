using DuckDB.NET.Data;
using DuckDB.NET.Native;
using NativeAppender = DuckDB.NET.Native.DuckDBAppender;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>
/// Rows on their way into a table as typed columns: each <see cref="ColumnWriter"/> is a buffer as long as one of the engine's vectors, values go straight
/// into it, nothing is boxed. Write every column of a row once, in any order, then <see cref="EndRow"/>. Only inside a transaction. Not safe for several threads.
/// </summary>
public sealed class ColumnAppend : IDisposable
{
    private static readonly int ChunkLength = (int)NativeMethods.Helpers.DuckDBVectorSize();

    private readonly NativeAppender appender;
    private readonly DuckDBLogicalType[] types;
    private readonly DuckDBDataChunk chunk;
    private readonly ColumnWriter[] columns;
    private readonly TextArena texts = new();
    private int rows;
    private bool disposed;

    internal ColumnAppend(DuckDBConnection connection, string? catalog, string schema, string table)
    {
        var state = NativeMethods.Appender.DuckDBAppenderCreateExt(connection.NativeConnection, catalog, schema, table, out appender);
        if (!state.IsSuccess())
        {
            using (appender)
            {
                throw Error();
            }
        }

        types = new DuckDBLogicalType[NativeMethods.Appender.DuckDBAppenderColumnCount(appender)];
        for (var column = 0; column < types.Length; column++)
        {
            types[column] = NativeMethods.Appender.DuckDBAppenderColumnType(appender, (ulong)column);
        }

        chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk(Array.ConvertAll(types, type => type.DangerousGetHandle()), (ulong)types.Length);
        columns = Array.ConvertAll(types, type => new ColumnWriter(type, texts, ChunkLength));
        Bind();
    }

    /// <summary>How many columns the table has.</summary>
    public int Count => columns.Length;

    /// <summary>Rows ended so far.</summary>
    public long Rows { get; private set; }

    /// <summary>The column at a position, from 0.</summary>
    public ColumnWriter this[int column] => columns[column];

    /// <summary>Ends a row; a full chunk is sent.</summary>
    /// <exception cref="EngineException">The engine refused the chunk.</exception>
    public void EndRow()
    {
        Rows++;
        if (++rows == ChunkLength)
        {
            Send();
        }
    }

    /// <summary>Takes back what was written of a row that has not ended.</summary>
    public void AbandonRow()
    {
        foreach (var column in columns)
        {
            column.Return(rows);
        }
    }

    /// <summary>Sends what is buffered. Dispose without it drops what was not sent yet, and the transaction is to be rolled back.</summary>
    public void Complete()
    {
        Send();
        Check(NativeMethods.Appender.DuckDBAppenderClose(appender));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        NativeMethods.Appender.DuckDBAppenderClear(appender);
        appender.Dispose();
        chunk.Dispose();
        texts.Dispose();
        foreach (var type in types)
        {
            type.Dispose();
        }
    }

    private void Send()
    {
        if (rows == 0)
        {
            return;
        }

        foreach (var column in columns)
        {
            column.CheckWritten(rows);
        }

        NativeMethods.DataChunks.DuckDBDataChunkSetSize(chunk, (ulong)rows);
        Check(NativeMethods.Appender.DuckDBAppendDataChunk(appender, chunk));
        NativeMethods.DataChunks.DuckDBDataChunkReset(chunk);

        // The engine has copied the texts by now.
        texts.Clear();
        rows = 0;
        Bind();
    }

    private void Bind()
    {
        for (var column = 0; column < columns.Length; column++)
        {
            columns[column].Bind(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column));
        }
    }

    private void Check(DuckDBState state)
    {
        if (!state.IsSuccess())
        {
            throw Error();
        }
    }

    private EngineException Error()
    {
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(appender);
        return EngineErrors.ToEngine(error.Message, NativeMethods.ErrorData.DuckDBErrorDataErrorType(error));
    }
}
