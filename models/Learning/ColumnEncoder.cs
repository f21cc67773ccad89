using System.Data;
using System.Globalization;
using Crm.Analytics.Models.Numerics;

namespace Crm.Analytics.Models.Learning;

internal enum ColumnKind
{
    LeftOut,
    Number,
    Moment,
    Category,
}

/// <summary>How one column becomes features.</summary>
/// <param name="Column">The column.</param>
/// <param name="Kind">What it is seen as.</param>
/// <param name="Levels">The texts that have a feature each.</param>
/// <param name="HasMissing">Whether being missing is a feature of its own.</param>
/// <param name="Said">How it is used, for people.</param>
internal sealed record ColumnEncoder(string Column, ColumnKind Kind, IReadOnlyList<string> Levels, bool HasMissing, string Said)
{
    private readonly Dictionary<string, int> places = Levels.Select((l, i) => (l, i)).ToDictionary(p => p.l, p => p.i, StringComparer.Ordinal);

    /// <summary>The features it makes.</summary>
    public IReadOnlyList<Feature> Features { get; } = Kind switch
    {
        ColumnKind.LeftOut => [],
        ColumnKind.Category => [.. Levels.Select(l => new Feature($"{Column} = {l}", Column))],
        _ => HasMissing ? [new Feature(Column, Column), new Feature($"{Column} is missing", Column)] : [new Feature(Column, Column)],
    };

    public static ColumnEncoder Out(string column, string said) => new(column, ColumnKind.LeftOut, [], false, said);

    /// <summary>Adds a record's values to the features' columns from a place on; answers the next column's place.</summary>
    public int Add(IDataRecord record, int field, List<double>[] columns, int at)
    {
        if (Kind == ColumnKind.Category)
        {
            var level = !record.IsDBNull(field) && places.TryGetValue(record.GetString(field), out var place) ? place : -1;
            for (var i = 0; i < Levels.Count; i++)
                columns[at + i].Add(i == level ? 1 : 0);
            return at + Levels.Count;
        }

        var value = record.IsDBNull(field) ? double.NaN : Convert.ToDouble(record.GetValue(field), CultureInfo.InvariantCulture);
        columns[at].Add(double.IsFinite(value) ? value : double.NaN);
        if (HasMissing)
            columns[at + 1].Add(double.IsFinite(value) ? 0 : 1);
        return at + Features.Count;
    }
}
