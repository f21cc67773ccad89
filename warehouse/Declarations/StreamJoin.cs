namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>
/// Streams of one source that a map reads together: <c>orders join order_items using (order_id)</c>. Its records are those that the join makes of the records
/// which the streams' keys stand for now; it is followed like a stream of its own.
/// </summary>
/// <param name="Name">The name it goes by in the run log, the landing and lineage: <c>orders_join_order_items</c>.</param>
/// <param name="Sql">The join as written.</param>
/// <param name="Streams">The streams, in order.</param>
/// <param name="Places">Where each stream's name stands in <paramref name="Sql"/>.</param>
/// <param name="Shared">Columns of <c>using</c>: there is one of each.</param>
/// <param name="KeepsAll">True when a record of the first stream stays though another stream has none for it (left join).</param>
/// <param name="Where">Where it is declared.</param>
public sealed record StreamJoin(
    string Name, string Sql, IReadOnlyList<string> Streams, IReadOnlyList<int> Places, IReadOnlyList<string> Shared, bool KeepsAll, SourceLocation Where)
{
    /// <summary>The column that tells which record of a stream a joined record is made of; empty where there is none.</summary>
    public static string KeyOf(string stream) => $"_of_{stream}";

    /// <summary>The join as a FROM clause over relations.</summary>
    /// <param name="relation">The relation of a stream.</param>
    public string From(Func<string, string> relation)
    {
        var sql = Sql;
        foreach (var (stream, place) in Streams.Zip(Places).Reverse())
        {
            sql = $"{sql[..place]}{relation(stream)} AS \"{stream}\"{sql[(place + stream.Length)..]}";
        }

        return sql;
    }
}
