using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Reports.Output;

/// <summary>The figures of a block as Parquet, by an engine of its own that never sees the warehouse; what they stand on is in the file's key-value notes.</summary>
internal static class ParquetReport
{
    /// <summary>Writes a table; answers its rows.</summary>
    public static long Write(FigureTable table, ReportContent content, string path, CancellationToken cancellation)
    {
        var sql = SqlFile.Beside(typeof(ParquetReport));

        // One thread: the order of row groups, and so the bytes, are the same each time.
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var session = scratch.Connect();
        var types = Enumerable.Range(0, table.Columns.Count).Select(c => TypeOf(table, c)).ToList();
        var columns = table.Names().Zip(types, (name, type) => $"{SqlName.Quote(name)} {type.Sql}");
        session.Execute(sql.Fill("make", ("columns", string.Join(", ", columns))), cancellation: cancellation);
        session.InTransaction(() =>
        {
            using var append = session.Append("temp", "figures");
            foreach (var row in table.Rows)
            {
                append.Row([.. row.Cells.Select((c, i) => As(types[i].Kind, FigureTable.Value(c)))]);
            }

            append.Complete();
        });
        var unfinished = path + ".part";
        session.Execute(
            sql.Fill("write", ("path", SqlName.Literal(unfinished)), ("notes", Notes(content))), cancellation: cancellation);
        File.Move(unfinished, path, overwrite: true);
        return table.Rows.Count;
    }

    private static string Notes(ReportContent content) => string.Join(", ", new Dictionary<string, string>
    {
        ["report"] = content.Plan.Name,
        ["data_as_of"] = FormattableString.Invariant($"{content.AsOf.Newest:yyyy-MM-dd'T'HH:mm:ss}"),
        ["run"] = FormattableString.Invariant($"{content.AsOf.Run}"),
    }.Select(n => $"{n.Key}: {SqlName.Literal(n.Value)}"));

    /// <summary>A column's type: as declared, but a measure may answer more than its type says, so the values have the last word.</summary>
    private static ColumnType TypeOf(FigureTable table, int column)
    {
        var values = table.Rows.Select(r => r.Cells[column].Value).Where(v => v is not null).ToList();
        var declared = table.Columns[column].Type?.Kind ?? TypeKind.Text;
        return values.Exists(v => v is string) || declared == TypeKind.Text ? new(TypeKind.Text)
            : values.Exists(v => v is double) || declared == TypeKind.Double ? new(TypeKind.Double)
            : values.Exists(v => v is decimal) || declared == TypeKind.Decimal ? new(TypeKind.Decimal, 38, 6)
            : new(declared);
    }

    private static object? As(TypeKind kind, object? value) => value is null ? null : kind switch
    {
        TypeKind.Text => Convert.ToString(value, CultureInfo.InvariantCulture),
        TypeKind.Double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        TypeKind.Decimal => Convert.ToDecimal(value, CultureInfo.InvariantCulture),
        _ => value,
    };
}
