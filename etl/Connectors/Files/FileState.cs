using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Etl.Connectors.Files;

/// <summary>What the file system says of a file, or why it cannot.</summary>
internal static class FileState
{
    /// <summary>
    /// Size and time of last modification, UTC, in whole microseconds (what the warehouse stores). Of an entry of an archive: its unpacked size, and the
    /// archive's time.
    /// </summary>
    public static (long Size, DateTime Modified) Of(string location, string path)
    {
        return Guard(path, () =>
        {
            var place = FilePlace.Parse(location);
            var info = new FileInfo(place.Path);
            info = info.LinkTarget is null ? info : (FileInfo)info.ResolveLinkTarget(returnFinalTarget: true)!;
            return (place.Entry?.Unpacked ?? info.Length, new DateTime(info.LastWriteTimeUtc.Ticks / 10 * 10, DateTimeKind.Utc));
        });
    }

    /// <summary>Whether two times are the same, to the microsecond.</summary>
    public static bool SameMoment(DateTime a, DateTime b) => a.Ticks / 10 == b.Ticks / 10;

    /// <summary>Size and time of last modification; null when the file is gone.</summary>
    public static (long Size, DateTime Modified)? Now(string location, string path) =>
        File.Exists(FilePlace.Parse(location).Path) ? Of(location, path) : null;

    /// <summary>SHA-256 of the file; empty for an entry of an archive that cannot be unpacked.</summary>
    public static string Sha256Of(string location, string path, CancellationToken cancellation)
    {
        try
        {
            return Guard(path, () => HashedFile.Sha256Of(location, cancellation));
        }
        catch (InvalidDataException)
        {
            return "";
        }
    }

    /// <summary>The error of a file that the system does not let us read.</summary>
    public static CrmException Unreadable(string path, Exception e) => new(
        FailureKind.Failed, $"the file cannot be read: {e.Message}", path, "a file that this user may read",
        "Correct its permissions or take it away, then run again; nothing was lost", e);

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }
}
