using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>A file read once from end to end: hashed as it passes, decompressed, and decoded to UTF-8.</summary>
internal sealed class HashedFile : Stream
{
    private readonly FileStream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private HashedFile(string location)
    {
        file = new FileStream(location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
    }

    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => BytesRead; set => throw new NotSupportedException(); }

    /// <summary>Opens a file; <paramref name="text"/> gives its text as UTF-8 without a byte-order mark.</summary>
    public static HashedFile Open(string location, FileProbe probe, out Stream text)
    {
        var file = new HashedFile(location);
        text = probe.Gzip ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
        if (probe.Encoding is { } encoding)
        {
            text = Encoding.CreateTranscodingStream(text, encoding, new UTF8Encoding(false, true), leaveOpen: true);
        }

        return file;
    }

    /// <summary>SHA-256 of a file's bytes, lower-case hexadecimal.</summary>
    public static string Sha256Of(string location, CancellationToken cancellation)
    {
        using var file = new HashedFile(location);
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
        var read = file.Read(buffer);
        hash.AppendData(buffer[..read]);
        BytesRead += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
