using System.Buffers.Binary;
using System.IO.Compression;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>The unpacked bytes of a zip entry: no more than its directory says, no fewer, and with the checksum it says; else an <see cref="InvalidDataException"/>.</summary>
internal sealed class ZipEntryStream : ForwardStream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8)
        .Aggregate((uint)i, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    private readonly Stream unpacked;
    private readonly ZipEntry entry;
    private long left;
    private uint crc = uint.MaxValue;

    private ZipEntryStream(Stream unpacked, ZipEntry entry) => (this.unpacked, this.entry, left) = (unpacked, entry, entry.Unpacked);

    /// <summary>Opens an entry of the archive, which is closed with it.</summary>
    public static ZipEntryStream Open(FileStream archive, ZipEntry entry)
    {
        if (entry.Refusal is { } refusal)
        {
            throw new InvalidDataException(refusal);
        }

        Span<byte> header = stackalloc byte[30];
        archive.Seek(entry.Offset, SeekOrigin.Begin);
        if (archive.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("PK\u0003\u0004"u8))
        {
            throw new InvalidDataException("its archive is damaged: no entry stands where the directory says");
        }

        archive.Seek(BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]), SeekOrigin.Current);
        var packed = new PartOfStream(archive, entry.Packed);
        return new(entry.Method == 0 ? packed : new DeflateStream(packed, CompressionMode.Decompress), entry);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var read = unpacked.Read(buffer);
        left -= read;
        if (left < 0)
        {
            throw new InvalidDataException("it unpacks to more than its archive says");
        }

        foreach (var b in buffer[..read])
        {
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return read > 0 || (left == 0 && ~crc == entry.Crc) ? read
            : throw new InvalidDataException(left > 0 ? "it unpacks to less than its archive says" : "it is damaged: its checksum is another");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next bytes of a stream.</summary>
    private sealed class PartOfStream(Stream whole, long length) : ForwardStream
    {
        private long left = length;

        public override int Read(Span<byte> buffer)
        {
            var read = whole.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                whole.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
