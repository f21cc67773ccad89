using System.Globalization;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Backup;

/// <summary>What a restore made.</summary>
/// <param name="Set">The backup.</param>
/// <param name="Run">The run that readers see now; null for none.</param>
/// <param name="IsRewound">True when the backup was of a later run.</param>
/// <param name="CanLoad">False when the warehouse is for reading only.</param>
internal sealed record Restored(BackupSet Set, int? Run, bool IsRewound, bool CanLoad);

/// <summary>Makes a project from a backup, on any machine.</summary>
internal static class Restoring
{
    /// <summary>The backup for a run: one of that run itself, else the first later one, which is rewound; the newest when no run is named.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static BackupSet Choose(BackupStore store, int? run)
    {
        var sets = store.Sets();
        return (run is null ? sets.LastOrDefault() : sets.LastOrDefault(s => s.Run == run) ?? sets.Where(s => s.Run > run).OrderBy(s => s.Run).ThenByDescending(s => s.At).FirstOrDefault())
            ?? throw new CrmException(FailureKind.WrongUse, run is null ? "no backup is whole" : string.Create(CultureInfo.InvariantCulture, $"no backup reaches run {run}"), store.Folder,
                sets.Count == 0 ? "at least one backup" : string.Create(CultureInfo.InvariantCulture, $"a run up to {sets.Max(s => s.Run)}"), "List them with `crm backup --list`");
    }

    /// <summary>Restores into a folder that is empty or not there.</summary>
    /// <param name="store">The backups.</param>
    /// <param name="set">The one.</param>
    /// <param name="run">The run that readers shall see; null for the newest in it.</param>
    /// <param name="folder">Full path of the folder.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Restored Restore(BackupStore store, BackupSet set, int? run, string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new CrmException(FailureKind.WrongUse, "a folder with something in it", folder, "a folder that is empty or not there", "Name another with --to; nothing was changed");
        }

        // All of it is looked at before the first file is written: nothing of a backup that is not ours is left behind.
        if (set.Files.FirstOrDefault(f => !IsInside(folder, f.Path)) is { } outside)
        {
            throw new CrmException(FailureKind.Failed, $"the path '{outside.Path}', which leads out of the project", store.Folder, "paths inside the project", "Do not use this backup");
        }

        if (set.Files.All(f => f.Path != set.Warehouse))
        {
            throw new CrmException(FailureKind.Failed, "a warehouse that is not in it", store.Folder, "the warehouse among the files of the backup", "Do not use this backup");
        }

        foreach (var file in set.Files)
        {
            var path = Path.GetFullPath(Path.Combine(folder, file.Path));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var to = new FileStream(path, FileMode.CreateNew))
            {
                store.Get(file, to, cancellation);
                to.Flush(flushToDisk: true);
            }

            File.SetLastWriteTimeUtc(path, file.Modified.UtcDateTime);
            if (!OperatingSystem.IsWindows() && IsOwnersAlone(file.Path))
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        var warehouse = Path.Combine(folder, set.Warehouse);
        using var instance = DuckDbInstance.OpenWarehouse(new WarehouseOptions(warehouse) { Key = DataKeys.OfRestored(folder, warehouse) });
        using var session = instance.Connect();
        if (run is null || run == set.Run)
        {
            return new(set, set.Run, false, true);
        }

        var canLoad = RewoundWarehouse.Rewind(session, run.Value);
        if (!canLoad)
        {
            RewoundWarehouse.Mark(warehouse, run.Value);
        }

        return new(set, run, true, canLoad);
    }

    private static bool IsInside(string folder, string path)
        => Path.GetFullPath(Path.Combine(folder, path)).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static bool IsOwnersAlone(string path) => path is AccessStore.FileName or JobStore.FileName || path.Split('/')[0] is "secrets" or AuditLog.FolderName or "privacy";
}
