namespace Crm.Analytics.Warehouse.Query;

/// <summary>Reads sort keys as people type them: <c>sales.revenue desc, geography.country</c>.</summary>
public static class OrderParser
{
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>The sort keys a text means, first key first; ascending unless <c>desc</c> follows.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="CrmException">The text is not a list of sort keys.</exception>
    public static IReadOnlyList<CubeOrder> Parse(string text) => [.. text.Split(',').Select(Key)];

    private static CubeOrder Key(string key)
    {
        var words = key.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        var direction = words.Length == 2 ? words[1].ToLowerInvariant() : "asc";
        return words.Length is 1 or 2 && direction is "asc" or "desc"
            ? new CubeOrder(words[0], direction == "desc")
            : throw QueryErrors.Wrong("the order", words.Length == 0 ? "an empty key" : $"'{key.Trim()}'", "a member, then asc or desc or nothing",
                "Write keys such as sales.revenue desc, separated by commas");
    }
}
