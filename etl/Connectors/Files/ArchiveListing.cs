using System.Globalization;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What of a zip archive a stream reads.</summary>
/// <param name="Refusal">Why nothing of it is read; null when its entries are.</param>
/// <param name="Entries">The entries to read, with the path that records bear: <c>archive.zip/entry.csv</c>.</param>
/// <param name="LeftOut">Names of entries that are not for the stream.</param>
internal sealed record ArchiveListing(string? Refusal, IReadOnlyList<ZipEntry> Entries, IReadOnlyList<string> LeftOut)
{
    private const int NamesShown = 5;

    /// <summary>Looks into an archive.</summary>
    public static ArchiveListing Of(string archive, FilesOptions options)
    {
        try
        {
            var all = ZipDirectory.Read(archive).Where(e => !IsNoise(e.Name)).ToList();
            var fitting = all.Where(e => options.Fits(e.Name)).ToList();
            var leftOut = all.Except(fitting).Select(e => e.Name).ToList();
            return new(Against(archive, options, all, fitting), fitting, leftOut);
        }
        catch (InvalidDataException e)
        {
            return new(e.Message, [], []);
        }
        catch (EndOfStreamException)
        {
            return new("it is cut off", [], []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileState.Unreadable(archive, e);
        }
    }

    /// <summary>The files that an archive stands for: its entries, or itself when it is to be refused.</summary>
    public static IEnumerable<(string Path, string Location)> Files(string path, string archive, FilesOptions options)
    {
        var listing = Of(archive, options);
        if (listing.Refusal is not null)
        {
            return [(path, archive)];
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return listing.Entries.Select(e =>
        {
            var again = seen[e.Name] = seen.GetValueOrDefault(e.Name) + 1;
            var name = again == 1 ? e.Name : string.Create(CultureInfo.InvariantCulture, $"{e.Name}#{again}");
            return ($"{path}/{name}", new FilePlace(archive, e).Location);
        });
    }

    /// <summary>The names for people.</summary>
    public static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "nothing"
        : string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");

    private static string? Against(string archive, FilesOptions options, List<ZipEntry> all, List<ZipEntry> fitting)
    {
        var size = new FileInfo(archive).Length;
        if (fitting.Count == 0)
        {
            return all.Count == 0 ? "the archive is empty" : $"no entry of the archive fits; it holds {Names([.. all.Select(e => e.Name)])}; name the entries to read: entry";
        }

        var (packed, unpacked) = (0.0, 0.0);
        foreach (var entry in fitting)
        {
            (packed, unpacked) = (packed + entry.Packed, unpacked + entry.Unpacked);
        }

        return packed > size ? "its entries overlap: it is made to burst"
            : unpacked > options.MostUnpacked(size)
                ? string.Create(CultureInfo.InvariantCulture, $"it unpacks to {unpacked:N0} bytes from {size:N0}, far more than such data does; if it is right, raise max_unpacked_bytes")
                : null;
    }

    /// <summary>What systems leave in archives beside the data.</summary>
    private static bool IsNoise(string name) => name.Split('/') is var parts && (parts[0] == "__MACOSX" || FilePattern.IsTemporary(parts[^1]));
}
