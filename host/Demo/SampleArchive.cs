using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Demo;

/// <summary>Unpacks the packed files of a sample. Capped in count and size, and nothing leaves its folder.</summary>
internal static class SampleArchive
{
    private const int MostFiles = 10_000;
    private const long MostBytes = 1L << 30;

    /// <summary>Unpacks <paramref name="archive"/> (tar, Brotli) into <paramref name="folder"/>, once: a mark in the folder says what was unpacked.</summary>
    /// <returns>How many files were written; 0 when they were there.</returns>
    public static int Unpack(string archive, string folder, CancellationToken cancellation)
    {
        var mark = Path.Combine(folder, ".unpacked");
        var known = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(archive)} {new FileInfo(archive).Length}");
        if (File.Exists(mark) && File.ReadAllText(mark) == known)
        {
            return 0;
        }

        Directory.CreateDirectory(folder);
        using var file = File.OpenRead(archive);
        using var unpacked = new BrotliStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        var files = 0;
        var bytes = 0L;
        while (tar.GetNextEntry() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            files++;
            bytes += entry.Length;
            if (entry.EntryType != TarEntryType.RegularFile || files > MostFiles || bytes > MostBytes)
            {
                throw new CrmException(FailureKind.Failed, $"'{entry.Name}' ({entry.EntryType}, file {files}, {bytes} bytes so far)", archive,
                    $"at most {MostFiles} plain files of {MostBytes} bytes in all", "Get the sample again from the repository");
            }

            // Only the name counts, whatever folder the archive says.
            var path = Path.Combine(folder, Path.GetFileName(entry.Name));
            entry.ExtractToFile(path, overwrite: true);
            File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
        }

        File.WriteAllText(mark, known);
        return files;
    }
}
