using System.Globalization;
using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Records;

/// <summary>
/// One delivery of JSON records on its way to landing: a row for each object, a column for each key, in the order they are met. Text lands as it is, numbers
/// and nested values as their JSON text, so that nothing is lost on the way: what a column means, the stream's types and maps say.
/// </summary>
internal sealed class RecordDelivery : IDisposable
{
    private static readonly SqlFile Sql = SqlFile.Beside<RecordDelivery>();
    private readonly StreamContext stream;
    private readonly SourceItem item;
    private readonly ExtractTarget target;
    private readonly IProgress<ExtractProgress>? progress;
    private readonly DateTime began;
    private readonly RowSpool spool;
    private readonly JsonRow row;
    private readonly SpoolColumns columns;
    private readonly List<RejectedRecord> rejects = [];
    private readonly List<string> warnings = [];
    private readonly HashSet<string> said = new(StringComparer.Ordinal);
    private readonly HashSet<int> parts = [0];
    private long records;
    private int part;

    /// <summary>Begins a delivery.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="found">What is read: one item.</param>
    /// <param name="target">Where it lands.</param>
    /// <param name="progress">Told how far it is.</param>
    public RecordDelivery(StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress)
    {
        (this.stream, item, this.target, this.progress) = (stream, found.Items[0], target, progress);
        var now = stream.Clock.GetUtcNow().UtcDateTime;
        began = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        spool = new(Path.Combine(target.WorkFolder, "records"), stream.Scratch);
        columns = new(spool, warnings);
        row = new(spool, columns.PlaceOf);
        spool.Begin(0);
    }

    /// <summary>Records met, rejected ones counted.</summary>
    public long Records => records + rejects.Count;

    /// <summary>Bytes received.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether as many records are there as are wanted.</summary>
    public bool IsFull => target.Limit is { } limit && Records >= limit;

    /// <summary>The columns so far.</summary>
    public IReadOnlyList<string> Columns => columns.Names;

    /// <summary>Columns that are there even when no record has them, in this order.</summary>
    public void Expect(IEnumerable<string> names)
    {
        foreach (var column in names)
        {
            // The names of columns differ in more than the case of letters; keys of records need not.
            if (!columns.Names.Contains(column, StringComparer.OrdinalIgnoreCase))
            {
                columns.PlaceOf(column);
            }
        }
    }

    /// <summary>Lands the records that follow only when <see cref="Finish"/> keeps this part; 0 at first.</summary>
    public void Part(int number)
    {
        if (part != number)
        {
            spool.Begin(part = number);
            parts.Add(number);
        }
    }

    /// <summary>Takes a record: a JSON object in UTF-8. One that is not is rejected.</summary>
    /// <param name="json">The record.</param>
    /// <param name="line">The line it stands on, from 1; 0: the record's number.</param>
    /// <param name="more">Columns beside those of the record.</param>
    public void Add(ReadOnlySpan<byte> json, long line = 0, params ReadOnlySpan<(string Column, string? Value)> more)
    {
        foreach (var (column, value) in more)
        {
            if (value is not null)
            {
                spool.Set(columns.PlaceOf(column), Encoding.UTF8.GetBytes(value));
            }
        }

        if (row.Read(json) is { } fault)
        {
            spool.Reset();
            Reject(line, fault, json);
            return;
        }

        records++;
        spool.EndRow(Records, line);
        if (records % 1024 == 0)
        {
            Report();
        }
    }

    /// <summary>Puts a record aside that cannot be read.</summary>
    public void Reject(long line, string reason, ReadOnlySpan<byte> raw) =>
        rejects.Add(new(item.Path, Records + 1, line == 0 ? Records + 1 : line, 0, null, reason, FileFacts.RawText(raw)));

    /// <summary>Notes what is odd, once.</summary>
    public void Warn(string warning)
    {
        if (said.Add(warning))
        {
            warnings.Add(warning);
        }
    }

    /// <summary>Tells how far it is.</summary>
    public void Report(long atLeast = 0) => progress?.Report(new(0, 1, Bytes, 0, Math.Max(Records, atLeast)));

