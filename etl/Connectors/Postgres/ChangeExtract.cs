using System.Diagnostics.CodeAnalysis;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Landing;
using Npgsql;

namespace Crm.Analytics.Etl.Connectors.Postgres;

/// <summary>
/// Follows a table by the server's log. First a slot is made, then the table is read; from then on each delivery has what the log says since the one before,
/// in its order. The log is looked at, never consumed: the slot moves to the place that the warehouse has committed, at the beginning of the next run.
/// </summary>
internal sealed class ChangeExtract(
    StreamContext stream, ExtractTarget target, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
{
    /// <summary>So far the log of other tables may grow before our place moves past it without a change of our own.</summary>
    private const ulong QuietBytes = 16 << 20;

    /// <summary>Reads on from the state.</summary>
    public LandedBatch Run(Discovery found)
    {
        using var slot = new ChangeSlot(stream, cancellation);
        var state = DatabaseState.Of(found.State);
        if (state.Lsn is null || state.Slot != slot.Name)
        {
            return Snapshot(slot, found, slot.Create());
        }

        if (slot.Place() is not { } place)
        {
            var batch = Snapshot(slot, found, slot.Create());
            return batch with { Warnings = [.. batch.Warnings, $"slot {slot.Name} was gone: the table was read anew"] };
        }

        var committed = CommittedPlace.Of(stream, found.State);
        if (committed is { } known && known > place)
        {
            slot.Advance(known);
            place = known;
        }

        return Changes(slot, found, state, place);
    }

    /// <summary>The whole table, and which transactions it has in it.</summary>
    private LandedBatch Snapshot(ChangeSlot slot, Discovery found, ulong place)
    {
        using var database = new PostgresDatabase(stream, shared: false, cancellation);
        var (snapshot, until) = slot.Snapshot(database.Connection);
        var state = new DatabaseState { Slot = slot.Name, Lsn = LogPlace.Text(place), Snapshot = snapshot, Until = until };
        return new DatabaseExtract(database, stream, target, progress, cancellation).Full(found) with { State = state.ToString() };
    }

    private LandedBatch Changes(ChangeSlot slot, Discovery found, DatabaseState state, ulong place)
    {
        using var database = new PostgresDatabase(stream, shared: false, cancellation);
        var columns = database.Columns(cancellation);
        using var table = new LandingTable(stream.Scratch, columns, PostgresText.Read);
        var since = LogPlace.Parse(state.Lsn!);
        var end = Math.Max(since, slot.End());
        var last = since;
        var isEmptied = false;
        var rows = table.Fill(found.Items[0].Path, sink =>
        {
            using var row = new ChangeRows(slot, stream, columns, sink);
            (last, isEmptied) = Peek(slot, state, place, since, end, row);
        }, progress, cancellation);
        if (isEmptied)
        {
            // What was there when the table was emptied can no longer be told record by record.
            return Snapshot(slot, found, last);
        }

        foreach (var (record, column, text) in table.TakeUnfit())
        {
            rows.Reject(record, column, columns[column].Name, $"the value has no place in {columns[column].Type}", text);
        }

        var reached = rows.Records > 0 || end - since > QuietBytes ? Math.Max(last, end) : since;
        var isPast = state.Until is { } until && reached > LogPlace.Parse(until);
        var next = state with { Lsn = LogPlace.Text(reached), Snapshot = isPast ? null : state.Snapshot, Until = isPast ? null : state.Until };
        return new DatabaseExtract(database, stream, target, progress, cancellation).Batch(found, table, rows, numbered: true) with
        {
            State = reached == since ? found.State : next.ToString(), MarksDeleted = true,
        };
    }

    /// <summary>Hands on what committed transactions did, and says where the last ended.</summary>
    private static (ulong Last, bool IsEmptied) Peek(ChangeSlot slot, DatabaseState state, ulong place, ulong since, ulong end, ChangeRows rows)
    {
        // What an earlier delivery has and the warehouse has not yet committed stands before it in the log.
        var skip = 0L;
        if (place < since)
        {
            slot.Peek(slot.Reader(), since, (_, _, _) => skip++);
        }

        var seen = state.Snapshot is { } snapshot ? new SeenTransactions(snapshot) : null;
        var (last, isEmptied, reader) = (since, false, slot.Reader());
        slot.Peek(reader, end, (at, transaction, data) =>
        {
            foreach (var change in reader.Read(data))
            {
                if (skip > 0 || seen?.Saw(transaction) == true)
                {
                    continue;
                }

                last = change.Kind == ChangeKind.Commit ? Math.Max(last, at) : last;
                isEmptied |= change.Kind == ChangeKind.Truncate && rows.IsOurs(change);
                rows.Write(change);
            }

            skip--;
        });
        return (last, isEmptied);
    }

    /// <summary>What the warehouse had committed when the run began: what the run has landed since does not count.</summary>
    [SuppressMessage("Performance", "CA1812", Justification = "Made by the factory below.")]
    internal sealed class CommittedPlace(ulong? place) : IDisposable
    {
        public static void Remember(StreamContext stream, string? state) => _ = Get(stream, state);

        /// <summary>The committed place; null when there is none, or it is of another slot.</summary>
        public static ulong? Of(StreamContext stream, string? state) => Get(stream, state).Place;

        public ulong? Place { get; } = place;

        public void Dispose()
        {
        }

        private static CommittedPlace Get(StreamContext stream, string? state) => stream.Shared.Get(
            $"postgres committed {stream.Name}", () => new CommittedPlace(DatabaseState.Of(state).Lsn is { } lsn ? LogPlace.Parse(lsn) : null));
    }
}
