using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl.Connectors.Records;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Etl.Connectors.Push;

/// <summary>Where reading a stream ended.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Offset">Bytes of it that were read.</param>
/// <param name="Columns">The columns its events have had, in the order they came.</param>
internal sealed record PushState(int Segment, long Offset, IReadOnlyList<string> Columns)
{
    public PushPosition Position => new(Segment, Offset);

    public static PushState Read(string? text) => text is null ? new(0, 0, []) : JsonSerializer.Deserialize<PushState>(text, JsonSerializerOptions.Web)!;

    public override string ToString() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}

/// <summary>
/// Reads the events that were POSTed to <c>crm serve</c>, from the durable log they stand in: what was answered is read, once, and what a crash tore is not.
/// The raw column <c>_received_at</c> says when an event came (UTC, ISO 8601).
/// </summary>
public sealed class PushConnector : IConnector
{
    private const string ReceivedColumn = "_received_at";

    /// <inheritdoc/>
    public ConnectorOptions Options => PushOptions.Declared;

    /// <inheritdoc/>
    /// <remarks>What will be pushed, nobody knows before.</remarks>
    public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) => [];

    /// <inheritdoc/>
    /// <remarks>The columns of the events that are there, and the declared ones.</remarks>
    public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default)
    {
        var columns = new List<string>();
        foreach (var frame in Frames(FolderOf(stream), default, stream.Scratch.Key).Take(100))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var line in Lines(frame.Payload))
            {
                using var json = JsonDocument.Parse(line);
                columns.AddRange(json.RootElement.EnumerateObject().Select(p => p.Name).Where(n => !columns.Contains(n, StringComparer.OrdinalIgnoreCase)));
            }
        }

        return [.. columns.Concat(stream.Stream.Columns.Select(c => c.Name)).Concat(stream.Stream.Key).Append(ReceivedColumn)
            .Distinct(StringComparer.OrdinalIgnoreCase).Select(c => new LandedColumn(c, "VARCHAR"))];
    }

    /// <inheritdoc/>
    public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) =>
        Frames(FolderOf(stream), PushState.Read(committed.State).Position, stream.Scratch.Key).Any() ? Discovery.Delivery(stream, committed) : new([], 0, []);

    /// <inheritdoc/>
    /// <remarks>As the answers to pushed requests name places.</remarks>
    public string? MarkOf(string state)
    {
        var read = PushState.Read(state);
        return string.Create(CultureInfo.InvariantCulture, $"{read.Segment}-{read.Offset}");
    }

    /// <inheritdoc/>
    public LandedBatch Extract(
        StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (target.From is not null || target.To is not null)
        {
            throw new CrmException(FailureKind.WrongUse, "a range of pushed events", stream.Name, "a source that can be asked again", "Replay the range from landing with --replay");
        }

        var state = PushState.Read(found.State);
        var position = state.Position;
        var most = int.TryParse(stream.Option("max_events")?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 500_000;
        using var delivery = new RecordDelivery(stream, found, target, progress);
        delivery.Expect(state.Columns);
        var hasMore = false;
        foreach (var frame in Frames(FolderOf(stream), position, stream.Scratch.Key, lost => delivery.Warn(
            string.Create(CultureInfo.InvariantCulture, $"{lost} bytes at the end of a segment are no whole request: the server ended while it received them"))))
        {
            cancellation.ThrowIfCancellationRequested();
            if (delivery.Records >= most || delivery.IsFull)
            {
                hasMore = true;
                break;
            }

            var received = frame.Received.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            foreach (var line in Lines(frame.Payload))
            {
                delivery.Add(line.Span, 0, (ReceivedColumn, received));
            }

            delivery.Bytes += frame.Payload.Length;
            position = frame.End;
        }

        var batch = delivery.Finish(cancellation: cancellation);
        return target.Limit is not null ? batch with { State = found.State } : batch with
        {
            State = new PushState(position.Segment, position.Offset, delivery.Columns).ToString(),
            HasMore = hasMore,
        };
    }

    /// <summary>The requests behind a place.</summary>
    /// <param name="folder">The log's folder.</param>
    /// <param name="from">The place.</param>
    /// <param name="seal">The key that they are encrypted with.</param>
    /// <param name="lost">Told of bytes at the end of a segment that are no whole request.</param>
    internal static IEnumerable<PushFrame> Frames(string folder, PushPosition from, DataKey? seal = null, Action<long>? lost = null)
    {
        // Listed before any is read: a segment with another behind it has got its last request.
        var numbers = PushSegment.Numbers(folder);
        foreach (var number in numbers.Where(n => n >= from.Segment))
        {
            var at = number == from.Segment ? from : new(number, 0);
            foreach (var frame in PushSegment.Read(folder, at, seal))
            {
                at = frame.End;
                yield return frame;
            }

            if (number != numbers[^1] && new FileInfo(PushSegment.PathOf(folder, number)).Length is var length && length > at.Offset)
            {
                lost?.Invoke(length - at.Offset);
            }
        }
    }

    private static string FolderOf(StreamContext stream) => PushLog.FolderOf(stream.ProjectFolder, stream.Source.Name, stream.Stream.Name);

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> payload)
    {
        while (payload.Length > 0)
        {
            var end = payload.Span.IndexOf((byte)'\n');
            yield return end < 0 ? payload : payload[..end];
            payload = end < 0 ? default : payload[(end + 1)..];
        }
    }
}
