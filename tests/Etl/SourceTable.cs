using System.Globalization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Etl;

/// <summary>A row of a source table.</summary>
/// <param name="Id">Its key; null makes a row without one.</param>
/// <param name="Mark">Its cursor.</param>
/// <param name="Values">The other columns by name.</param>
internal sealed record SourceRow(string? Id, long Mark, IReadOnlyDictionary<string, string?> Values)
{
    public bool IsDeletion { get; init; }
}

/// <summary>
/// A connector over a table in memory that delivers as databases do: everything, what the cursor says is new (with lag and in chunks), or a log of changes.
/// Columns are id VARCHAR, mark BIGINT, price, customer, country and whatever else rows have as VARCHAR.
/// </summary>
internal sealed class SourceTable : IConnector
{
    public List<SourceRow> Rows { get; } = [];

    /// <summary>What the log of changes holds; entries are numbered from 1.</summary>
    public List<SourceRow> Log { get; } = [];

    /// <summary>Batches read so far.</summary>
    public int Reads { get; private set; }

    /// <summary>What the reading fails with, once; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public ConnectorOptions Options { get; } = new("table", [], []) { ReadsFromCursor = true, ReadsChanges = true, ReadsKeys = true };

    public void Put(string id, long mark, params (string Column, string? Value)[] values)
    {
        Rows.RemoveAll(r => r.Id == id);
        Rows.Add(new(id, mark, values.ToDictionary(v => v.Column, v => v.Value)));
    }

    public void Remove(string id) => Rows.RemoveAll(r => r.Id == id);

    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) => [];

    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default) => ColumnsOf(Rows.Concat(Log));

    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) => Discovery.Delivery(stream, committed);

    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        Reads++;
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }

        var (rows, state, hasMore) = Read(stream.Stream.Sync, found.State, target);
        var columns = ColumnsOf(Rows.Concat(Log));
        Write(stream.Scratch, target.ParquetPath, rows, columns);
        return new(
            target.ParquetPath, [new(0, found.Items[0].Path, 0, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(Reads), "", FileChange.New, 0, rows.Count, 0, [])],
            [], columns, [])
        {
            State = state,
            HasMore = hasMore,
            IsSnapshot = stream.Stream.Sync.Load == LoadMode.Full,
            MarksDeleted = true,
        };
    }

    public void ReadKeys(StreamContext stream, string parquetPath, CancellationToken cancellation = default) => Write(stream.Scratch, parquetPath, Rows, []);

    private (List<SourceRow> Rows, string State, bool HasMore) Read(StreamSync sync, string? state, ExtractTarget target)
    {
        if (sync.Load == LoadMode.Changes)
        {
            var from = int.Parse(state ?? "0", CultureInfo.InvariantCulture);
            return ([.. Log.Skip(from)], Log.Count.ToString(CultureInfo.InvariantCulture), false);
        }

        if (sync.Load == LoadMode.Full)
        {
            var hash = string.Join('\n', Rows.Select(r => $"{r.Id}|{r.Mark}|{string.Join(',', r.Values.OrderBy(v => v.Key).Select(v => $"{v.Key}={v.Value}"))}").Order(StringComparer.Ordinal));
            return ([.. Rows], hash, false);
        }

        if (target.From is not null || target.To is not null)
        {
            var (least, end) = (long.Parse(target.From ?? "0", CultureInfo.InvariantCulture), long.Parse(target.To ?? "999999999", CultureInfo.InvariantCulture));
            return ([.. Rows.Where(r => r.Mark >= least && r.Mark < end)], state!, false);
        }

        // The state is the last mark, and within a first load also the last key.
        var parts = (state ?? "").Split('|');
        var mark = parts[0].Length == 0 ? long.MinValue : long.Parse(parts[0], CultureInfo.InvariantCulture);
        var ordered = Rows.OrderBy(r => r.Mark).ThenBy(r => r.Id, StringComparer.Ordinal);
        var rows = (parts.Length > 1
            ? ordered.Where(r => r.Mark > mark || (r.Mark == mark && string.CompareOrdinal(r.Id, parts[1]) > 0))
            : ordered.Where(r => mark == long.MinValue || r.Mark >= mark - (sync.Lag?.Number ?? 0))).ToList();
        var isFirst = mark == long.MinValue || parts.Length > 1;
        if (isFirst && sync.ChunkRows is { } chunk && rows.Count > chunk)
        {
            rows = rows[..(int)chunk];
            return (rows, $"{rows[^1].Mark}|{rows[^1].Id}", true);
        }

        var last = Math.Max(mark, rows.Count == 0 ? mark : rows.Max(r => r.Mark));
        return (rows, last == long.MinValue ? "" : last.ToString(CultureInfo.InvariantCulture), false);
    }

    private static List<LandedColumn> ColumnsOf(IEnumerable<SourceRow> rows) =>
        [new("id", "VARCHAR"), new("mark", "BIGINT"), .. rows.SelectMany(r => r.Values.Keys).Concat(["price", "customer", "country"]).Distinct().Order(StringComparer.Ordinal).Select(c => new LandedColumn(c, "VARCHAR"))];

    private static void Write(ISession session, string path, IReadOnlyList<SourceRow> rows, IReadOnlyList<LandedColumn> columns)
    {
        var names = columns.Skip(2).Select(c => c.Name).ToList();
        session.Execute($"CREATE OR REPLACE TEMP TABLE delivery (_file INTEGER, _record BIGINT, _deleted BOOLEAN, id VARCHAR, mark BIGINT{string.Concat(names.Select(n => $", {SqlName.Quote(n)} VARCHAR"))})");
        session.InTransaction(() =>
        {
            using var append = session.Append("temp", "delivery");
            foreach (var (i, row) in rows.Index())
            {
                append.Row([0, (long)i + 1, row.IsDeletion, row.Id, row.Mark, .. names.Select(n => (object?)row.Values.GetValueOrDefault(n))]);
            }

            append.Complete();
        });
        session.Execute($"COPY delivery TO {SqlName.Literal(path)} (FORMAT parquet)");
    }
}
