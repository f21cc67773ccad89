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

    /// <summary>What names, to the engine's reading function, a Parquet file that this session has written.</summary>
    public static string Written(ISession session, string path) => $"{Literal(path)}{session.Key?.ReadOption}";

    /// <summary>What a COPY to a Parquet file of the landing adds to its options.</summary>
    public static string Sealed(ISession session) => session.Key?.WriteOption ?? "";

    /// <summary>The literal of a list of files.</summary>
    public static string Literals(IEnumerable<string> paths) => $"[{SqlName.List(paths.Select(Literal))}]";
}
