using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Databases;

/// <summary>
/// Reads a table in the order of its cursor and key, chunk by chunk. Each chunk begins with the record that the one before ended with: records with equal
/// places are then read twice rather than not at all, and the key tells that they are the same. Records without a place in the order (a NULL in cursor or
/// key) come with the first chunk of every load.
/// </summary>
internal sealed class CursorExtract(DatabaseExtract extract, IDatabase database, StreamContext stream, CancellationToken cancellation)
{
    /// <summary>What is new by the cursor.</summary>
    public LandedBatch Run(Discovery found)
    {
        var sync = stream.Stream.Sync;
        if (stream.Stream.Key.Count == 0)
        {
            throw new CrmException(
                FailureKind.CheckFailed, "a cursor without a key", $"{stream.Stream.Where} ({stream.Name})",
                "key: the columns that identify a record, since records at the mark are read again in every run", "Add the key");
        }

        var cursor = extract.Column(sync.Cursor!);
        var state = DatabaseState.Of(found.State);
        var isOther = state.Cursor is not null && state.Cursor != cursor.Name;
        state = isOther || state.Cursor is null ? new() { Cursor = cursor.Name, Type = cursor.Type } : state with { Type = cursor.Type };
        var order = Order(cursor);
        var chunk = sync.ChunkRows ?? DatabaseExtract.ChunkRows;
        using var table = extract.Table();
        var (rows, last, hasMore) = Chunk(found, table, order, state, chunk);
        var mark = last is null ? state.Mark : state.Mark is null ? last[0] : LandingTable.Greatest(stream.Scratch, cursor, last[0], state.Mark);
        state = hasMore
            ? state with { Mark = mark, After = last, Hash = null }
            : state with { Mark = mark, After = null, Hash = table.Hash(cursor, mark is null ? null : CursorBound.Of(stream, cursor, mark)) + rows.RejectsHash() };
        var batch = extract.Batch(found, table, rows);
        string[] warnings = isOther ? [$"the cursor is another than before: everything was read again"] : [];
        return batch with { State = state.ToString(), HasMore = hasMore, Warnings = [.. batch.Warnings, .. warnings] };
    }

    /// <summary>Everything, in the order of the key; all chunks together are the snapshot.</summary>
    public LandedBatch RunByKey(Discovery found, long chunk)
    {
        var before = DatabaseState.Of(found.State);
        using var table = extract.Table();
        var (rows, last, hasMore) = Chunk(found, table, Order(null), new() { After = before.After }, chunk);
        var state = hasMore ? new DatabaseState { After = last } : new DatabaseState { Read = found.Items[0].Path };
        return extract.Batch(found, table, rows) with
        {
            State = state.ToString(), HasMore = hasMore, IsSnapshot = !hasMore && rows.Rejects.Count == 0,
        };
    }

    private List<SourceColumn> Order(SourceColumn? cursor)
    {
        var order = new List<SourceColumn>();
        if (cursor is not null)
        {
            order.Add(cursor);
        }

        order.AddRange(stream.Stream.Key.Select(extract.Column).Where(k => k != cursor));
        return order;
    }

    private (RowSink Rows, IReadOnlyList<string>? Last, bool HasMore) Chunk(
        Discovery found, LandingTable table, List<SourceColumn> order, DatabaseState state, long chunk)
    {
        var complete = string.Join(" AND ", order.Select(c => $"NOT ({c.Missing})"));
        var (place, orphans) = Conditions(order, state, complete);
        for (var limit = chunk; ; limit *= 2)
        {
            var ordered = 0L;
            var rows = extract.Fill(table, found, sink =>
            {
                if (orphans is not null)
                {
                    extract.Read(sink, orphans, [], null);
                }

                ordered = -sink.Records;
                extract.Read(sink, place is null ? complete : $"{complete} AND {place}", order, limit);
                ordered += sink.Records;
            });
            var last = table.Last(order);
            var isFull = ordered >= limit;
            if (!isFull || last is null || state.After is null || !last.SequenceEqual(state.After))
            {
                return (rows, last, isFull && last is not null);
            }

            // So many records at one place that the chunk did not get beyond it.
            cancellation.ThrowIfCancellationRequested();
            table.Clear();
        }
    }

    private (string? Place, string? Orphans) Conditions(List<SourceColumn> order, DatabaseState state, string complete)
    {
        string[] compared = [.. order.Select(c => c.Compared)];
        if (state.After is { } after && after.Count == order.Count)
        {
            return (database.AtOrBehind(compared, [.. order.Zip(after, database.Literal)]), null);
        }

        if (state.Mark is null)
        {
            return (null, $"NOT ({complete})");
        }

        var least = database.Literal(order[0], CursorBound.Of(stream, order[0], state.Mark));
        var place = $"{order[0].Compared} >= {least}";
        return (place, $"NOT ({complete}) AND ({order[0].Missing} OR {place})");
    }
}
