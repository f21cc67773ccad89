using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Reports.Output;

/// <summary>The figures of a block as Parquet, by an engine of its own that never sees the warehouse; what they stand on is in the file's key-value notes.</summary>
internal static class ParquetReport
{
    /// <summary>Writes a table; answers its rows.</summary>
    public static long Write(FigureTable table, ReportContent content, string path, CancellationToken cancellation)
    {
        var types = Enumerable.Range(0, table.Columns.Count).Select(c => TypeOf(table, c).Sql).ToList();
        return ParquetRows.Write(path, Notes(content), (begin, write) =>
        {
            begin([.. table.Names().Zip(types)]);
            foreach (var row in table.Rows)
            {
                write([.. row.Cells.Select(FigureTable.Value)]);
            }
        }, cancellation);
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
}
