using System.Text;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What the first bytes of a file say.</summary>
/// <param name="Format">How it is laid out.</param>
/// <param name="Gzip">Whether it is compressed.</param>
/// <param name="Encoding">Its encoding when it is not UTF-8; null for UTF-8.</param>
/// <param name="IsEmpty">Whether it holds nothing.</param>
/// <param name="Refusal">Why it cannot be read; null when nothing speaks against it.</param>
internal sealed record FileProbe(FileFormat Format, bool Gzip, Encoding? Encoding, bool IsEmpty, string? Refusal)
{
    private const int BytesLookedAt = 4096;

    private static readonly (byte[] Start, string What)[] Binaries =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive (or xlsx, docx)"),
        ([0x7F, 0x45, 0x4C, 0x46], "an ELF program"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "a PDF document"),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet file"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office document"),
        ([.. "SQLite format 3\0"u8], "an SQLite database"),
    ];

    /// <summary>The first bytes as UTF-8; the last character may be cut.</summary>
    public byte[] Head { get; private init; } = [];

    /// <summary>Looks at a file. Never throws for what the file holds; errors of reading it are the refusal.</summary>
    public static FileProbe Look(string location, FilesOptions options)
    {
        var place = FilePlace.Parse(location);
        var format = options.FormatOf(place.Name);
        try
        {
            if (place.Entry is null && place.IsArchive)
            {
                return Refused(format, ArchiveListing.Of(place.Path, options).Refusal ?? "it is a zip archive");
            }

            if (place.Entry?.Refusal is { } refusal)
            {
                return Refused(format, refusal);
            }

            var (bytes, total) = FirstBytes(place, options, gzip: false);
            var isGzip = bytes.AsSpan().StartsWith<byte>([0x1F, 0x8B]);
            if (total == 0)
            {
                return new FileProbe(format, false, null, IsEmpty: true, null);
            }

            if (isGzip != (options.Gzip ?? isGzip) || (isGzip && format is FileFormat.Parquet or FileFormat.Sheet))
            {
                return Refused(format, isGzip ? "it is a gzip archive; write compression: gzip" : "it is not a gzip archive; write compression: none");
            }

            if (isGzip)
            {
                (bytes, total) = FirstBytes(place, options, gzip: true);
            }

            return format switch
            {
                FileFormat.Parquet => ParquetProbe(place, bytes, total),
                FileFormat.Sheet => SheetProbe(bytes),
                FileFormat.Xml when options.Encoding is null => XmlProbe(isGzip, bytes),
                _ => TextProbe(format, isGzip, bytes, options.Encoding),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Refused(format, $"it cannot be read: {e.Message}");
        }
    }

    private static FileProbe ParquetProbe(FilePlace place, byte[] bytes, long total)
    {
        if (place.Entry is null && total >= 12)
        {
            using var file = File.OpenRead(place.Path);
            Span<byte> end = stackalloc byte[8];
            file.Seek(-8, SeekOrigin.End);
            file.ReadExactly(end);
            total = end[4..].SequenceEqual("PAR1"u8) && BitConverter.ToUInt32(end) <= total - 12 ? total : 0;
        }

        return total >= 12 && bytes.AsSpan().StartsWith("PAR1"u8)
            ? new FileProbe(FileFormat.Parquet, false, null, false, null)
            : Refused(FileFormat.Parquet, "it is not a whole Parquet file");
    }

    private static FileProbe SheetProbe(byte[] bytes) => bytes is [0x50, 0x4B, 0x03, 0x04, ..] or [0xD0, 0xCF, 0x11, 0xE0, ..] or [0x09, 0x00 or 0x02 or 0x04 or 0x08, ..]
        ? new FileProbe(FileFormat.Sheet, false, null, false, null) { Head = bytes }
        : Refused(FileFormat.Sheet, "it is not a workbook (xlsx or xls)");

    /// <summary>XML says its encoding itself.</summary>
    private static FileProbe XmlProbe(bool gzip, byte[] bytes) =>
        Array.Find(Binaries, b => bytes.AsSpan().StartsWith(b.Start)) is { What: { } what }
            ? Refused(FileFormat.Xml, $"it is {what}, not text")
            : new FileProbe(FileFormat.Xml, gzip, null, bytes.Length == 0, null);

    private static FileProbe TextProbe(FileFormat format, bool gzip, byte[] bytes, Encoding? declared)
    {
        var (marked, name) = bytes switch
        {
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(false, false, true), "UTF-16 (little end first)"),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(true, false, true), "UTF-16 (big end first)"),
            [0xEF, 0xBB, 0xBF, ..] => (new UTF8Encoding(false, true), "UTF-8"),
            _ => ((Encoding?)null, ""),
        };
        if (marked is null && Array.Find(Binaries, b => bytes.AsSpan().StartsWith(b.Start)) is { What: { } what })
        {
            return Refused(format, $"it is {what}, not text");
        }

        if (marked is not null && declared is not null && marked.CodePage != declared.CodePage)
        {
            return Refused(format, $"its byte-order mark says {name}, the stream says {declared.WebName}; correct or leave out encoding");
        }

        var encoding = marked ?? declared;
        if (encoding is null or UTF8Encoding)
        {
            return LooksBinary(bytes) is { } why ? Refused(format, why) : new FileProbe(format, gzip, null, bytes.Length == 0, null) { Head = bytes };
        }

        var lenient = Encoding.GetEncoding(encoding.CodePage == 1252 ? 28591 : encoding.CodePage);
        return new FileProbe(format, gzip, encoding, bytes.Length == 0, null) { Head = Encoding.UTF8.GetBytes(lenient.GetString(bytes)) };
    }

    /// <summary>Text holds few control characters, if any. Half of the bytes zero is UTF-16 without its mark.</summary>
    private static string? LooksBinary(byte[] bytes)
    {
        var control = bytes.Count(b => b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1B));
        if (control * 10 < bytes.Length * 3)
        {
            return null;
        }

        var zeroEven = bytes.Where((b, i) => b == 0 && i % 2 == 0).Count();
        var zeroOdd = bytes.Where((b, i) => b == 0 && i % 2 == 1).Count();
        return zeroOdd * 3 > bytes.Length && zeroEven * 20 < bytes.Length ? "it looks like UTF-16 without a byte-order mark; write encoding: utf-16le"
            : zeroEven * 3 > bytes.Length && zeroOdd * 20 < bytes.Length ? "it looks like UTF-16 without a byte-order mark; write encoding: utf-16be"
            : "it is binary, not text";
    }

    private static (byte[] Bytes, long Total) FirstBytes(FilePlace place, FilesOptions options, bool gzip)
    {
        using var file = place.Open();
        using var stream = gzip ? FilePlace.Gunzip(file, place.Length(), options, leaveOpen: true) : file;
        var buffer = new byte[BytesLookedAt];
        var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return (buffer[..read], gzip ? read : place.Length());
    }

    private static FileProbe Refused(FileFormat format, string why) => new(format, false, null, false, why);
}
