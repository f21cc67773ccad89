using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Backup;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm backup</c>: an encrypted backup of the project, also while it is served.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "Folder for backups (default: what crm.yaml says, else backup in the project)", HelpName = "DIR" };
        var list = new Option<bool>("--list") { Description = "List the backups there are" };
        var verify = new Option<bool>("--verify") { Description = "Read every backup there is and compare all hashes" };
        var makeKey = new Option<bool>("--make-key") { Description = "Make a key, in the folder secrets of the project, if there is none" };
        return new Command("backup", "Back up the project, encrypted, also while it is served; each time only what is new is written") { to, list, verify, makeKey }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            if (parsed.GetValue(makeKey))
            {
                return MakeKey(context, project);
            }

            var folder = parsed.GetValue(to) is { } given ? Path.GetFullPath(given, context.WorkingFolder) : Path.GetFullPath(project.Settings.Backup.To, project.Folder);
            var key = Composition.BackupKeyOf(project);
            return parsed.GetValue(list) ? List(context, BackupStore.ToRead(folder, key))
                : parsed.GetValue(verify) ? Verify(context, BackupStore.ToRead(folder, key))
                : Write(context, project, BackupStore.ToWrite(folder, key));
        });
    }

    private static int Write(CommandContext context, Project project, BackupStore store)
    {
        var began = TimeProvider.System.GetTimestamp();
        var path = Composition.WarehouseOf(project);
        if (!File.Exists(path))
        {
            throw new NothingLoadedException(path);
        }

        var open = context.Served is { } kept && kept.Path == path ? null : Composition.OpenToServe(project, context, "crm backup");
        BackupSet set;
        using (open)
        {
            var served = open ?? context.Served!;
            using var run = served.HoldRun(context.Wait, context.Error.WriteLine, context.Cancellation);
            int? newest = served.Published is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
            set = BackupWriting.Write(new(project, path, served.Bytes(), newest, Composition.Version), store, Path.Combine(project.Folder, JobStore.FileName), TimeProvider.System, context.Cancellation);
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("folder", store.Folder);
                json.WriteString("at", set.At);
                json.WriteString("run", set.Run?.ToString(CultureInfo.InvariantCulture));
                json.WriteNumber("files", set.Files.Count);
                json.WriteNumber("bytes", set.Bytes);
                json.WriteNumber("written", store.Written);
                json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
                json.WriteEndObject();
            });
        }
        else
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Backed up run {set.Run}: {set.Files.Count:N0} files, {set.Bytes / 1e6:N1} MB, of which {store.Written / 1e6:N1} MB were new, in {took.TotalSeconds:N1} s; to {store.Folder}"));
        }

        return 0;
    }

    private static int List(CommandContext context, BackupStore store)
    {
        var sets = store.Sets();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("backups");
                foreach (var set in sets)
                {
                    json.WriteStartObject();
                    json.WriteString("at", set.At);
                    json.WriteString("run", set.Run?.ToString(CultureInfo.InvariantCulture));
                    json.WriteNumber("files", set.Files.Count);
                    json.WriteNumber("bytes", set.Bytes);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var table = new TextTable(new("Made (UTC)"), new("Run", IsNumber: true), new("Files", true), new("MB", true));
        foreach (var set in sets)
        {
            table.Add(JobsCommand.Text(set.At), $"{set.Run}", set.Files.Count.ToString("N0", CultureInfo.InvariantCulture), (set.Bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture));
        }

        table.WriteTo(context);
        return 0;
    }

    private static int Verify(CommandContext context, BackupStore store)
    {
        var sets = store.Sets();
        var files = sets.SelectMany(s => s.Files).DistinctBy(f => f.Sha256).ToList();
        files.ForEach(f => store.Get(f, Stream.Null, context.Cancellation));
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sets.Count:N0} backups, {files.Count:N0} different files: all as they were kept."));
        return 0;
    }

    private static int MakeKey(CommandContext context, Project project)
    {
        var name = project.Settings.Backup.Key.Text[2..^1];
        var path = Path.Combine(project.Folder, "secrets", name);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(new FileStream(path, options));
            writer.WriteLine(BackupKey.New());
        }

        context.WriteLine($"The key is in {path}. Keep a copy where the backup is not: without it no backup can be read.");
        return 0;
    }
}
