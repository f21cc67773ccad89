using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>
/// A table of the star on a cluster. Rows of all runs stand in it, each with the runs that see it. Facts are cut by customer, so that what is asked of one
/// customer is on one node; dimensions and bridges are whole on every node, so that joins stay there.
/// </summary>
/// <param name="Star">The table in the warehouse.</param>
/// <param name="IsWhole">True when every node has all of it.</param>
/// <param name="Key">The column it is cut by, and in whose order its rows stand.</param>
/// <param name="Spread">The column that rows of the unknown member (key 0) are cut by; null: they stay together.</param>
/// <param name="Day">The key of the day its rows are kept apart by year with; null: they are not.</param>
public sealed record ClusterTable(StarTable Star, bool IsWhole, string? Key, string? Spread, string? Day)
{
    /// <summary>No run has ended the row.</summary>
    public const int Forever = int.MaxValue;

    /// <summary>Where a record came from: it may change while its row stays, so rows are told by the other columns.</summary>
    private static readonly HashSet<string> Labels = ["source_file", "source_record"];

    /// <summary>The name that questions call it by.</summary>
    public string Name => Star.Name;

    /// <summary>The columns by which a row is told: all but those that say where its record stands.</summary>
    public IEnumerable<StarColumn> Content => Star.Columns.Where(c => !Labels.Contains(c.Name));

    /// <summary>True when rows remember their record.</summary>
    public bool HasRecords => Star.Columns.Any(c => c.Name == "source_file");

    /// <summary>The tables of a catalogue.</summary>
    public static IReadOnlyList<ClusterTable> Of(Catalogue catalogue)
    {
        var facts = catalogue.Facts.Values.ToDictionary(f => f.TableName, StringComparer.Ordinal);
        return [.. StarSchema.TablesOf(catalogue).Select(t => facts.TryGetValue(t.Name, out var fact) ? Of(t, fact, catalogue) : new ClusterTable(t, true, t.Columns[0].Name, null, null))];
    }

    /// <summary>Where the rows are on a node: beside the table that stands for all nodes when there are several.</summary>
    public string LocalName(ClusterAddress address) => IsWhole || address.Cluster is null ? Name : $"{Name}_local";

    /// <summary>The shard of a row, as an expression over the warehouse's columns; a row that moves to another customer moves with it.</summary>
    /// <param name="shards">How many there are.</param>
    public string ShardOf(int shards)
    {
        if (Key is null)
            return "0";
        var key = SqlName.Quote(Key);
        var unknown = Spread is null ? "0" : $"CAST(md5_number_lower(coalesce(CAST({SqlName.Quote(Spread)} AS VARCHAR), '')) % {shards} AS INTEGER)";
        return $"CASE WHEN {key} = 0 THEN {unknown} ELSE {key} % {shards} END";
    }

    /// <summary>True for columns that always have a value.</summary>
    public static bool IsKey(StarColumn column) => column.Name == "run_id" || (column.Type == StarTable.KeyType && column.Name.EndsWith("_key", StringComparison.Ordinal));

    private static ClusterTable Of(StarTable table, Fact fact, Catalogue catalogue)
    {
        var roles = fact.Roles.Where(r => catalogue.Dimensions.TryGetValue(r.Dimension, out var d) && !d.IsDate).ToList();
        var role = roles.Find(r => r.Dimension == "customer") ?? roles.FirstOrDefault();
        var day = fact.Roles.FirstOrDefault(r => catalogue.Dimensions.TryGetValue(r.Dimension, out var d) && d.IsDate);
        var key = role is not null ? $"{role.Role}_key" : day is not null ? $"{day.Role}_key" : null;
        var spread = fact.Columns.FirstOrDefault(c => c.Type.Kind is TypeKind.Text or TypeKind.Integer)?.Name;
        return new ClusterTable(table, fact.Weight is not null || fact.Kind == FactKind.Bridge, key, spread, day is null ? null : $"{day.Role}_key");
    }
}
