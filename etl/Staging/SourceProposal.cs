using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Staging;

/// <summary>A map that is proposed for a stream.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Matches">Its columns, as far as they were found.</param>
/// <param name="Filter">Condition over the stream's columns; null for none.</param>
public sealed record MapProposal(Contract Contract, IReadOnlyList<ColumnMatch> Matches, string? Filter)
{
    /// <summary>Required columns that nothing was found for.</summary>
    public IReadOnlyList<string> Missing =>
        [.. Contract.Columns.Where(c => c.Required && c.Default is null && Matches.All(m => m.Column.Name != c.Name)).Select(c => c.Name)];

    /// <summary>Other columns that nothing was found for.</summary>
    public IReadOnlyList<string> Unmapped =>
        [.. Contract.Columns.Where(c => !(c.Required && c.Default is null) && Matches.All(m => m.Column.Name != c.Name)).Select(c => c.Name)];
}

/// <summary>A stream that is proposed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Options">The connector's options that reach it.</param>
/// <param name="Key">Columns that identify a record, as the source says.</param>
/// <param name="Cursor">A column that grows with every change, as far as it can be told; null when there is none.</param>
/// <param name="Records">Records that were looked at.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Maps">What it seems to hold.</param>
public sealed record StreamProposal(
    string Name, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Key, string? Cursor, long Records,
    IReadOnlyList<ColumnProfile> Columns, IReadOnlyList<MapProposal> Maps)
{
    /// <summary>Columns that no map speaks of.</summary>
    public IReadOnlyList<string> Unused => [.. Columns.Where(c => !Maps.SelectMany(m => m.Matches).Any(m => m.Raw == c || m.Expression.Contains(c.Name, StringComparison.Ordinal))).Select(c => c.Name)];

    /// <summary>True when its columns bear the names of its one contract, so that it needs no map.</summary>
    public bool BearsTheNames => Maps is [{ Missing: [], Filter: null } only] && only.Matches.All(m => m.Expression.Equals(m.Column.Name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Proposes how a source could be declared, from what its streams hold.</summary>
public static class SourceProposal
{
    /// <summary>Proposes a stream with its maps.</summary>
    /// <param name="found">The stream as its connector found it.</param>
    /// <param name="columns">What its columns hold.</param>
    /// <param name="records">Records that were looked at.</param>
    /// <param name="catalogue">The contracts.</param>
    public static StreamProposal Of(FoundStream found, IReadOnlyList<ColumnProfile> columns, long records, Catalogue catalogue)
    {
        var maps = Maps(columns, catalogue);
        var proposal = new StreamProposal(found.Name, found.Options, found.Key, found.Cursor, records, columns, maps);
        return proposal.BearsTheNames ? proposal with { Name = maps[0].Contract.Name } : proposal;
    }

    /// <summary>A name for a stream of files: that of the file without what changes from one to the next, else of its folder.</summary>
    public static string NameOf(string path)
    {
        var parts = path.Split('/', '\\').Where(p => p.Length > 0).Reverse();
        foreach (var part in parts)
        {
            var stem = part.Split('.')[0].Trim('*', '?', '-', '_', ' ');
            var letters = new string([.. stem.TakeWhile(c => c is not '*' and not '?')]).TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_', '.');
            if (Identifier.Suggest(letters) is { } name)
            {
                return name;
            }
        }

        return "records";
    }

    /// <summary>
    /// The contract whose required columns are all there and which takes most of the columns; and those that its records describe beside, as order lines
    /// describe customers and products. When none is whole, the one that comes nearest.
    /// </summary>
    private static IReadOnlyList<MapProposal> Maps(IReadOnlyList<ColumnProfile> columns, Catalogue catalogue)
    {
        var all = catalogue.Contracts.Values.OrderBy(c => c.Name, StringComparer.Ordinal)
            .Select(c => new MapProposal(c, ColumnMatch.Of(c, columns), null)).Where(m => m.Matches.Count > 0).ToList();
        var whole = all.Where(m => m.Missing.Count == 0).OrderByDescending(Weight).ToList();
        if (whole.Count == 0)
        {
            return [.. all.Where(m => m.Missing.Count <= m.Contract.Columns.Count(c => c.Required) / 2).OrderByDescending(Weight).Take(1)];
        }

        var first = whole[0];
        return [first, .. whole.Skip(1).Where(m => Describes(first, m)).Select(m => Beside(first, m))];
    }

    private static double Weight(MapProposal map) => map.Matches.Sum(m => m.Confidence * (m.Column.Required ? 2 : 1));

    /// <summary>True when a contract is told about beside another: its key is there, and something that the first one has no column for, or shares.</summary>
    private static bool Describes(MapProposal first, MapProposal map)
    {
        var key = map.Contract.Columns.First(c => c.Required).Name;
        var isSpokenOf = first.Contract.Columns.Any(c => c.Name == key);
        return isSpokenOf && map.Matches.Any(m => m.Column.Name != key && m.Column.Name != map.Contract.Time && m.Confidence >= 0.7
            && !IsItsOwn(first, m));
    }

    /// <summary>An amount that the first contract takes is what happened then, and describes nobody: the price of a line is not that of the product.</summary>
    private static bool IsItsOwn(MapProposal first, ColumnMatch match) =>
        match.Column.Type.Kind != TypeKind.Text && first.Matches.Any(f => f.Raw == match.Raw);

    /// <summary>A map beside the first: dated as its records are, and only where there is a key.</summary>
    private static MapProposal Beside(MapProposal first, MapProposal map)
    {
        var matches = map.Matches.Where(m => !IsItsOwn(first, m)).ToList();
        if (map.Contract.Time is { } time && first.Matches.FirstOrDefault(m => m.Column.Name == first.Contract.Time) is { } moment)
        {
            matches.RemoveAll(m => m.Column.Name == time);
            matches.Insert(1, moment with { Column = map.Contract.Columns.First(c => c.Name == time), Why = $"the time of the {first.Contract.Name}" });
        }

        var key = matches.First(m => m.Column.Required).Raw;
        return map with { Matches = matches, Filter = key is null || key.Missing + key.Empty == 0 ? null : $"{Quoted(key.Name)} IS NOT NULL" };
    }

    private static string Quoted(string column) => column.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? column : Warehouse.Storage.SqlName.Quote(column);
}
