using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Analytics.Etl.Connectors.Records;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Etl.Connectors.Http;

/// <summary>Where reading a stream ended.</summary>
/// <param name="Mark">The greatest value of its cursor.</param>
/// <param name="Columns">The columns its records have had, in the order they came.</param>
internal sealed record HttpState(string? Mark, IReadOnlyList<string> Columns)
{
    /// <summary>Within a load in chunks: the page to go on with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PagePlace? After { get; init; }

    public static HttpState Read(string? text) => text is null ? new(null, []) : JsonSerializer.Deserialize<HttpState>(text, JsonSerializerOptions.Web)!;

    public override string ToString() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}

/// <summary>Reads one delivery of a stream, or of the records that stand within those of its parent.</summary>
internal sealed class HttpExtract
{
    private readonly StreamContext stream;
    private readonly StreamContext asked;
    private readonly HttpOptions options;
    private readonly JsonPath? within;

    public HttpExtract(StreamContext stream)
    {
        this.stream = asked = stream;
        if (stream.Stream.Options.GetValueOrDefault("parent") is { } parent)
        {
            asked = stream with
            {
                Stream = stream.Source.Streams.FirstOrDefault(s => s.Name == parent.Text && s.Name != stream.Stream.Name && !s.Options.ContainsKey("parent"))
                    ?? throw Wrong(parent, $"parent: {parent.Text}", "another stream of this source, itself without a parent"),
            };
            within = new HttpOptionReader(stream).Path("records") ?? throw Wrong(parent, "parent without records", "records: where this stream's records stand in those of its parent");
            _ = asked.Stream.Key.Count > 0 ? true : throw Wrong(parent, $"the parent {parent.Text} has no key", $"a key of {parent.Text}, which its records pass on");
        }

        options = HttpOptions.Read(asked);
    }

    private StreamSync Sync => asked.Stream.Sync;

    /// <summary>Reads on from where the last delivery ended.</summary>
    public LandedBatch Run(Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress, CancellationToken cancellation)
    {
        var before = HttpState.Read(found.State);
        using var delivery = new RecordDelivery(stream, found, target, progress);
        delivery.Expect(before.Columns);
        var isIncremental = Sync is { Load: LoadMode.Incremental, Cursor: not null };
        var isBackfill = target.From is not null || target.To is not null;
        var mark = before.Mark;
        var pages = new HttpPages(asked, options);
        var chunk = CanChunk(before, target, isIncremental, pages) ? Sync.ChunkRows : null;
        PagePlace? after = null;
        foreach (var page in FromChunk(pages, before, Range(before, target, isIncremental), delivery, cancellation))
        {
            delivery.Bytes += page.Bytes;
            foreach (var record in page.Records)
            {
                if (delivery.IsFull)
                {
                    break;
                }

                var cursor = Sync.Cursor is { } name ? CursorMark.Of(record, name) : null;
                if (isBackfill && !IsWithin(cursor, target))
                {
                    continue;
                }

                mark = cursor is not null && (mark is null || CursorMark.Compare(cursor, mark) > 0) ? cursor : mark;
                Add(delivery, record);
                if (isIncremental && cursor is null)
                {
                    delivery.Warn($"records without '{Sync.Cursor}', the cursor, move no mark");
                }
            }

            delivery.Report();
            if (chunk is not null && delivery.Records >= chunk && page.Next is not null)
            {
                after = page.Next;
                break;
            }

            if (delivery.IsFull)
            {
                break;
            }
        }

        var batch = delivery.Finish(cancellation: cancellation);
        return isBackfill || target.Limit is not null ? batch with { State = found.State }
            : after is not null ? batch with { State = new HttpState(mark, delivery.Columns) { After = after }.ToString(), HasMore = true }
            : isIncremental ? batch with { State = new HttpState(mark, delivery.Columns).ToString() }
            : batch with { IsSnapshot = true };
    }

    /// <summary>The columns of the first page's records.</summary>
    public IReadOnlyList<LandedColumn> Columns(string workFolder, CancellationToken cancellation)
    {
        var found = Discovery.Delivery(stream, CommittedStream.Nothing);
        var target = new ExtractTarget(Path.Combine(workFolder, "columns.parquet"), workFolder) { Limit = 1 };
        return new HttpExtract(stream).Run(found, target, null, cancellation).Columns;
    }

    /// <summary>
    /// A first load, and a full one of a stream with a key, lands in chunks when the stream says <c>chunk_rows</c>; not where other streams take records out of this one,
    /// since all of them have to come out of one reading.
    /// </summary>
    private bool CanChunk(HttpState before, ExtractTarget target, bool isIncremental, HttpPages pages) =>
        target is { From: null, To: null, Limit: null } && within is null && !pages.IsParent && asked.Stream.Key.Count > 0 && (!isIncremental || before.Mark is null || before.After is not null);

    /// <summary>The pages behind the last chunk; all of them when the server does not know that place any more.</summary>
    private static IEnumerable<RecordPage> FromChunk(HttpPages pages, HttpState before, List<NamedValue> range, RecordDelivery delivery, CancellationToken cancellation)
    {
        var reader = pages.Read(range, before.After, cancellation).GetEnumerator();
        try
        {
            bool isThere;
            try
            {
                isThere = reader.MoveNext();
            }
            catch (CrmException e) when (before.After is not null && !e.Retryable)
            {
                delivery.Warn($"the server does not go on where the last chunk ended ({e.Found}): everything was read again");
                reader.Dispose();
                reader = pages.Read(range, null, cancellation).GetEnumerator();
                isThere = reader.MoveNext();
            }

            for (; isThere; isThere = reader.MoveNext())
            {
                yield return reader.Current;
            }
        }
        finally
        {
            reader.Dispose();
        }
    }

    private List<NamedValue> Range(HttpState before, ExtractTarget target, bool isIncremental)
    {
        var range = new List<NamedValue>();
        var from = target.From ?? (isIncremental && target.To is null && before is { After: null, Mark: { } mark } ? CursorMark.Less(mark, Sync.Lag ?? default, asked) : null);
        if (options.CursorParam is { } since && from is not null)
        {
            range.Add(new(since, from));
        }

        if (options.CursorToParam is { } until && target.To is { } to)
        {
            range.Add(new(until, to));
        }

        return range;
    }

    private static bool IsWithin(string? cursor, ExtractTarget target) => cursor is not null
        && (target.From is not { } from || CursorMark.Compare(cursor, from) >= 0) && (target.To is not { } to || CursorMark.Compare(cursor, to) < 0);

    private void Add(RecordDelivery delivery, JsonElement record)
    {
        if (within is null)
        {
            delivery.Add(Bytes(record));
            return;
        }

        if (record.ValueKind != JsonValueKind.Object || within.Find(record) is not { ValueKind: not JsonValueKind.Null } items)
        {
            return;
        }

        var keys = asked.Stream.Key.Select(k => ($"_parent_{k}", record.TryGetProperty(k, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null)).ToArray();
        foreach (var item in items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : new[] { items })
        {
            delivery.Add(Bytes(item), 0, keys);
        }
    }

    private static byte[] Bytes(JsonElement record) => Encoding.UTF8.GetBytes(record.GetRawText());

    private static CrmException Wrong(OptionValue option, string found, string expected) =>
        new(FailureKind.CheckFailed, found, option.Where.ToString(), expected, "Correct the option");
}
