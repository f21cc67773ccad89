namespace Crm.Analytics.Warehouse.Query;

/// <summary>The names of filter operators in Cube's REST format.</summary>
public static class OperatorNames
{
    private static readonly Dictionary<string, FilterOperator> Known = Enum.GetValues<FilterOperator>()
        .Select(o => (Name: char.ToLowerInvariant(o.ToString()[0]) + o.ToString()[1..], Operator: o))
        .Append(("in", FilterOperator.Equals)).Append(("notIn", FilterOperator.NotEquals))
        .ToDictionary(o => o.Item1, o => o.Item2, StringComparer.Ordinal);

    /// <summary>Every name.</summary>
    public static IEnumerable<string> All => Known.Keys;

    /// <summary>The operator of that name; null when there is none. <c>in</c> is equals, <c>notIn</c> is notEquals.</summary>
    public static FilterOperator? Of(string name) => Known.TryGetValue(name, out var found) ? found : null;
}