    /// <summary>Writes the Parquet file. What columns the stream has, only records tell: a delivery without any says of none, unless they were expected before.</summary>
    /// <param name="types">Types that columns take when every value fits; other columns are text.</param>
    /// <param name="keep">Says which parts land; null: all.</param>
    /// <param name="cancellation">Stops it.</param>
    public LandedBatch Finish(IReadOnlyDictionary<string, string>? types = null, Func<int, bool>? keep = null, CancellationToken cancellation = default)
    {
        var hasShape = Records > 0 || columns.Names.Count > 0;
        Expect(stream.Stream.Columns.Select(c => c.Name).Concat(stream.Stream.Key).Concat(stream.Stream.Sync.Cursor is { } cursor ? [cursor] : []));
        spool.Flush();
        var rows = FilesCopy.Spool(spool, null);
        var kept = SqlName.List(parts.Where(p => keep?.Invoke(p) ?? true).Append(-1).Select(p => p.ToString(CultureInfo.InvariantCulture)));
        var fitting = Fitting(rows, kept, types ?? new Dictionary<string, string>(), cancellation);
        var values = string.Concat(spool.Columns.Select(c => Sql.Fill("as",
            ("column", SqlName.Quote(c)),
            ("value", fitting.TryGetValue(c, out var type) ? Sql.Fill("cast", ("column", SqlName.Quote(c)), ("type", type)) : SqlName.Quote(c)))));
        try
        {
            stream.Scratch.Execute(Sql.Fill("copy", ("columns", values), ("spool", rows), ("kept", kept), ("target", SqlName.Literal(target.ParquetPath)), ("sealed", EnginePath.Sealed(stream.Scratch))), null, cancellation);
        }
        catch (EngineException e) when (e.Kind is EngineErrorKind.DiskFull or EngineErrorKind.OutOfMemory)
        {
            throw new CrmException(FailureKind.Failed, e.Message, stream.Name, "room for the raw rows", "Free space, then run again; nothing was lost", e);
        }

        var written = EnginePath.Written(stream.Scratch, target.ParquetPath);
        var landed = stream.Scratch.Scalar<long>(Sql.Fill("rows", ("target", written)), null, cancellation);
        Report();
        return new(
            target.ParquetPath,
            [new(0, item.Path, Bytes, began, "", FileChange.New, 0, landed, rejects.Count, warnings)],
            rejects,
            [.. spool.Columns.Count == 0 || !hasShape ? [] : stream.Scratch.Describe(Sql.Fill("columns", ("target", written))).Select(c => new LandedColumn(c.Name, c.Type))],
            []);
    }

    /// <inheritdoc/>
    public void Dispose() => spool.Dispose();

    /// <summary>The types that every value of their column fits.</summary>
    private Dictionary<string, string> Fitting(string rows, string kept, IReadOnlyDictionary<string, string> types, CancellationToken cancellation)
    {
        var asked = spool.Columns.Where(types.ContainsKey).ToList();
        var fitting = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (asked.Count == 0)
        {
            return fitting;
        }

        var counts = asked.Select(c => Sql.Fill("misfit", ("column", SqlName.Quote(c)), ("fits", Fits(SqlName.Quote(c), types[c]))));
        stream.Scratch.Stream(Sql.Fill("misfits", ("counts", SqlName.List(counts)), ("spool", rows), ("kept", kept)), null, found =>
        {
            for (var i = 0; i < asked.Count; i++)
            {
                if (found.GetInt64(i) == 0)
                {
                    fitting.Add(asked[i], types[asked[i]]);
                }
                else
                {
                    Warn($"column {asked[i]} holds values that are no {types[asked[i]]}; it lands as text");
                }
            }
        }, cancellation);
        return fitting;
    }

    private static string Fits(string column, string type) =>
        Sql.Fill(type is "BIGINT" or "BOOLEAN" or "DATE" ? $"fits {type}" : "fits", ("column", column), ("type", type));
}
