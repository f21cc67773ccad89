using System.Globalization;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Warehouse.Engines.ClickHouse;

/// <summary>Rows to send.</summary>
/// <param name="From">Where they come from, for messages.</param>
/// <param name="Sql">The query of the warehouse that reads them.</param>
internal sealed record ShippedPart(string From, string Sql);

/// <summary>Which rows of a table a cluster lacks that shows one run and is to show another, as queries of the warehouse.</summary>
/// <param name="table">The table.</param>
/// <param name="before">The run that the cluster shows; -1 for none.</param>
/// <param name="run">The run it is to show.</param>
internal sealed class ShippedRows(ClusterTable table, int before, int run)
{
    /// <summary>Most rows of one statement, so that memory stays bounded here and there.</summary>
    private const long Most = 4_000_000;

    /// <summary>What ClickHouse's days and moments can be; the loader's beginning and end of time lie beyond.</summary>
    private static readonly (string First, string Last) Span = ("TIMESTAMP '1900-01-01'", "TIMESTAMP '2299-12-31'");

    /// <summary>A column as it is sent.</summary>
    public static string Exported(StarColumn column) => column.Name is "valid_from" or "valid_to"
        ? $"CASE WHEN {SqlName.Quote(column.Name)} > {Span.Last} THEN {Span.Last} WHEN {SqlName.Quote(column.Name)} < {Span.First} THEN {Span.First} ELSE {SqlName.Quote(column.Name)} END AS {SqlName.Quote(column.Name)}"
        : SqlName.Quote(column.Name);

    /// <summary>The rows that came since, in parts: those that stand, and those that went again meanwhile.</summary>
    public IEnumerable<ShippedPart> Parts(ISession session)
    {
        foreach (var range in Ranges(session, table.Star.FullName, "run_id"))
            yield return new ShippedPart(table.Star.FullName, $"SELECT {Columns()}, run_id AS visible_from, {Text(ClusterTable.Forever)} AS visible_to FROM {table.Star.FullName} WHERE run_id > {Text(before)}{range}");
        foreach (var range in Ranges(session, table.Star.HistoryName, "run_from"))
            yield return new ShippedPart(table.Star.HistoryName, $"SELECT {Past(Columns())}, run_from AS visible_from, run_to AS visible_to FROM {table.Star.HistoryName} WHERE run_from > {Text(before)}{range}");
    }

    /// <summary>
    /// What the rows said that ended since, with the run that ended them; and what the rows say whose record may stand in another place now: those of
    /// files that were delivered again.
    /// </summary>
    public string Ending()
    {
        var content = SqlName.List(table.Content.Select(c => SqlName.Quote(c.Name)));
        var gone = $"SELECT {content.Replace("\"run_id\"", "run_from AS \"run_id\"", StringComparison.Ordinal)}, run_to AS close_to FROM {table.Star.HistoryName} WHERE run_from <= {Text(before)} AND run_to > {Text(before)}";
        return !table.HasRecords ? gone
            : $"{gone}\nUNION ALL\nSELECT {content}, {Text(run)} AS close_to FROM {table.Star.FullName} WHERE run_id <= {Text(before)} AND source_file IN (SELECT file_id FROM meta.source_file WHERE run_id > {Text(before)})";
    }

    /// <summary>The rows that stand and say what an ended one said: alike, or in another place. They were ended with it and come again.</summary>
    public ShippedPart Again()
    {
        var key = SqlName.Quote(table.Key ?? table.Star.Columns[0].Name);
        string Said(string of) => $"hash({SqlName.List(table.Content.Select(c => $"{of}.{SqlName.Quote(c.Name)}"))})";
        return new ShippedPart(table.Star.FullName, $"""
            SELECT {Columns()}, e.close_to AS visible_from, {Text(ClusterTable.Forever)} AS visible_to
            FROM {table.Star.FullName} t JOIN (SELECT {key} AS ended_key, {Said("ship_ending")} AS said, min(close_to) AS close_to FROM ship_ending GROUP BY ALL) e
              ON t.{key} = e.ended_key AND {Said("t")} = e.said
            WHERE t.run_id <= {Text(before)}
            """);
    }

    private string Columns() => SqlName.List(table.Star.Columns.Select(Exported));

    private static string Past(string columns) => columns.Replace("\"run_id\"", "run_from AS \"run_id\"", StringComparison.Ordinal);

    private IEnumerable<string> Ranges(ISession session, string from, string since)
    {
        var rows = session.Scalar<long>($"SELECT count(*) FROM {from} WHERE {since} > {Text(before)}");
        if (rows == 0)
            yield break;
        if (rows <= Most)
        {
            yield return "";
            yield break;
        }

        var last = session.Scalar<long>($"SELECT max(rowid) FROM {from}");
        for (var first = 0L; first <= last; first += Most)
            yield return string.Create(CultureInfo.InvariantCulture, $" AND rowid >= {first} AND rowid < {first + Most}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
