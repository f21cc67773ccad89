using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>Brings the tables of a cluster to what the declarations want, node by node. Columns that are no longer declared stay.</summary>
/// <param name="client">The cluster.</param>
/// <param name="tables">The tables wanted.</param>
public sealed class ClusterSchema(ClusterClient client, IReadOnlyList<ClusterTable> tables)
{
    private readonly ClusterAddress _address = client.Address;

    /// <summary>The table of source files, which lineage names.</summary>
    public const string Files = "meta_source_file";

    /// <summary>A table as statements name it.</summary>
    public string Path(string name) => $"{SqlName.Quote(_address.Database)}.{SqlName.Quote(name)}";

    /// <summary>The table of rows that a run ends, while it does.</summary>
    public string Ending(ClusterTable table) => Path($"{table.Name}_ending");

    /// <summary>Makes what is missing on every node.</summary>
    /// <param name="star">Names the warehouse, so that no two ever write into one star.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ClusterException">A node is away, the cluster is other than the address says, or the star is another warehouse's.</exception>
    public void Apply(string star, CancellationToken cancellation)
    {
        CheckCluster(cancellation);
        foreach (var node in _address.Nodes)
        {
            client.Execute(node, $"CREATE DATABASE IF NOT EXISTS {SqlName.Quote(_address.Database)}", cancellation);
            client.Execute(node, $"CREATE TABLE IF NOT EXISTS {Path("meta_star")} (star String) ENGINE = MergeTree ORDER BY star", cancellation);
            Claim(node, star, cancellation);
            client.Execute(node, $"CREATE TABLE IF NOT EXISTS {Path(Files)} (file_id Int32, path String) ENGINE = ReplacingMergeTree ORDER BY (file_id, path)", cancellation);
            var known = ColumnsOf(node, cancellation);
            foreach (var table in tables)
                Apply(node, table, known, cancellation);
        }
    }

    /// <summary>Makes the empty table of rows that a run ends.</summary>
    public void MakeEnding(ClusterNode node, ClusterTable table, CancellationToken cancellation) => client.Execute(
        node, $"CREATE OR REPLACE TABLE {Ending(table)} ({SqlName.List(table.Content.Select(Column).Append("close_to Int32"))}) ENGINE = MergeTree ORDER BY tuple()", cancellation);

    private void CheckCluster(CancellationToken cancellation)
    {
        if (_address.Cluster is not { } cluster)
            return;
        foreach (var node in _address.Nodes)
        {
            var shards = client.Number(node, $"SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = {SqlName.Literal(cluster)}", cancellation);
            if (shards != _address.Nodes.Count)
                throw ClusterException.Unlike(node, $"cluster '{cluster}' has {shards} shards there", $"{_address.Nodes.Count}, one for each node of the address");
            var own = client.Number(node, $"SELECT max(shard_num) FROM system.clusters WHERE cluster = {SqlName.Literal(cluster)} AND is_local", cancellation);
            if (own != node.Shard + 1)
                throw ClusterException.Unlike(node, $"the node is shard {own} of cluster '{cluster}'", $"shard {node.Shard + 1}, as the address has it");
        }
    }

    private void Claim(ClusterNode node, string star, CancellationToken cancellation)
    {
        if (client.Number(node, $"SELECT count() FROM {Path("meta_star")} WHERE star <> {SqlName.Literal(star)}", cancellation) > 0)
            throw ClusterException.Unlike(node, $"database '{_address.Database}' holds the star of another warehouse", "a database of its own for each warehouse");
        if (client.Number(node, $"SELECT count() FROM {Path("meta_star")}", cancellation) == 0)
            client.Execute(node, $"INSERT INTO {Path("meta_star")} VALUES ({SqlName.Literal(star)})", cancellation);
    }

    private HashSet<(string Table, string Column)> ColumnsOf(ClusterNode node, CancellationToken cancellation)
    {
        var columns = new HashSet<(string, string)>();
        client.Stream(node, $"SELECT table, name FROM system.columns WHERE database = {SqlName.Literal(_address.Database)}", null, r => columns.Add((r.GetString(0), r.GetString(1))), cancellation);
        return columns;
    }

    private void Apply(ClusterNode node, ClusterTable table, HashSet<(string Table, string Column)> known, CancellationToken cancellation)
    {
        var local = table.LocalName(_address);
        var isNew = !known.Any(k => k.Table == local);
        if (isNew)
        {
            var columns = SqlName.List([.. table.Star.Columns.Select(Column), $"{ClickHouseDialect.VisibleFrom} Int32", $"{ClickHouseDialect.VisibleTo} Int32"]);
            var years = table is { IsWhole: false, Day: { } day } ? $" PARTITION BY intDiv({SqlName.Quote(day)}, 10000)" : "";
            var order = SqlName.List(new[] { table.Key, table.Day }.OfType<string>().Distinct().Select(SqlName.Quote));
            client.Execute(node, $"CREATE TABLE IF NOT EXISTS {Path(local)} ({columns}) ENGINE = MergeTree{years} ORDER BY ({order})", cancellation);
        }

        // Nothing is inserted through the table that stands for all nodes: it has no key to cut by, so that nobody can.
        if (local != table.Name && !known.Any(k => k.Table == table.Name))
            client.Execute(node, $"CREATE TABLE IF NOT EXISTS {Path(table.Name)} AS {Path(local)} ENGINE = Distributed({SqlName.Literal(_address.Cluster!)}, {SqlName.Literal(_address.Database)}, {SqlName.Literal(local)})", cancellation);
        if (isNew)
            return;
        foreach (var column in table.Star.Columns.Where(c => !known.Contains((local, c.Name))))
        {
            foreach (var name in new[] { Path(local), Path(table.Name) }.Distinct())
                client.Execute(node, $"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {Column(column)}", cancellation);
        }
    }

    private static string Column(StarColumn column)
        => $"{SqlName.Quote(column.Name)} {(ClusterTable.IsKey(column) ? ClickHouseDialect.TypeOf(column.Type) : $"Nullable({ClickHouseDialect.TypeOf(column.Type)})")}";
}
