namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// A table of rows × columns × measures with totals on both sides. Each total is asked as a question of its own, so it stands at its own grain.
/// </summary>
/// <param name="Rows">Members of the rows.</param>
/// <param name="Columns">Members of the columns.</param>
/// <param name="Measures">Columns of the answer that are measures, as asked.</param>
/// <param name="RowHeads">Values of the row members, top to bottom: subtotals after what they sum up (their last values are missing), the grand total last.</param>
/// <param name="ColumnHeads">Values of the column members, left to right; the total over all columns last, without values.</param>
/// <param name="Cells">For each row and column head the measures; null where there is nothing.</param>
public sealed record Pivot(
    IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<ResultColumn> Measures, IReadOnlyList<ResultRow> RowHeads,
    IReadOnlyList<IReadOnlyList<object?>> ColumnHeads, IReadOnlyList<IReadOnlyList<IReadOnlyList<object?>?>> Cells)
{
    /// <summary>Asks for a pivot.</summary>
    /// <param name="reader">Answers questions.</param>
    /// <param name="query">The question: measures, filters, order of the rows; its dimensions are not read.</param>
    /// <param name="rows">Members of the rows, at least one.</param>
    /// <param name="columns">Members of the columns, at least one.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static Pivot Read(ICubeReader reader, CubeQuery query, IReadOnlyList<string> rows, IReadOnlyList<string> columns, CancellationToken cancellation = default)
    {
        if (rows.Count == 0 || columns.Count == 0 || query.Measures.Count == 0)
            throw QueryErrors.Wrong("the pivot", $"{rows.Count} members in rows, {columns.Count} in columns, {query.Measures.Count} measures", "at least one of each", "Name them");
        var plain = query with { TimeDimensions = [.. query.TimeDimensions.Select(t => t with { Granularity = null }).Where(t => t.Range is not null)], Limit = null, Offset = 0 };
        var down = reader.Read(plain with { Dimensions = rows, Totals = Totals.Subtotals }, cancellation);
        var across = reader.Read(plain with { Dimensions = columns, Order = [.. columns.Select(c => new CubeOrder(c, false))], Totals = Totals.None }, cancellation);
        var cells = new Dictionary<string, IReadOnlyList<object?>>(StringComparer.Ordinal);
        for (var leading = rows.Count; leading >= 0; leading--)
        {
            var answer = leading == 0 ? across : reader.Read(plain with { Dimensions = [.. rows.Take(leading), .. columns], Order = [], Totals = Totals.None }, cancellation);
            foreach (var row in answer.Rows)
                cells[Key(row.Values.Take(leading), row.Values.Skip(leading).Take(columns.Count))] = [.. row.Values.Skip(leading + columns.Count)];
        }

        foreach (var row in down.Rows)
            cells[Key(row.Values.Take(rows.Count - row.TotalLevel), null)] = [.. row.Values.Skip(rows.Count)];
        List<IReadOnlyList<object?>> heads = [.. across.Rows.Select(r => (IReadOnlyList<object?>)[.. r.Values.Take(columns.Count)]), []];
        return new Pivot(rows, columns, [.. down.Columns.Where(c => c.IsMeasure)], [.. down.Rows.Select(r => new ResultRow([.. r.Values.Take(rows.Count)], r.TotalLevel))], heads,
            [.. down.Rows.Select(r => (IReadOnlyList<IReadOnlyList<object?>?>)[.. heads.Select(h => cells.GetValueOrDefault(Key(r.Values.Take(rows.Count - r.TotalLevel), h.Count == 0 ? null : h)))])]);
    }

    private static string Key(IEnumerable<object?> row, IEnumerable<object?>? column)
        => $"{string.Join('\u001f', row.Select(Text))}\u001e{(column is null ? "\u001d" : string.Join('\u001f', column.Select(Text)))}";

    private static string Text(object? value) => value is null ? "\u0000" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
}
