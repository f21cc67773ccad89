using System.Data;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>The statements that a connection has prepared and keeps, by their text: parsed, bound to the tables and planned once, run with other values each time.</summary>
internal sealed class KeptStatements : IDisposable
{
    /// <summary>Most statements of a connection; then all are forgotten, which costs as much as not keeping them.</summary>
    private const int Most = 200;

    private readonly Dictionary<string, KeptStatement> _byText = new(StringComparer.Ordinal);

    /// <summary>The statement of a text; prepared when it is new.</summary>
    /// <exception cref="EngineException">The engine cannot prepare it.</exception>
    public KeptStatement Of(DuckDBNativeConnection connection, string sql)
    {
        if (_byText.TryGetValue(sql, out var kept))
            return kept;
        if (_byText.Count >= Most)
            Dispose();
        return _byText[sql] = KeptStatement.Prepare(connection, sql);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _byText.Values)
            statement.Dispose();
        _byText.Clear();
    }
}

/// <summary>A statement that is prepared.</summary>
internal sealed class KeptStatement : IDisposable
{
    private readonly DuckDBPreparedStatement _statement;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private bool _isUnread;

    private KeptStatement(DuckDBPreparedStatement statement) => _statement = statement;

    /// <summary>True for values that it can be given.</summary>
    public static bool Takes(object? value) => value is string or long or int or double or bool or DateOnly or DateTime;

    /// <summary>Prepares one statement.</summary>
    public static KeptStatement Prepare(DuckDBNativeConnection connection, string sql)
    {
        var count = NativeMethods.ExtractStatements.DuckDBExtractStatements(connection, sql, out var extracted);
        using (extracted)
        {
            if (count != 1)
                throw EngineErrors.ToEngine(count == 0 ? NativeMethods.ExtractStatements.DuckDBExtractStatementsError(extracted) : "one statement is kept at a time", DuckDBErrorType.Invalid);
            var state = NativeMethods.ExtractStatements.DuckDBPrepareExtractedStatement(connection, extracted, 0, out var statement);
            if (state == DuckDBState.Success)
                return new KeptStatement(statement);
            using (statement)
                throw EngineErrors.ToEngine(NativeMethods.PreparedStatements.DuckDBPrepareError(statement), DuckDBErrorType.Invalid);
        }
    }

    /// <summary>Runs it; hands over each row.</summary>
    /// <param name="values">Value by name of each parameter, none but those that it takes.</param>
    /// <param name="row">Called for each row, which stands until it returns.</param>
    /// <param name="cancellation">Looked at between rows.</param>
    /// <returns>False, with nothing handed over, when it answers a column of a type that is not read here.</returns>
    public bool Run(IReadOnlyDictionary<string, object?> values, Action<IDataRecord> row, CancellationToken cancellation)
    {
        if (_isUnread)
            return false;
        foreach (var (name, value) in values)
            Bind(name, value!);
        var state = NativeMethods.PreparedStatements.DuckDBExecutePrepared(_statement, out var result);
        try
        {
            if (state != DuckDBState.Success)
                throw EngineErrors.ToEngine(NativeMethods.Query.DuckDBResultError(ref result), NativeMethods.Query.DuckDBResultErrorType(ref result));
            _isUnread = !Read(ref result, row, cancellation);
            return !_isUnread;
        }
        finally
        {
            result.Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private static bool Read(ref DuckDBResult result, Action<IDataRecord> row, CancellationToken cancellation)
    {
        var columns = new ColumnReader[NativeMethods.Query.DuckDBColumnCount(ref result)];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = NativeMethods.Query.DuckDBColumnLogicalType(ref result, i);
            if (ColumnReader.Of(type) is not { } reader)
                return false;
            columns[i] = reader;
        }

        var record = new ChunkRecord(columns);
        while (true)
        {
            using var chunk = NativeMethods.Query.DuckDBFetchChunk(result);
            if (chunk.IsInvalid)
                return true;
            for (var i = 0; i < columns.Length; i++)
                columns[i].MoveTo(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i));
            var rows = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
            for (var i = 0; i < rows; i++)
            {
                record.MoveTo(i);
                row(record);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private void Bind(string name, object value)
    {
        if (!_positions.TryGetValue(name, out var position))
        {
            if (NativeMethods.PreparedStatements.DuckDBBindParameterIndex(_statement, out position, name) != DuckDBState.Success)
                throw EngineErrors.ToEngine($"there is no parameter {name}", DuckDBErrorType.Binder);
            _positions[name] = position;
        }

        using var bound = Value(value);
        if (NativeMethods.PreparedStatements.DuckDBBindValue(_statement, position, bound) != DuckDBState.Success)
            throw EngineErrors.ToEngine(NativeMethods.PreparedStatements.DuckDBPrepareError(_statement), DuckDBErrorType.Binder);
    }

    private static DuckDBValue Value(object value) => value switch
    {
        string text => NativeMethods.Value.DuckDBCreateVarchar(text),
        long number => NativeMethods.Value.DuckDBCreateInt64(number),
        int number => NativeMethods.Value.DuckDBCreateInt32(number),
        double number => NativeMethods.Value.DuckDBCreateDouble(number),
        bool truth => NativeMethods.Value.DuckDBCreateBool(truth),
        DateOnly => NativeMethods.Value.DuckDBCreateDate(new DuckDBDate { Days = VectorValues.Days(value) }),
        DateTime => NativeMethods.Value.DuckDBCreateTimestamp(new DuckDBTimestampStruct { Micros = VectorValues.Micros(value) }),
        _ => throw new InvalidOperationException($"a {value.GetType().Name} is not bound here"),
    };
}
