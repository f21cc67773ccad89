using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse.Declarations;
using Microsoft.Data.Sqlite;

namespace Crm.Analytics.Host.Backup;

/// <summary>What a backup is made of.</summary>
/// <param name="Project">The project.</param>
/// <param name="Warehouse">Full path of the warehouse file.</param>
/// <param name="Content">Its bytes; nothing writes to it meanwhile.</param>
/// <param name="Run">The newest published run.</param>
/// <param name="Program">Version of the program.</param>
internal sealed record BackupSource(Project Project, string Warehouse, Stream Content, int? Run, string Program);

/// <summary>Makes backups: declarations, landing, warehouse, and what the server remembers: jobs, users, the audit log, the suppression list. Secrets, written reports and the sources' own files stay out.</summary>
internal static class BackupWriting
{
    private static readonly string[] declarations = ["sources", "model", "reports"];
    private static readonly string[] kept = [AuditLog.FolderName, "privacy"];

    /// <summary>Makes one while no run is on.</summary>
    /// <param name="source">What it is made of.</param>
    /// <param name="store">Where it goes.</param>
    /// <param name="server">The file in which the server remembers jobs; it need not be there.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Stops the work; what was kept is not written again next time.</param>
    public static BackupSet Write(BackupSource source, BackupStore store, string server, TimeProvider clock, CancellationToken cancellation)
    {
        var before = store.Sets().LastOrDefault()?.Files.ToDictionary(f => f.Path, StringComparer.Ordinal) ?? [];
        var folder = source.Project.Folder;
        var relative = InProject(folder, source.Warehouse);
        var files = new List<BackupFile> { store.Put(relative, source.Content, File.GetLastWriteTimeUtc(source.Warehouse), cancellation) };
        if (File.Exists($"{source.Warehouse}.wal"))
        {
            files.Add(Put(store, $"{source.Warehouse}.wal", $"{relative}.wal", cancellation));
        }

        files.Add(Put(store, Path.Combine(folder, "crm.yaml"), "crm.yaml", cancellation));
        foreach (var path in declarations.Select(d => Path.Combine(folder, d)).Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            files.Add(Put(store, path, InProject(folder, path), cancellation));
        }

        foreach (var path in Landed(Path.Combine(folder, "landing")))
        {
            // What landed is never changed: a file that was kept is known by its name, its length and its time.
            var name = InProject(folder, path);
            var known = before.GetValueOrDefault(name);
            var info = new FileInfo(path);
            var isLog = name.StartsWith("landing/.", StringComparison.Ordinal);
            files.Add(!isLog && known is not null && known.Length == info.Length && known.Modified == info.LastWriteTimeUtc ? known : Put(store, path, name, cancellation));
        }

        foreach (var database in new[] { server, Path.Combine(folder, AccessStore.FileName) }.Where(File.Exists))
        {
            files.Add(PutServer(store, database, cancellation));
        }

        // The head of the audit log before the log, which may grow meanwhile: more lines than the head tells of are whole, fewer would be missed.
        foreach (var path in kept.Select(d => Path.Combine(folder, d)).Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d)).OrderDescending(StringComparer.Ordinal))
        {
            files.Add(Put(store, path, InProject(folder, path), cancellation));
        }

        // Keys of what is in the backup, which is encrypted: a log could not be gone on with, and a list not be obeyed, nor data be read, without its own.
        foreach (var path in new[] { AuditLog.KeyName, Suppression.KeyName, ExportPseudonyms.KeyName, DataKeys.Name }.Select(n => Path.Combine(folder, "secrets", n)).Where(File.Exists))
        {
            files.Add(Put(store, path, InProject(folder, path), cancellation));
        }

        if (Suppression.Export(folder) is { } suppressed)
        {
            store.PutSuppressed(suppressed);
        }

        var set = new BackupSet(1, source.Project.Settings.Name, clock.GetUtcNow(), source.Run, source.Program, relative, files);
        store.Put(set);
        return set;
    }

    private static IEnumerable<string> Landed(string landing) => Directory.Exists(landing)
        ? Directory.EnumerateFiles(landing, "*", SearchOption.AllDirectories).Where(p => !p.Split(Path.DirectorySeparatorChar).Contains(".tmp")).Order(StringComparer.Ordinal)
        : [];

    // A warehouse outside the project comes back inside.
    private static string InProject(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? Path.GetFileName(path) : relative;
    }

    private static BackupFile Put(BackupStore store, string path, string name, CancellationToken cancellation)
    {
        using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return store.Put(name, content, File.GetLastWriteTimeUtc(path), cancellation);
    }

    /// <summary>The engine's own copy of a database that is written meanwhile.</summary>
    private static BackupFile PutServer(BackupStore store, string server, CancellationToken cancellation)
    {
        var copy = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (var from = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = server, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString))
            using (var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ConnectionString))
            {
                from.Open();
                to.Open();
                from.BackupDatabase(to);
            }

            return Put(store, copy, Path.GetFileName(server), cancellation);
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
