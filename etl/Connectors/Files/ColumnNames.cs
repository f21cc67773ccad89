namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Gives every raw column a name of its own.</summary>
internal static class ColumnNames
{
    private static readonly string[] reserved = [.. Landing.LandedRelation.LineageColumns, Landing.LandedRelation.LineColumn, "_number"];

    /// <summary>
    /// Names for a header: empty ones become <c>column_3</c> (their place), repeated ones (letter case does not count) and those that lineage
    /// needs get <c>_2</c>, <c>_3</c> … behind them; NUL characters become U+FFFD.
    /// </summary>
    /// <param name="header">The names as they stand.</param>
    /// <param name="warnings">Gets a line for each name changed.</param>
    public static IReadOnlyList<string> Distinct(IReadOnlyList<string> header, ICollection<string> warnings)
    {
        // No statement can hold this character.
        if (header.Any(n => n.Contains('\0', StringComparison.Ordinal)))
        {
            warnings.Add("names of columns hold NUL characters; they are replaced by \uFFFD");
            header = [.. header.Select(n => n.Replace('\0', '\uFFFD'))];
        }

        var taken = new HashSet<string>(reserved, StringComparer.OrdinalIgnoreCase);
        taken.UnionWith(header.Where(n => n.Length > 0).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Select(g => g.Key));
        var used = new HashSet<string>(reserved, StringComparer.OrdinalIgnoreCase);
        var names = new string[header.Count];
        for (var i = 0; i < names.Length; i++)
        {
            var written = header[i];
            var name = written.Length == 0 ? $"column_{i + 1}" : written;
            if (written.Length == 0 ? taken.Contains(name) : used.Contains(name))
            {
                name = Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}_{n}").First(n => !taken.Contains(n) && !used.Contains(n));
            }

            used.Add(name);
            names[i] = name;
            if (name != written)
            {
                var what = written.Length == 0 ? "has no name" : $"is called '{written}', which is taken";
                warnings.Add($"column {i + 1} {what}; it is called '{name}'");
            }
        }

        return names;
    }
}
