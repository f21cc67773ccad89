namespace Crm.Analytics.Warehouse.Declarations.Yaml;

/// <summary>
/// Reads one YAML document into nodes with places. What makes places ambiguous or lets a small file grow large is refused: anchors, aliases, tags,
/// several documents in one file, keys that are not single values, keys given twice, more than 32 levels, more than 1 MiB.
/// </summary>
public static class YamlReader
{
    /// <summary>The document in the bytes of a file, or null when it could not be read; then at least one problem says why.</summary>
    /// <param name="file">The file's path as the user knows it.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="problems">Where problems go.</param>
    public static YamlNode? Read(string file, byte[] bytes, List<Problem> problems)
    {
        var before = problems.Count;
        var root = YamlText.Decode(file, bytes, problems) is { } text ? YamlParser.Parse(file, text, problems) : null;
        return problems.Count == before ? root : null;
    }
}
