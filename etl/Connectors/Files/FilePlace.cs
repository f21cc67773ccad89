using System.Globalization;
using System.IO.Compression;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>Where the bytes of a file are: in the file system, or in an entry of a zip archive there. <see cref="SourceItem.Location"/> is its text.</summary>
/// <param name="Path">Full path of the file, or of the archive.</param>
/// <param name="Entry">The entry of the archive; null for the file itself.</param>
internal sealed record FilePlace(string Path, ZipEntry? Entry)
{
    /// <summary>No path holds this character, on any platform.</summary>
    private const char Separator = '\0';

    /// <summary>The name that tells the format.</summary>
    public string Name => Entry?.Name ?? Path;

    /// <summary>Whether it is an archive itself, to be read entry by entry.</summary>
    public bool IsArchive => Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    public static FilePlace Parse(string location)
    {
        if (!location.Contains(Separator, StringComparison.Ordinal))
        {
            return new(location, null);
        }

        var parts = location.Split(Separator);
        long Number(int i) => long.Parse(parts[i], CultureInfo.InvariantCulture);
        return new(parts[0], new ZipEntry(parts[1], Number(2), Number(3), Number(4), (uint)Number(5), (int)Number(6), Number(7) == 1));
    }

    /// <summary>The text of it.</summary>
    public string Location => Entry is not { } e ? Path : string.Join(
        Separator, Path, e.Name.Replace(Separator, '\uFFFD'), Text(e.Offset), Text(e.Packed), Text(e.Unpacked), Text(e.Crc), Text(e.Method), e.IsEncrypted ? "1" : "0");

    /// <summary>Opens the bytes, forward only for an entry. An entry that is not what the archive says is an <see cref="InvalidDataException"/>.</summary>
    public Stream Open()
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        try
        {
            return Entry is null ? file : ZipEntryStream.Open(file, Entry);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that there are.</summary>
    public long Length() => Entry?.Unpacked ?? new FileInfo(Path).Length;

    /// <summary>Copies the bytes to a file of their own, for readers that need one.</summary>
    public void Unpack(string target, CancellationToken cancellation)
    {
        using var from = Open();
        using var to = new FileStream(target, FileMode.Create, FileAccess.Write);
        var buffer = new byte[1 << 17];
        for (var read = from.Read(buffer); read > 0; read = from.Read(buffer))
        {
            cancellation.ThrowIfCancellationRequested();
            to.Write(buffer, 0, read);
        }
    }

    /// <summary>The text of a gzip file; unpacking more than is allowed is an <see cref="InvalidDataException"/>.</summary>
    public static Stream Gunzip(Stream packed, long packedBytes, FilesOptions options, bool leaveOpen) =>
        new BoundedStream(new GZipStream(packed, CompressionMode.Decompress, leaveOpen), options.MostUnpacked(packedBytes), "max_unpacked_bytes");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
