namespace Crm.Analytics.Warehouse.Query;

/// <summary>The largest groups, and one row for all others together, computed at its own grain: the customers of the others are not the sum over their groups.</summary>
public static class TopWithOthers
{
    /// <summary>Answers the question with its first rows and the others.</summary>
    /// <param name="reader">Answers questions.</param>
    /// <param name="query">A question grouped by one dimension; its order says what is largest, by default its first measure.</param>
    /// <param name="count">How many groups are shown, from 1.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The rows of the groups, and last, with <see cref="ResultRow.TotalLevel"/> 1, the others; without that row when there are none.</returns>
    /// <exception cref="CrmException">The question is not grouped by exactly one dimension, or has no measure.</exception>
    public static CubeResult Read(ICubeReader reader, CubeQuery query, int count, CancellationToken cancellation = default)
    {
        if (query.Dimensions.Count != 1 || query.TimeDimensions.Any(t => t.Granularity is not null) || query.Measures.Count == 0 || count < 1)
            throw QueryErrors.Wrong("the top", $"{query.Dimensions.Count} dimensions and {query.Measures.Count} measures for the first {count}", "one dimension, a measure, and a number from 1",
                "Group by one dimension");
        var order = query.Order ?? [new CubeOrder(query.Measures[0], Descending: true)];
        var top = reader.Read(query with { Order = order, Limit = count, Offset = 0, Totals = Totals.None }, cancellation);
        if (!top.HasMore)
            return top;
        var shown = top.Rows.Select(r => new Dictionary<string, object?> { [query.Dimensions[0]] = r.Values[0] }).SelectMany(c => Drill.At(query, c).Filters.Skip(query.Filters.Count)).Cast<MemberFilter>().ToList();
        var values = shown.SelectMany(f => f.Values).ToList();
        List<CubeFilter> without = values.Count == 0 ? [] : [new MemberFilter(query.Dimensions[0], FilterOperator.NotEquals, values)];
        if (shown.Any(f => f.Operator == FilterOperator.NotSet))
            without.Add(new MemberFilter(query.Dimensions[0], FilterOperator.Set, []));
        var others = reader.Read(query with { Dimensions = [], Order = null, Limit = null, Offset = 0, Totals = Totals.None, Filters = [.. query.Filters, .. without] }, cancellation);
        return top with { Rows = [.. top.Rows, .. others.Rows.Select(r => new ResultRow([null, .. r.Values], 1))], HasMore = false };
    }
}
