using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Crm.Analytics.Etl.Connectors.Push;

/// <summary>A place in the log of a stream.</summary>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Offset">Bytes from its beginning.</param>
public readonly record struct PushPosition(int Segment, long Offset) : IComparable<PushPosition>
{
    /// <inheritdoc/>
    public int CompareTo(PushPosition other) => Segment != other.Segment ? Segment.CompareTo(other.Segment) : Offset.CompareTo(other.Offset);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Segment}-{Offset}");
}

/// <summary>One request as it stands in the log.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="End">Where the next one begins.</param>
/// <param name="Key">Its idempotency key; empty for none.</param>
/// <param name="Fingerprint">A hash of its events.</param>
/// <param name="Received">When it came.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Payload">The events, each a JSON object on a line; empty when only heads were asked for.</param>
internal sealed record PushFrame(PushPosition At, PushPosition End, string Key, Guid Fingerprint, DateTimeOffset Received, int Events, ReadOnlyMemory<byte> Payload);

/// <summary>
/// The files that pushed events stand in, one frame for each request: a head with lengths and a checksum, the idempotency key, the events. A process that
/// writes begins a segment of its own, so what a crash tore stays at the end of its segment and no place is ever given twice.
/// </summary>
internal static class PushSegment
{
    private const int HeadLength = 48;
    private const int LongestKey = 1024;

    /// <summary>Longest frame.</summary>
    private const int LongestPayload = 1 << 30;

    private static ReadOnlySpan<byte> Magic => "CRMp"u8;

    /// <summary>The segment's file.</summary>
    public static string PathOf(string folder, int number) => Path.Combine(folder, number.ToString("D8", CultureInfo.InvariantCulture) + ".events");

    /// <summary>Numbers of the segments there are, ascending.</summary>
    public static IReadOnlyList<int> Numbers(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, "*.events").Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Where(n => n > 0).Order(),
    ];

    /// <summary>A request as bytes of the log.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> key, Guid fingerprint, DateTimeOffset received, int events, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadLength + key.Length + payload.Length];
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(8), payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(12), events);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(16), received.ToUnixTimeMilliseconds());
        fingerprint.TryWriteBytes(frame.AsSpan(24));
        key.CopyTo(frame.AsSpan(HeadLength));
        payload.CopyTo(frame.AsSpan(HeadLength + key.Length));
        Check(frame, frame.AsSpan(HeadLength)).CopyTo(frame.AsSpan(40));
        return frame;
    }

    /// <summary>
    /// The whole requests of a segment from an offset on. What it answers is on disk for good: what another process has written and not yet brought there
    /// is brought there first, so that nothing is loaded that a power cut could take back.
    /// </summary>
    public static IEnumerable<PushFrame> Read(string folder, PushPosition from)
    {
        using var file = new FileStream(PathOf(folder, from.Segment), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        var length = file.Length;
        if (from.Offset >= length)
        {
            yield break;
        }

        RandomAccess.FlushToDisk(file.SafeFileHandle);
        file.Position = from.Offset;
        var head = new byte[HeadLength];
        for (var at = from; at.Offset + HeadLength <= length;)
        {
            file.ReadExactly(head);
            var (key, payload) = (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8)));
            if (!head.AsSpan(0, 4).SequenceEqual(Magic) || key is < 0 or > LongestKey || payload is < 0 or > LongestPayload || at.Offset + HeadLength + key + payload > length)
            {
                yield break;
            }

            var body = new byte[key + payload];
            file.ReadExactly(body);
            if (!Check(head, body).SequenceEqual(head.AsSpan(40)))
            {
                yield break;
            }

            var end = at with { Offset = at.Offset + HeadLength + body.Length };
            yield return new(at, end, System.Text.Encoding.UTF8.GetString(body, 0, key), new Guid(head.AsSpan(24, 16)),
                DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16))), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)), body.AsMemory(key));
            at = end;
        }
    }

    private static byte[] Check(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head[4..40]);
        hash.AppendData(body);
        return hash.GetHashAndReset()[..8];
    }
}
