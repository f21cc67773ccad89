namespace Crm.Analytics.Warehouse.Query;

/// <summary>A statement with its parameters; columns stand as in the answer, followed by the total level when the plan has totals.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Parameters">Its parameters by name.</param>
public sealed record CubeSql(string Text, IReadOnlyDictionary<string, object?> Parameters);
