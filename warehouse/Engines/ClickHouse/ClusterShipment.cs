using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>How far a shipment is.</summary>
/// <param name="Table">The table that was sent last.</param>
/// <param name="Rows">Rows sent so far, copies of dimensions counted once.</param>
public sealed record ShipmentProgress(string Table, long Rows);

/// <summary>What a shipment did.</summary>
/// <param name="Run">The run that the cluster shows now; null while the warehouse has none.</param>
/// <param name="Before">The run it showed before; null for none.</param>
/// <param name="Rows">Rows sent.</param>
/// <param name="Ended">Rows that ended.</param>
public sealed record Shipment(int? Run, int? Before, long Rows, long Ended);

/// <summary>
/// Brings a cluster's star to the newest run of the warehouse: sends the rows that came since the run it shows, ends those that went, and lets questions see the
/// run with one commit in the warehouse. What a shipment that died left behind is taken away first, and no question ever saw it; so it can be repeated at will.
/// </summary>
/// <param name="session">A session of the warehouse.</param>
/// <param name="client">The cluster.</param>
/// <param name="catalogue">What is declared.</param>
/// <param name="folder">A folder of its own that the warehouse may write to; it is removed afterwards.</param>
/// <param name="progress">Told after each table; null when nobody asks.</param>
public sealed class ClusterShipment(ISession session, ClusterClient client, Catalogue catalogue, string folder, IProgress<ShipmentProgress>? progress = null)
{
    private readonly IReadOnlyList<ClusterTable> _tables = ClusterTable.Of(catalogue);
    private readonly ClusterLog _log = new(session);
    private long _rows;
    private long _ended;

    private ClusterAddress Address => client.Address;

