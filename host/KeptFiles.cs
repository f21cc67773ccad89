using System.Text;
using System.Text.Encodings.Web;
using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host;

/// <summary>What a project keeps outside its warehouse and landing, and how persons are taken out of it.</summary>
/// <param name="project">The project.</param>
internal sealed class KeptFiles(Project project)
{
    private const string Erased = "(erased)";
    private const int Chunk = 1 << 20;

    /// <summary>Takes values out: written reports and marts go, as they are written again, and what was asked; logs and records lose the values; pushed events that are loaded go.</summary>
    /// <returns>Files that went or changed.</returns>
    public int Clean(IReadOnlyList<string> values)
    {
        var files = Empty(Composition.OutOf(project)) + Empty($"{Composition.WarehouseOf(project)}.tmp") + new QuestionLog(Composition.WarehouseOf(project), TimeProvider.System).Forget();
        var spellings = values.SelectMany(v => new[] { v, JavaScriptEncoder.Default.Encode(v), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(v) }).Distinct(StringComparer.Ordinal).ToList();
        var deliveries = Path.Combine(project.Folder, DeliveryLog.Folder);
        if (Directory.Exists(deliveries))
        {
            files += Directory.EnumerateFiles(deliveries, "*", SearchOption.AllDirectories).Count(f => Replace(f, spellings));
        }

        JobsOfProject.History(project).Erase(spellings, Erased);
        foreach (var source in project.Sources.Where(s => s.Connector == PushOptions.Declared.Connector))
        {
            files += source.Streams.Sum(s => PushLog.ForgetAll(PushLog.FolderOf(project.Folder, source.Name, s.Name)));
        }

        return files;
    }

    /// <summary>Files of the project in which one of the values still stands as bytes; backups, which are encrypted, aside.</summary>
    public IReadOnlyList<string> Search(IReadOnlyList<string> values)
    {
        var backup = Path.GetFullPath(project.Settings.Backup.To, project.Folder) + Path.DirectorySeparatorChar;
        var needles = values.Select(v => Encoding.UTF8.GetBytes(v)).ToList();
        return
        [
            .. Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)
                .Where(f => !f.StartsWith(backup, StringComparison.Ordinal) && needles.Count > 0 && Holds(f, needles)).Select(f => Path.GetRelativePath(project.Folder, f)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Empties a folder; links in it go, and what they lead to elsewhere stays.</summary>
    private static int Empty(string folder)
    {
        var gone = 0;

        // Links first: one whose target has gone is neither a file nor a folder any more.
        foreach (var entry in (Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFileSystemInfos().ToList() : []).OrderBy(e => e.LinkTarget is null))
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                gone += Empty(inner.FullName);
            }
            else if (entry is FileInfo)
            {
                gone++;
            }

            entry.Delete();
        }

        return gone;
    }

    private static bool Replace(string path, IReadOnlyList<string> values)
    {
        var text = File.ReadAllText(path);
        var cleaned = values.Aggregate(text, (t, v) => t.Replace(v, Erased, StringComparison.OrdinalIgnoreCase));
        if (cleaned != text)
        {
            File.WriteAllText(path, cleaned, new UTF8Encoding(false));
        }

        return cleaned != text;
    }

    private static bool Holds(string path, IReadOnlyList<byte[]> needles)
    {
        var overlap = needles.Max(n => n.Length) - 1;
        var (buffer, held) = (new byte[Chunk + overlap], 0);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        for (var read = file.Read(buffer, held, buffer.Length - held); read > 0; read = file.Read(buffer, held, buffer.Length - held))
        {
            var seen = buffer.AsSpan(0, held + read);
            foreach (var needle in needles)
            {
                if (seen.IndexOf(needle) >= 0)
                {
                    return true;
                }
            }

            held = Math.Min(overlap, seen.Length);
            seen[^held..].CopyTo(buffer);
        }

        return false;
    }
}
