using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Landing;

/// <summary>File names in generated SQL.</summary>
public static class EnginePath
{
    /// <summary>
    /// The SQL literal that names exactly this file to a reading function of the engine, which takes names for patterns: the characters
    /// of patterns are put in brackets.
    /// </summary>
    public static string Literal(string path) => SqlName.Literal(path.AsSpan().IndexOfAny('*', '?', '[') < 0
        ? path
        : path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal));

    /// <summary>The literal of a list of files.</summary>
    public static string Literals(IEnumerable<string> paths) => $"[{SqlName.List(paths.Select(Literal))}]";
}