    /// <summary>Ships what is new.</summary>
    /// <exception cref="ClusterException">A node is away or refuses; questions see what they saw.</exception>
    public Shipment Ship(CancellationToken cancellation = default)
    {
        var before = _log.Published(Address);
        var newest = _log.Newest();
        if (newest is not { } run || newest == before)
            return new Shipment(newest, before, 0, 0);
        var schema = new ClusterSchema(client, _tables);
        schema.Apply(_log.NameOf(Address), cancellation);
        try
        {
            Clean(schema, before, cancellation);
            foreach (var table in _tables)
            {
                Ship(schema, table, before, run, cancellation);
                progress?.Report(new ShipmentProgress(table.Name, _rows));
            }

            ShipFiles(schema, before, cancellation);
            Check(schema, run, cancellation);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        _log.Publish(Address, run);
        return new Shipment(run, before, _rows, _ended);
    }

    /// <summary>Takes away what runs left that were never shown.</summary>
    private void Clean(ClusterSchema schema, int? before, CancellationToken cancellation)
    {
        var shown = Text(before ?? -1);
        foreach (var node in Address.Nodes)
        {
            var left = Counted(schema, node, $"coalesce(countIf(visible_from > {shown}), 0), coalesce(countIf(visible_to > {shown} AND visible_to < {Text(ClusterTable.Forever)}), 0)", cancellation);
            foreach (var table in _tables)
            {
                var path = schema.Path(table.LocalName(Address));
                if (left[table.Name].First > 0)
                    client.Execute(node, before is null ? $"TRUNCATE TABLE {path}" : $"ALTER TABLE {path} DELETE WHERE visible_from > {shown}", cancellation);
                if (left[table.Name].Second > 0 && before is not null)
                    client.Execute(node, $"ALTER TABLE {path} UPDATE visible_to = {Text(ClusterTable.Forever)} WHERE visible_to > {shown}", cancellation);
            }
        }
    }

    /// <summary>Two numbers of each table on a node, in one question.</summary>
    private Dictionary<string, (long First, long Second)> Counted(ClusterSchema schema, ClusterNode node, string numbers, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var parts = _tables.Select(t => $"SELECT {SqlName.Literal(t.Name)} AS name, {numbers} FROM {schema.Path(t.LocalName(Address))}");
        client.Stream(node, string.Join("\nUNION ALL\n", parts), null, r => counts[r.GetString(0)] = (r.GetInt64(1), r.GetInt64(2)), cancellation);
        return counts;
    }

    private void Ship(ClusterSchema schema, ClusterTable table, int? before, int run, CancellationToken cancellation)
    {
        var rows = new ShippedRows(table, before ?? -1, run);
        var again = false;
        if (before is not null)
        {
            session.Execute($"CREATE OR REPLACE TEMP TABLE ship_ending AS {rows.Ending()}");
            var ended = session.Query<int>("SELECT DISTINCT close_to FROM ship_ending ORDER BY close_to");
            again = ended.Count > 0;
            if (again)
                End(schema, table, ended, cancellation);
        }

        var into = $"{schema.Path(table.LocalName(Address))} ({SqlName.List([.. table.Star.Columns.Select(c => SqlName.Quote(c.Name)), ClickHouseDialect.VisibleFrom, ClickHouseDialect.VisibleTo])})";
        foreach (var part in rows.Parts(session))
            _rows += Send(table, part, into, cancellation);
        if (again)
            _rows += Send(table, rows.Again(), into, cancellation);
    }

    /// <summary>Ends rows on the nodes that have them: told by what they say, since where a record stands may have changed meanwhile.</summary>
    private void End(ClusterSchema schema, ClusterTable table, IReadOnlyList<int> runs, CancellationToken cancellation)
    {
        var ending = schema.Ending(table);
        foreach (var node in Address.Nodes)
            schema.MakeEnding(node, table, cancellation);
        var content = SqlName.List(table.Content.Select(c => SqlName.Quote(c.Name)));
        _ended += Send(table, new ShippedPart("ship_ending", $"SELECT {SqlName.List(table.Content.Select(ShippedRows.Exported))}, close_to FROM ship_ending"), $"{ending} ({content}, close_to)", cancellation);
        var key = SqlName.Quote(table.Key ?? table.Star.Columns[0].Name);
        foreach (var (node, run) in Address.Nodes.SelectMany(n => runs.Select(r => (n, r))))
        {
            var of = $"FROM {ending} WHERE close_to = {Text(run)}";
            client.Execute(node, $"ALTER TABLE {schema.Path(table.LocalName(Address))} UPDATE visible_to = {Text(run)} WHERE visible_to = {Text(ClusterTable.Forever)} "
                + $"AND {key} IN (SELECT {key} {of}) AND toString(tuple({content})) IN (SELECT toString(tuple({content})) {of})", cancellation);
        }
    }

    /// <summary>Sends rows to the nodes they belong to; answers how many there are.</summary>
    private long Send(ClusterTable table, ShippedPart part, string into, CancellationToken cancellation)
    {
        var isCut = !table.IsWhole && Address.Nodes.Count > 1;
        var place = Path.Combine(folder, table.Name);
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        Directory.CreateDirectory(place);
        var rows = isCut
            ? session.Execute($"COPY (SELECT *, {table.ShardOf(Address.Nodes.Count)} AS _shard FROM ({part.Sql})) TO {SqlName.Literal(place)} (FORMAT parquet, PARTITION_BY (_shard), OVERWRITE_OR_IGNORE)", null, cancellation)
            : session.Execute($"COPY ({part.Sql}) TO {SqlName.Literal(Path.Combine(place, "rows.parquet"))} (FORMAT parquet)", null, cancellation);
        foreach (var node in rows == 0 ? [] : Address.Nodes)
        {
            var files = isCut ? Path.Combine(place, $"_shard={Text(node.Shard)}") : place;
            foreach (var file in Directory.Exists(files) ? Directory.GetFiles(files, "*.parquet").Order(StringComparer.Ordinal).ToArray() : [])
                client.Insert(node, into, file, cancellation);
        }

        Directory.Delete(place, recursive: true);
        return rows;
    }

    private void ShipFiles(ClusterSchema schema, int? before, CancellationToken cancellation)
    {
        var table = new ClusterTable(new Loading.StarTable(ClusterSchema.Files, "one source file", []), true, null, null, null);
        Send(table, new ShippedPart("meta.source_file", before is null ? "SELECT file_id, path FROM meta.source_file" : $"SELECT file_id, path FROM meta.source_file WHERE run_id > {Text(before.Value)}"),
            $"{schema.Path(ClusterSchema.Files)} (file_id, path)", cancellation);
    }

    /// <summary>Every node has what it should before anybody sees it.</summary>
    private void Check(ClusterSchema schema, int run, CancellationToken cancellation)
    {
        var found = Address.Nodes.Select(n => Counted(schema, n, $"coalesce(countIf(visible_from <= {Text(run)} AND visible_to > {Text(run)}), 0), 0", cancellation)).ToList();
        foreach (var table in _tables)
        {
            var wanted = session.Scalar<long>($"SELECT count(*) FROM {table.Star.FullName}");
            var each = found.ConvertAll(f => f[table.Name].First);
            var there = !table.IsWhole ? each.Sum() : each.Exists(n => n != wanted) ? each.First(n => n != wanted) : wanted;
            if (there != wanted)
            {
                throw new CrmException(
                    FailureKind.Failed, string.Create(CultureInfo.InvariantCulture, $"{there} rows of {table.Name} for run {run}"), Address.ToString(),
                    string.Create(CultureInfo.InvariantCulture, $"the {wanted} rows of the warehouse; questions still see what they saw"), "Copy it anew with `crm warehouse copy --to ADDRESS --anew`");
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
