using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

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
    private const byte SealedMark = 0xC5;

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

    /// <summary>
    /// A request as bytes of the log. With a key, idempotency key and events are encrypted and authenticated together with the head; the frame is as long as in the clear, so that places
    /// stay when a log is encrypted later: the tag stands where the fingerprint would, and the nonce is made of the checksum's eight bytes, drawn at random, and of the time.
    /// </summary>
    public static byte[] Frame(ReadOnlySpan<byte> key, Guid fingerprint, DateTimeOffset received, int events, ReadOnlySpan<byte> payload, DataKey? seal)
    {
        var frame = Frame(key, fingerprint, received, events, payload);
        if (seal is null)
        {
            return frame;
        }

        frame[0] = SealedMark;
        seal.Id.Span.CopyTo(frame.AsSpan(1, 3));
        RandomNumberGenerator.Fill(frame.AsSpan(40, 8));
        var body = frame.AsSpan(HeadLength);
        seal.Encrypt(NonceOf(frame), body.ToArray(), body, frame.AsSpan(24, DataKey.TagBytes), frame.AsSpan(0, 24));
        return frame;
    }

    private static byte[] Frame(ReadOnlySpan<byte> key, Guid fingerprint, DateTimeOffset received, int events, ReadOnlySpan<byte> payload)
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
    /// <exception cref="CrmException">A request is encrypted, and not with this key.</exception>
    public static IEnumerable<PushFrame> Read(string folder, PushPosition from, DataKey? seal)
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
            var isSealed = head[0] == SealedMark;
            if (isSealed)
            {
                RefuseOtherKey(head, seal, PathOf(folder, from.Segment));
            }

            if (!(isSealed || head.AsSpan(0, 4).SequenceEqual(Magic)) || key is < 0 or > LongestKey || payload is < 0 or > LongestPayload || at.Offset + HeadLength + key + payload > length)
            {
                yield break;
            }

            var body = new byte[key + payload];
            file.ReadExactly(body);
            if (isSealed ? !seal!.TryDecrypt(NonceOf(head), body.ToArray(), head.AsSpan(24, DataKey.TagBytes), body, head.AsSpan(0, 24)) : !Check(head, body).SequenceEqual(head.AsSpan(40)))
            {
                yield break;
            }

            var end = at with { Offset = at.Offset + HeadLength + body.Length };
            yield return new(at, end, System.Text.Encoding.UTF8.GetString(body, 0, key), isSealed ? FingerprintOf(body.AsSpan(key)) : new Guid(head.AsSpan(24, 16)),
                DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16))), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)), body.AsMemory(key));
            at = end;
        }
    }

    /// <summary>Writes a segment anew with another key, or in the clear; every request stays where it was.</summary>
    /// <param name="path">The segment.</param>
    /// <param name="frames">Its requests.</param>
    /// <param name="seal">The key.</param>
    public static void Rewrite(string path, IEnumerable<PushFrame> frames, DataKey? seal)
    {
        var made = $"{path}.sealed";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(made, options))
        {
            foreach (var frame in frames)
            {
                file.Write(Frame(System.Text.Encoding.UTF8.GetBytes(frame.Key), frame.Fingerprint, frame.Received, frame.Events, frame.Payload.Span, seal));
            }

            file.Flush(flushToDisk: true);
        }

        File.SetLastWriteTimeUtc(made, File.GetLastWriteTimeUtc(path));
        File.Move(made, path, overwrite: true);
    }

    /// <summary>Which of some keys a segment is encrypted with; null for none. A server writes a segment with one key.</summary>
    /// <exception cref="CrmException">It is encrypted with another one.</exception>
    public static DataKey? KeyOf(string path, IReadOnlyList<DataKey> keys)
    {
        var head = new byte[HeadLength];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        if (file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) < HeadLength || head[0] != SealedMark)
        {
            return null;
        }

        var key = keys.FirstOrDefault(k => head.AsSpan(1, 3).SequenceEqual(k.Id.Span));
        RefuseOtherKey(head, key, path);
        return key;
    }

    /// <summary>What tells two requests apart that came with one idempotency key.</summary>
    public static Guid FingerprintOf(ReadOnlySpan<byte> payload) => new(SHA256.HashData(payload).AsSpan(0, 16));

    private static byte[] NonceOf(ReadOnlySpan<byte> head) => [.. head.Slice(40, 8), .. head.Slice(16, 4)];

    private static void RefuseOtherKey(ReadOnlySpan<byte> head, DataKey? seal, string path)
    {
        if (seal is null || !head.Slice(1, 3).SequenceEqual(seal.Id.Span))
        {
            throw new CrmException(
                FailureKind.CheckFailed, $"pushed events are encrypted{(seal is null ? "" : " with another key")}", path, "the key that they were received with",
                "Bring that key back; `crm encrypt` brings the project's files to what crm.yaml says. Nothing was changed");
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
