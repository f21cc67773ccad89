using System.Data;
using System.Globalization;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>A table on both sides.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">Rows in the warehouse.</param>
/// <param name="RowsThere">Rows on the cluster; of a dimension on the node that differs, if one does.</param>
/// <param name="Hash">Sum of a hash over every row of the warehouse, floating-point columns left out.</param>
/// <param name="HashThere">The same of the cluster.</param>
/// <param name="Doubles">The largest relative difference between the sums of a floating-point column.</param>
public sealed record ComparedTable(string Table, long Rows, long RowsThere, decimal Hash, decimal HashThere, double Doubles)
{
    /// <summary>True when both hold the same rows; sums of floating-point numbers hang on the order of adding, so they agree to 1e-9.</summary>
    public bool IsSame => Rows == RowsThere && Hash == HashThere && Doubles <= 1e-9;
}

/// <summary>Compares a cluster's star with the warehouse's, row by row through hashes that both compute alike.</summary>
/// <param name="session">A session of the warehouse.</param>
/// <param name="client">The cluster.</param>
/// <param name="catalogue">What is declared.</param>
public sealed class ClusterComparison(ISession session, ClusterClient client, Catalogue catalogue)
{
    /// <summary>Compares every table as the run that the cluster shows left it; that has to be the newest.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellation">Stops it.</param>
    public IReadOnlyList<ComparedTable> Compare(int run, CancellationToken cancellation = default)
        => [.. ClusterTable.Of(catalogue).Select(t => Compare(new ClusterSchema(client, []), t, run, cancellation))];

    private ComparedTable Compare(ClusterSchema schema, ClusterTable table, int run, CancellationToken cancellation)
    {
        var doubles = table.Star.Columns.Where(c => c.Type == "DOUBLE").Select(c => SqlName.Quote(c.Name)).ToList();
        var sums = string.Concat(doubles.Select(d => $", coalesce(sum({d}), 0)"));
        var own = Read(read => session.Stream($"SELECT count(*), coalesce(sum(CAST('0x' || substr(md5({Row(table, OwnText)}), 1, 8) AS BIGINT)), 0){sums} FROM (SELECT {SqlName.List(table.Star.Columns.Select(ShippedRows.Exported))} FROM {table.Star.FullName})", null, read, cancellation), doubles.Count);
        var there = $"SELECT count(), sum(toInt64(reinterpretAsUInt32(reverse(substring(MD5({Row(table, ThereText)}), 1, 4))))){sums} FROM {schema.Path(table.LocalName(client.Address))} "
            + $"WHERE visible_from <= {run.ToString(CultureInfo.InvariantCulture)} AND visible_to > {run.ToString(CultureInfo.InvariantCulture)}";
        var nodes = client.Address.Nodes.Select(n => Read(read => client.Stream(n, there, null, read, cancellation), doubles.Count)).ToList();
        var found = table.IsWhole ? nodes.Find(n => n.Rows != own.Rows || n.Hash != own.Hash) ?? nodes[0]
            : nodes.Aggregate((a, b) => new Totals(a.Rows + b.Rows, a.Hash + b.Hash, [.. a.Sums.Zip(b.Sums, (x, y) => x + y)]));
        var difference = own.Sums.Zip(found.Sums, (x, y) => Math.Abs(x - y) / Math.Max(1, Math.Max(Math.Abs(x), Math.Abs(y)))).DefaultIfEmpty(0).Max();
        return new ComparedTable(table.Name, own.Rows, found.Rows, own.Hash, found.Hash, difference);
    }

    private static Totals Read(Action<Action<IDataRecord>> query, int doubles)
    {
        Totals? totals = null;
        query(record => totals = new Totals(
            Convert.ToInt64(record.GetValue(0), CultureInfo.InvariantCulture),
            record.IsDBNull(1) ? 0 : decimal.Parse(Convert.ToString(record.GetValue(1), CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture),
            [.. Enumerable.Range(2, doubles).Select(i => record.IsDBNull(i) ? 0 : Convert.ToDouble(record.GetValue(i), CultureInfo.InvariantCulture))]));
        return totals!;
    }

    private sealed record Totals(long Rows, decimal Hash, IReadOnlyList<double> Sums);

    private static string Row(ClusterTable table, Func<string, string, string> text)
        => $"concat_ws('|', {SqlName.List(table.Star.Columns.Where(c => c.Type != "DOUBLE").Select(c => $"coalesce({text(SqlName.Quote(c.Name), c.Type)}, '~')"))})";

    private static string OwnText(string column, string type) => type switch
    {
        "VARCHAR" => column,
        "BOOLEAN" => $"CAST(CAST({column} AS INTEGER) AS VARCHAR)",
        "TIMESTAMP" => $"CAST(epoch_us({column}) AS VARCHAR)",
        _ => $"CAST({column} AS VARCHAR)",
    };

    private static string ThereText(string column, string type) => type switch
    {
        "VARCHAR" => column,
        "BOOLEAN" => $"toString(toInt8({column}))",
        "TIMESTAMP" => $"toString(toUnixTimestamp64Micro({column}))",
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => $"toDecimalString({column}, {type.Split(',')[1].TrimEnd(')')})",
        _ => $"toString({column})",
    };
}
