using System.Collections.Concurrent;
using DuckDB.NET.Data;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>The file of a warehouse: who has it, making it, attaching it, and telling what is wrong with it. A file is never harmed by a refusal.</summary>
internal sealed class WarehouseFile
{
    private static readonly ConcurrentDictionary<string, bool> Claimed = new(
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    private WarehouseFile(string path) => Path = path;

    /// <summary>The full path, links followed.</summary>
    public string Path { get; }

    public static WarehouseFile At(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        return new WarehouseFile(File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full);
    }

    /// <summary>Whether this process has it open.</summary>
    public bool IsClaimed => Claimed.ContainsKey(Path);

    /// <summary>Takes the file for this process's one instance; disposing gives it back.</summary>
    public IDisposable Claim() => Claimed.TryAdd(Path, true)
        ? new Release(Path)
        : throw new CrmException(
            FailureKind.Failed, "this process has opened the warehouse already", Path, "one instance per process, with a session for each use",
            "Connect to the instance that is open, or dispose it first");

    /// <summary>
    /// Attaches the file. DuckDB replays a write-ahead log that a killed process left; written into the file at once, it also heals the logs that only
    /// replay when the file is attached to another instance (a table with a function default changed since the last checkpoint).
    /// </summary>
    /// <param name="root">The instance's first connection.</param>
    /// <param name="access">Whether to write.</param>
    /// <param name="key">The key of the file; null: it is in the clear.</param>
    public void Attach(DuckDBConnection root, WarehouseAccess access, DataKey? key)
    {
        RefuseWhatIsNoFile();
        if (access == WarehouseAccess.ReadWrite && IsMissingOrEmpty)
            Create(root, key);

        RefuseOtherState(key);
        var leftBehind = File.Exists($"{Path}.wal");
        Try(() => Encryption.Attach(root, Path, DuckDbInstance.WarehouseCatalog, key, access == WarehouseAccess.Read));
        if (leftBehind && access == WarehouseAccess.ReadWrite)
            Run(root, $"CHECKPOINT {DuckDbInstance.WarehouseCatalog}");
    }

    /// <summary>Copies what the file holds into a new one that takes its place.</summary>
    /// <param name="root">A connection of an instance of its own.</param>
    /// <param name="from">The key of the file.</param>
    /// <param name="to">The key of the new one.</param>
    public void Rewrite(DuckDBConnection root, DataKey? from, DataKey? to)
    {
        var made = $"{Path}.rewritten";
        File.Delete(made);
        File.Delete($"{made}.wal");
        Attach(root, WarehouseAccess.ReadWrite, from);
        try
        {
            Run(root, $"CHECKPOINT {DuckDbInstance.WarehouseCatalog}");
            Try(() => Encryption.Attach(root, made, "made", to));
            Run(root, $"COPY FROM DATABASE {DuckDbInstance.WarehouseCatalog} TO made; CHECKPOINT made");
            Run(root, $"DETACH made; DETACH {DuckDbInstance.WarehouseCatalog}");
            using (var whole = new FileStream(made, FileMode.Open, FileAccess.ReadWrite))
            {
                whole.Flush(flushToDisk: true);
            }

            File.Move(made, Path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refusal(error.Message, error);
        }
        finally
        {
            File.Delete(made);
        }
    }

    // An empty file holds nothing: it is what a process leaves that dies just when it makes one.
    private bool IsMissingOrEmpty => new FileInfo(Path) is var info && (!info.Exists || info.Length == 0);

    // Made under another name and moved when whole, so that a process that dies meanwhile leaves no half file in the warehouse's place.
    private void Create(DuckDBConnection root, DataKey? key)
    {
        var made = $"{Path}.new";
        Try(() => Encryption.Attach(root, made, "made", key));
        Run(root, "DETACH made");
        try
        {
            File.Delete($"{made}.wal");
            File.Move(made, Path, overwrite: IsMissingOrEmpty);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refusal(error.Message, error);
        }
    }

    private void RefuseWhatIsNoFile()
    {
        if (Directory.Exists(Path))
        {
            throw new CrmException(
                FailureKind.Failed, "a folder", Path, "a DuckDB file, or a name at which to make one",
                "Give `warehouse` in crm.yaml the path of a file");
        }

        if (System.IO.Path.GetDirectoryName(Path) is { } folder && !Directory.Exists(folder))
        {
            throw new CrmException(
                FailureKind.Failed, $"the folder {folder} does not exist", Path, "a folder to keep the warehouse in",
                "Make the folder, or correct `warehouse` in crm.yaml");
        }
    }

    // What is in the clear is never taken for encrypted, nor the other way round: who asked for the one would believe to have it.
    private void RefuseOtherState(DataKey? key)
    {
        var isEncrypted = Encryption.IsEncrypted(Path);
        if (isEncrypted == true && key is null)
        {
            throw new CrmException(
                FailureKind.CheckFailed, "the warehouse is encrypted", Path, "`privacy: {encrypt: true}` in crm.yaml, and the key that it was made with",
                "Put it into crm.yaml; or `crm encrypt` writes the project's files in the clear. Nothing was changed");
        }

        if (isEncrypted == false && key is not null)
        {
            throw new CrmException(
                FailureKind.CheckFailed, "the warehouse is in the clear", Path, "an encrypted one, as `privacy: {encrypt: true}` in crm.yaml asks for",
                "`crm encrypt` encrypts the project's files. Nothing was changed");
        }
    }

    private void Run(DuckDBConnection root, string sql) => Try(() =>
    {
        using var command = root.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    });

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (DuckDBException error)
        {
            throw Refusal(error.Message, error);
        }
    }

    /// <summary>What DuckDB's message means for the one who wants the warehouse.</summary>
    internal CrmException Refusal(string message, Exception? cause)
    {
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

        if (Says("could not set lock") || Says("being used by another process"))
        {
            return new CrmException(
                FailureKind.Busy, $"another process holds the warehouse ({message})", Path, "a file that no other process writes",
                "Try again when that process is done", cause);
        }

        if (Says("wrong encryption key"))
        {
            return new CrmException(
                FailureKind.CheckFailed, "the warehouse is encrypted with another key", Path, "the key that it was made with",
                "Bring that key back; after a change of keys that was broken off, `crm encrypt` goes on with it. Nothing was changed", cause);
        }

        if (Says("not a valid DuckDB database file") || Says("checksum") || Says("Corrupt database"))
        {
            return new CrmException(
                FailureKind.Failed, $"the file is not a whole DuckDB file ({message})", Path, "a warehouse made by this program",
                "Nothing was changed. Correct `warehouse` in crm.yaml, or restore a backup", cause);
        }

        if (Says("version number") || Says("newer version") || Says("older version"))
        {
            return new CrmException(
                FailureKind.Failed, $"the file has another storage version ({message})", Path, "one that DuckDB 1.5 reads",
                "Nothing was changed. Open it with the program that made it, or a newer one", cause);
        }

        if (Says("database does not exist"))
        {
            return new CrmException(
                FailureKind.Failed, "there is no warehouse yet", Path, "the file that a first run makes", "Run `crm run`", cause);
        }

        if (EngineErrors.IsDiskFull(message))
        {
            return new CrmException(
                FailureKind.Failed, $"the disk is full ({message})", Path, "room for the warehouse", "Free some space and try again; nothing was lost", cause);
        }

        return Says("permission denied") || Says("access is denied") || Says("read-only file system") || Says("access to the path")
            ? new CrmException(
                FailureKind.Failed, $"the file or its folder may not be written ({message})", Path, "a folder this user may write to",
                "Change its permissions, or give `warehouse` in crm.yaml another path", cause)
            : new CrmException(
                FailureKind.Failed, $"the file does not open ({message})", Path, "a warehouse made by this program",
                "Nothing was changed. Look at the message, or restore a backup", cause);
    }

    private sealed class Release(string path) : IDisposable
    {
        public void Dispose() => Claimed.TryRemove(path, out _);
    }
}
