namespace Crm.Analytics.Warehouse.Query;

/// <summary>The rows behind a cell as they leave the program: as they are, or under pseudonyms and without what leads to their source lines. Memory stays bounded.</summary>
/// <param name="rows">Reads the rows.</param>
/// <param name="pseudonyms">What stands for what; null: everything leaves as it is.</param>
public sealed class ExportedRows(DrillThrough rows, Pseudonyms? pseudonyms)
{
    /// <summary>As <see cref="DrillThrough.Read"/>.</summary>
    public DrillSummary Read(
        CubeQuery query, long? limit, Action<IReadOnlyList<DrillColumn>> begin, Action<IReadOnlyList<object?>> row, CancellationToken cancellation = default)
    {
        if (pseudonyms is null)
        {
            return rows.Read(query, limit, begin, row, cancellation);
        }

        var hidden = new HiddenColumns(pseudonyms);
        var summary = rows.Read(pseudonyms.Asked(query), limit, columns => begin(Shown(hidden, columns)), values => row(hidden.Row(values)), cancellation);
        return summary with { Columns = Shown(hidden, summary.Columns) };
    }

    /// <summary>As <see cref="DrillThrough.WriteParquet"/>.</summary>
    public DrillSummary WriteParquet(CubeQuery query, long? limit, string path, CancellationToken cancellation = default)
    {
        if (pseudonyms is null)
        {
            return rows.WriteParquet(query, limit, path, cancellation);
        }

        DrillSummary? summary = null;
        ParquetRows.Write(path, "", (begin, row) => summary = Read(query, limit, columns => begin([.. columns.Select(c => (c.Name, c.Type.Sql))]), row, cancellation), cancellation);
        return summary!;
    }

    private static List<DrillColumn> Shown(HiddenColumns hidden, IReadOnlyList<DrillColumn> columns)
        => [.. columns.Zip(hidden.Begin([.. columns.Select(c => new ResultColumn(c.Name, c.Title, null, c.Type, null, false))]), (was, shown) => was with { Type = shown.Type })];
}
