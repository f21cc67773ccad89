namespace Crm.Analytics.Warehouse.Query;

/// <summary>A question that compares ranges of time is one question for each of them, as in Cube's <c>compareDateRange</c>.</summary>
public static class CompareRanges
{
    /// <summary>The questions, in the order of the ranges; the question alone when it compares none.</summary>
    /// <exception cref="CrmException">More than one time dimension compares, or one has a range and a comparison.</exception>
    public static IReadOnlyList<(CubeQuery Query, DateRange? Range)> Of(CubeQuery query)
    {
        var comparing = query.TimeDimensions.Where(t => t.Compare.Count > 0).ToList();
        if (comparing.Count == 0)
            return [(query, null)];
        if (comparing.Count > 1)
            throw QueryErrors.Wrong("the time dimensions", $"{comparing.Count} of them compare ranges", "one", "Compare the ranges of one time dimension");
        var time = comparing[0];
        return time.Range is not null
            ? throw QueryErrors.Wrong($"the time dimension '{time.Dimension}'", "a range and ranges to compare", "one of the two", "Leave one of them out")
            : [.. time.Compare.Select(range => (query with
            {
                TimeDimensions = [.. query.TimeDimensions.Select(t => ReferenceEquals(t, time) ? time with { Compare = [], Range = range } : t)],
            }, (DateRange?)range))];
    }
}
