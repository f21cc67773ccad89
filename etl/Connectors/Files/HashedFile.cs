using System.Security.Cryptography;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>
/// A file read once from end to end: hashed as it passes, decompressed, and decoded to UTF-8. The end is where it was when reading began: a file that grows
/// as fast as it is read would never end.
/// </summary>
internal sealed class HashedFile : ForwardStream
{
    private readonly Stream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private long left;

    private HashedFile(FilePlace place) => (file, left) = (place.Open(), place.Entry is null ? place.Length() : long.MaxValue);

    public long BytesRead { get; private set; }

    /// <summary>Opens a file; <paramref name="text"/> gives its text as UTF-8 without a byte-order mark.</summary>
    public static HashedFile Open(string location, FileProbe probe, FilesOptions options, out Stream text)
    {
        var place = FilePlace.Parse(location);
        var file = new HashedFile(place);
        text = probe.Gzip ? FilePlace.Gunzip(file, place.Length(), options, leaveOpen: true) : file;
        if (probe.Encoding is { } encoding)
        {
            text = Encoding.CreateTranscodingStream(text, encoding, new UTF8Encoding(false, true), leaveOpen: true);
        }

        return file;
    }

    /// <summary>SHA-256 of a file's bytes, lower-case hexadecimal.</summary>
    public static string Sha256Of(string location, CancellationToken cancellation)
    {
        using var file = new HashedFile(FilePlace.Parse(location));
        return file.Finish(cancellation);
    }

    /// <summary>Reads what is left of the file and answers the hash of all of it, lower-case hexadecimal.</summary>
    public string Finish(CancellationToken cancellation)
    {
        var rest = new byte[1 << 16];
        while (Read(rest) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        left -= read;
        hash.AppendData(buffer[..read]);
        BytesRead += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
