namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// A table of rows × columns × measures with totals on both sides. Each total is asked as a question of its own, so it stands at its own grain.
/// </summary>
/// <param name="Rows">Members of the rows.</param>
/// <param name="Columns">Members of the columns.</param>
/// <param name="Measures">Columns of the answer that are measures, as asked.</param>
/// <param name="RowHeads">
/// Values of the row members, top to bottom: subtotals after what they sum up (their last values are missing), the grand total last; what was opened below
/// its row.
/// </param>
/// <param name="ColumnHeads">Values of the column members, left to right; the total over all columns last, without values.</param>
/// <param name="Cells">For each row and column head the measures; null where there is nothing.</param>
public sealed record Pivot(
    IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<ResultColumn> Measures, IReadOnlyList<PivotHead> RowHeads,
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
        return new Pivot(rows, columns, [.. down.Columns.Where(c => c.IsMeasure)], [.. down.Rows.Select(r => HeadOf(rows, r))], heads,
            [.. down.Rows.Select(r => (IReadOnlyList<IReadOnlyList<object?>?>)[.. heads.Select(h => cells.GetValueOrDefault(Key(r.Values.Take(rows.Count - r.TotalLevel), h.Count == 0 ? null : h)))])]);
    }

    /// <summary>The pivot with rows opened in place: below each row that steps lead to stands what lies below it in its hierarchy.</summary>
    /// <param name="expansion">Finds what lies below.</param>
    /// <param name="query">The question that the pivot answers.</param>
    /// <param name="openings">The steps of each opening, that of a row before that of a row below it.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CrmException">Steps lead to no row, or nothing is declared below it.</exception>
    public Pivot Open(PivotExpansion expansion, CubeQuery query, IReadOnlyList<IReadOnlyList<PivotStep>> openings, CancellationToken cancellation = default)
    {
        var heads = RowHeads.ToList();
        var cells = Cells.ToList();
        foreach (var steps in openings)
        {
            var opened = expansion.Read(query, Rows, Columns, steps, cancellation);
            var byColumn = opened.Cells.ToDictionary(c => Key([c.Place.Key], c.Across), c => c.Measures, StringComparer.Ordinal);
            var below = opened.Totals.GroupBy(r => r.Place.Above(opened.Position).Key).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
            var isThere = false;
            for (var row = heads.Count - 1; row >= 0; row--)
            {
                if (heads[row].Place is not { } place || !IsAt(place, steps[^1], opened.Position))
                    continue;
                isThere |= below.ContainsKey(place.Key) || Leads(place, steps);
                if (!below.TryGetValue(place.Key, out var rows))
                    continue;
                heads.InsertRange(row + 1, rows.Select(r => new PivotHead(r.Values, 0) { Place = r.Place }));
                cells.InsertRange(row + 1, rows.Select(r => (IReadOnlyList<IReadOnlyList<object?>?>)[.. ColumnHeads.Select(h => h.Count == 0 ? r.Measures : byColumn.GetValueOrDefault(Key([r.Place.Key], h)))]));
            }

            if (!isThere)
                throw QueryErrors.Wrong("the expansion", $"no row with {string.Join(" > ", steps.Select(s => $"{s.Member}={s.Value}"))}", Nearest(steps[^1]), "Open a row that the pivot has, the one above first");
        }

        return this with { RowHeads = heads, Cells = cells };
    }

    private static bool IsAt(PivotPlace place, PivotStep last, int position) => place.Paths[position][^1].Member == last.Member;

    private static bool Leads(PivotPlace place, IReadOnlyList<PivotStep> steps) => steps.All(s => place.Paths.Any(p => p.Contains(s)));

    private string Nearest(PivotStep step)
    {
        List<string> there = [.. RowHeads.SelectMany(h => h.Place?.Paths.SelectMany(p => p) ?? []).Where(s => s.Member == step.Member && s.Value is not null).Select(s => s.Value!).Distinct()];
        return there.Count == 0 || step.Value is null ? "one of the pivot's rows" : $"one of the pivot's rows; the nearest is '{NearestName.Of(step.Value, there)}'";
    }

    private static PivotHead HeadOf(IReadOnlyList<string> rows, ResultRow row)
        => new([.. row.Values.Take(rows.Count)], row.TotalLevel) { Place = row.TotalLevel > 0 ? null : PivotPlace.Of(rows, row.Values) };

    private static string Key(IEnumerable<object?> row, IEnumerable<object?>? column)
        => $"{string.Join('\u001f', row.Select(Text))}\u001e{(column is null ? "\u001d" : string.Join('\u001f', column.Select(Text)))}";

    private static string Text(object? value) => value is null ? "\u0000" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
}

/// <summary>The head of a row of a pivot.</summary>
/// <param name="Values">Values of the members of the rows; missing where a total sums over them.</param>
/// <param name="TotalLevel">0 for a row of the grain asked or below it; k for a total over the last k members.</param>
public sealed record PivotHead(IReadOnlyList<object?> Values, int TotalLevel)
{
    /// <summary>Where it stands; null for totals.</summary>
    public PivotPlace? Place { get; init; }
}
