using System.Buffers.Binary;
using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>An entry of a zip archive as its directory describes it. Nothing is ever unpacked under its name.</summary>
/// <param name="Name">Its name, with '/' between folders.</param>
/// <param name="Offset">Where its local header begins in the archive.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Unpacked">Bytes when unpacked.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes.</param>
/// <param name="Method">How it is packed: 0 not at all, 8 deflate.</param>
/// <param name="IsEncrypted">Whether it needs a password.</param>
internal sealed record ZipEntry(string Name, long Offset, long Packed, long Unpacked, uint Crc, int Method, bool IsEncrypted)
{
    /// <summary>Why it cannot be read; null when nothing speaks against it.</summary>
    public string? Refusal => IsEncrypted ? "it is encrypted in its archive; pack it without a password"
        : Method is not (0 or 8) ? $"it is packed by method {Method}; pack it with deflate (the method every zip program has)"
        : Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? "it is an archive within an archive; unpack the outer one"
        : null;
}

/// <summary>
/// Reads the directory at the end of a zip archive (PKWARE APPNOTE 6.3.10, with zip64). Any directory that does not fit its file is an
/// <see cref="InvalidDataException"/>; memory stays within a small multiple of the directory.
/// </summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22;
    private const int HeaderBytes = 46;
    private const int MostDirectoryBytes = 64 << 20;

    /// <summary>The entries, folders left out, in the order of the directory.</summary>
    public static IReadOnlyList<ZipEntry> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var (count, offset, size) = End(file);
        if (offset < 0 || size < 0 || size > MostDirectoryBytes || offset + size > file.Length || count < 0 || count > size / HeaderBytes)
        {
            throw new InvalidDataException("its directory is damaged");
        }

        var bytes = new byte[size];
        file.Seek(offset, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        var entries = new List<ZipEntry>();
        var rest = bytes.AsSpan();
        for (var i = 0L; i < count; i++)
        {
            var entry = Entry(ref rest);
            if (entry.Offset > file.Length || entry.Packed > file.Length)
            {
                throw new InvalidDataException("its directory names places that it does not have: it may be cut off");
            }

            if (!entry.Name.EndsWith('/'))
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>Finds the record that ends the archive: behind it stands nothing but a comment.</summary>
    private static (long Count, long Offset, long Size) End(FileStream file)
    {
        var tail = new byte[Math.Min(file.Length, EndBytes + ushort.MaxValue)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || at + EndBytes > tail.Length)
        {
            throw new InvalidDataException("it is not a whole zip archive");
        }

        var end = tail.AsSpan(at);
        var (count, size, offset) = (U16(end, 10), U32(end, 12), U32(end, 16));
        return count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue
            ? End64(file, file.Length - tail.Length + at) : (count, offset, size);
    }

    private static (long Count, long Offset, long Size) End64(FileStream file, long end)
    {
        Span<byte> buffer = stackalloc byte[56];
        if (end >= 20)
        {
            file.Seek(end - 20, SeekOrigin.Begin);
            file.ReadExactly(buffer[..20]);
            var place = (long)BinaryPrimitives.ReadUInt64LittleEndian(buffer[8..]);
            if (buffer.StartsWith("PK\u0006\u0007"u8) && place >= 0 && place <= file.Length - 56)
            {
                file.Seek(place, SeekOrigin.Begin);
                file.ReadExactly(buffer);
                if (buffer.StartsWith("PK\u0006\u0006"u8))
                {
                    return (U64(buffer, 32), U64(buffer, 48), U64(buffer, 40));
                }
            }
        }

        throw new InvalidDataException("its directory is damaged");
    }

    private static ZipEntry Entry(ref Span<byte> rest)
    {
        if (rest.Length < HeaderBytes || !rest.StartsWith("PK\u0001\u0002"u8))
        {
            throw new InvalidDataException("its directory is damaged");
        }

        var header = rest;
        var (name, extra, comment) = (U16(header, 28), U16(header, 30), U16(header, 32));
        if (header.Length < HeaderBytes + name + extra + comment)
        {
            throw new InvalidDataException("its directory is damaged");
        }

        rest = header[(HeaderBytes + name + extra + comment)..];
        var (packed, unpacked, offset) = ((long)U32(header, 20), (long)U32(header, 24), (long)U32(header, 42));
        Widen(header.Slice(HeaderBytes + name, extra), ref unpacked, ref packed, ref offset);
        if (packed < 0 || unpacked < 0 || offset < 0)
        {
            throw new InvalidDataException("its directory is damaged");
        }

        return new(NameOf(header.Slice(HeaderBytes, name)), offset, packed, unpacked, U32(header, 16), U16(header, 10), (U16(header, 8) & 1) != 0);
    }

    /// <summary>Numbers that do not fit into 32 bits stand in a field of their own (zip64), in this order, those that are needed.</summary>
    private static void Widen(ReadOnlySpan<byte> extra, ref long unpacked, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            var (id, size) = (U16(extra, 0), Math.Min(U16(extra, 2), extra.Length - 4));
            var field = extra.Slice(4, size);
            extra = extra[(4 + size)..];
            if (id == 1)
            {
                Take(ref field, ref unpacked);
                Take(ref field, ref packed);
                Take(ref field, ref offset);
            }
        }
    }

    private static void Take(ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value == uint.MaxValue && field.Length >= 8)
        {
            value = U64(field, 0);
            field = field[8..];
        }
    }

    private static string NameOf(ReadOnlySpan<byte> bytes)
    {
        var name = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : CodePagesEncodingProvider.Instance.GetEncoding(437)!.GetString(bytes);
        return name.Replace('\\', '/').Replace('\0', '\uFFFD');
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long U64(ReadOnlySpan<byte> bytes, int at) => (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
