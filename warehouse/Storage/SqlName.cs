namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Writes names and literals into generated SQL.</summary>
public static class SqlName
{
    /// <summary>An identifier in double quotes, with quotes inside doubled.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text literal in single quotes, with quotes inside doubled; for places where the engine takes no parameter (file names, options).</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Items joined by comma and blank.</summary>
    public static string List(IEnumerable<string> items) => string.Join(", ", items);
}
