namespace Crm.Analytics.Warehouse.Query;

/// <summary>A step down the rows of a pivot: into one member of a level.</summary>
/// <param name="Member">The level, e.g. <c>geography.region</c>.</param>
/// <param name="Value">Its value as text (dates as <c>2011-07-01</c>); null for a missing one.</param>
public sealed record PivotStep(string Member, string? Value);

/// <summary>Where a row of a pivot stands: for each member of the rows the steps that lead to its value, one where nothing was opened.</summary>
/// <param name="paths">The steps, by position among the members of the rows.</param>
public sealed class PivotPlace(IReadOnlyList<IReadOnlyList<PivotStep>> paths)
{
    /// <summary>The steps, by position among the members of the rows.</summary>
    public IReadOnlyList<IReadOnlyList<PivotStep>> Paths { get; } = paths;

    /// <summary>A text that places have in common when they are the same.</summary>
    public string Key { get; } = string.Join('\u001d', paths.Select(p => string.Join('\u001e', p.Select(s => $"{s.Member}\u001f{s.Value ?? "\u0000"}"))));

    /// <summary>The place of a row that no opening made.</summary>
    /// <param name="members">Members of the rows.</param>
    /// <param name="values">Their values in the row.</param>
    public static PivotPlace Of(IReadOnlyList<string> members, IReadOnlyList<object?> values)
        => new([.. members.Select((m, i) => (IReadOnlyList<PivotStep>)[new PivotStep(m, Drill.ValueText(values[i]))])]);

    /// <summary>The steps that open the row downwards from one of its members.</summary>
    public IReadOnlyList<PivotStep> Opening(int position) => [.. Paths.Where((_, i) => i != position).SelectMany(p => p), .. Paths[position]];

    /// <summary>The place that this one lies below.</summary>
    public PivotPlace Above(int position) => new([.. Paths.Select((p, i) => i == position ? [.. p.SkipLast(1)] : p)]);
}

/// <summary>A row that an opening brought, over all columns or for one of them.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Values">Values of the members of the rows; at the position opened that of the level below.</param>
/// <param name="Across">Values of the members of the columns; empty for all columns together.</param>
/// <param name="Measures">The measures.</param>
public sealed record OpenedRow(PivotPlace Place, IReadOnlyList<object?> Values, IReadOnlyList<object?> Across, IReadOnlyList<object?> Measures);

/// <summary>What lies below one row of a pivot, or below several that steps lead to.</summary>
/// <param name="Position">Which member of the rows was gone down from.</param>
/// <param name="Column">The level below, as a column of its answer.</param>
/// <param name="Totals">Its rows over all columns, in their order; none where nothing lies below.</param>
/// <param name="Cells">Its rows for each column.</param>
public sealed record OpenedRows(int Position, ResultColumn Column, IReadOnlyList<OpenedRow> Totals, IReadOnlyList<OpenedRow> Cells);
