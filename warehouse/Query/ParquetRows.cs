using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Query;

/// <summary>Rows that come one by one as a Parquet file, written by an engine of its own that never sees the warehouse. Memory stays bounded.</summary>
public static class ParquetRows
{
    /// <summary>Takes the columns, once, before the first row: names, and types as the engine spells them.</summary>
    public delegate void Begin(IReadOnlyList<(string Name, string Type)> columns);

    /// <summary>Writes a file; it gets its name once it is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">Key-value notes in the file, as the engine spells a struct without its braces; may be empty.</param>
    /// <param name="rows">Hands over the columns and then each row.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>How many rows there are.</returns>
    public static long Write(string path, string notes, Action<Begin, Action<IReadOnlyList<object?>>> rows, CancellationToken cancellation = default)
    {
        var sql = SqlFile.Beside(typeof(ParquetRows));

        // One thread: the order of row groups, and so the bytes, are the same each time.
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var session = scratch.Connect();
        var count = 0L;
        session.InTransaction(() =>
        {
            IBulkAppend? append = null;
            IReadOnlyList<(string Name, string Type)> columns = [];
            try
            {
                rows(
                    begun =>
                    {
                        columns = begun;
                        session.Execute(sql.Fill("make", ("columns", SqlName.List(begun.Select(c => $"{SqlName.Quote(c.Name)} {c.Type}")))), cancellation: cancellation);
                        append = session.Append("temp", "appended");
                    },
                    row =>
                    {
                        append!.Row([.. row.Select((v, i) => As(columns[i].Type, v))]);
                        count++;
                    });
                append!.Complete();
            }
            finally
            {
                append?.Dispose();
            }
        });
        var unfinished = path + ".part";
        session.Execute(sql.Fill("write", ("path", SqlName.Literal(unfinished)), ("notes", notes.Length == 0 ? "" : $", KV_METADATA {{{notes}}}")), cancellation: cancellation);
        File.Move(unfinished, path, overwrite: true);
        return count;
    }

    /// <summary>A value as its column takes it: a measure may answer a number of another kind than its type says.</summary>
    private static object? As(string type, object? value) => value is null ? null
        : type == "VARCHAR" ? Convert.ToString(value, CultureInfo.InvariantCulture)
        : type == "DOUBLE" ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
        : type == "BIGINT" && value is decimal or double ? Convert.ToInt64(value, CultureInfo.InvariantCulture)
        : type.StartsWith("DECIMAL", StringComparison.Ordinal) ? Convert.ToDecimal(value, CultureInfo.InvariantCulture)
        : value;
}
