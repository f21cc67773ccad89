namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>The columns that keys of records are given, in the order the keys are met.</summary>
/// <param name="spool">Where the values go.</param>
/// <param name="warnings">Gets a line for each key whose name was taken.</param>
internal sealed class SpoolColumns(RowSpool spool, ICollection<string> warnings)
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    /// <summary>What is wrong with a record that brings more columns than are read.</summary>
    public static string TooMany => $"it brings more than {FilesOptions.MostColumns} columns";

    /// <summary>The columns so far.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Names the columns of a header, in order; answers their places.</summary>
    public IReadOnlyList<int> Name(IReadOnlyList<string> header)
    {
        names.AddRange(ColumnNames.Distinct(header, warnings));
        return [.. names.Select(spool.PlaceOf)];
    }

    /// <summary>The place of a key's column, new at the end when no record had it; -1 when there would be too many.</summary>
    /// <param name="key">What the source calls it, unique in the source.</param>
    public int PlaceOf(string key) => PlaceOf(key, key);

    /// <inheritdoc cref="PlaceOf(string)"/>
    /// <param name="key">What the source calls it, unique in the source.</param>
    /// <param name="wanted">The name it should have.</param>
    public int PlaceOf(string key, string wanted)
    {
        if (!places.TryGetValue(key, out var place))
        {
            if (names.Count == FilesOptions.MostColumns)
            {
                return -1;
            }

            var name = ColumnNames.Distinct([.. names, wanted], [])[^1];
            if (name != wanted)
            {
                warnings.Add($"the key '{wanted}' is called '{name}': another column has its name");
            }

            names.Add(name);
            places[key] = place = spool.PlaceOf(name);
        }

        return place;
    }
}
