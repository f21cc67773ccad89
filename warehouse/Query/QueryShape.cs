namespace Crm.Analytics.Warehouse.Query;

/// <summary>What can be wrong with a question whatever is declared.</summary>
internal static class QueryShape
{
    private const int MostMembers = 200;

    public static void Check(CubeQuery query)
    {
        if (query.Measures.Count + query.Dimensions.Count + query.TimeDimensions.Count(t => t.Granularity is not null) == 0)
            throw QueryErrors.Wrong("the question", "no measure and no dimension", "at least one", "Name a measure such as sales.revenue");
        if (query.Measures.Count + query.Dimensions.Count + query.TimeDimensions.Count + query.Segments.Count > MostMembers)
            throw QueryErrors.Wrong("the question", "too many members", $"at most {MostMembers}", "Ask several questions");
        CheckOnce(query.Measures, "the measures");
        CheckOnce(query.Dimensions, "the dimensions");
        if (query.TimeDimensions.Any(t => t.Compare.Count > 0))
            throw QueryErrors.Wrong("the time dimensions", "ranges to compare", "one range", "Ask once for each range");
        if (query.Limit < 0)
            throw QueryErrors.Wrong("the limit", $"{query.Limit}", "zero or more rows", "Correct the number");
        if (query.Offset < 0)
            throw QueryErrors.Wrong("the offset", $"{query.Offset}", "zero or more rows", "Correct the number");
    }

    public static void CheckOnce(IEnumerable<string> names, string where)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
                throw QueryErrors.Twice(name, where);
        }
    }
}
