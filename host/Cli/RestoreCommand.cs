using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Host.Backup;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm restore</c>: a project from a backup, as of any past run, on any machine.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "Folder of backups", HelpName = "DIR", Required = true };
        var to = new Option<string>("--to") { Description = "Folder for the project; empty or not there", HelpName = "DIR", Required = true };
        var run = new Option<int?>("--run") { Description = "As readers saw it after this run (default: the newest)", HelpName = "N" };
        var key = new Option<string>("--key") { Description = "The secret that is the key: an environment variable, or a file in the folder secrets here", HelpName = "NAME", DefaultValueFactory = _ => BackupSettings.DefaultKey };
        return new Command("restore", "Make a project from a backup, as it was after any past run") { from, to, run, key }.Does((context, parsed) =>
        {
            var name = new OptionValue([$"${{{parsed.GetValue(key)}}}"], new SourceLocation("--key", 0, 0));
            var secret = BackupKey.Parse(new Secrets(context.ProjectFolder, Environment.GetEnvironmentVariable).Resolve(name), name.Text);
            var store = BackupStore.ToRead(Path.GetFullPath(parsed.GetValue(from)!, context.WorkingFolder), secret);
            return Run(context, store, parsed.GetValue(run), Path.GetFullPath(parsed.GetValue(to)!, context.WorkingFolder));
        });
    }

    private static int Run(CommandContext context, BackupStore store, int? run, string folder)
    {
        var began = TimeProvider.System.GetTimestamp();
        var restored = Restoring.Restore(store, Restoring.Choose(store, run), run, folder, context.Cancellation);
        var leftOut = store.Suppressed() is { } list ? Erasing.Obey(folder, list, context) : 0;
        new AuditLog(folder, TimeProvider.System).Append(new(Environment.UserName, "console", "restore", string.Create(CultureInfo.InvariantCulture, $"run {restored.Run} from the backup of {restored.Set.At:u}"), "0"), isDurable: true);
        var took = TimeProvider.System.GetElapsedTime(began);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("project", folder);
                json.WriteString("run", restored.Run?.ToString(CultureInfo.InvariantCulture));
                json.WriteString("backupOf", restored.Set.At);
                json.WriteBoolean("rewound", restored.IsRewound);
                json.WriteBoolean("canLoad", restored.CanLoad);
                json.WriteNumber("leftOut", leftOut);
                json.WriteNumber("bytes", restored.Set.Bytes);
                json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
                json.WriteEndObject();
            });
            return 0;
        }

        context.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Restored run {restored.Run} from the backup of {restored.Set.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC to {folder}: {restored.Set.Files.Count:N0} files, {restored.Set.Bytes / 1e6:N1} MB, in {took.TotalSeconds:N1} s."));
        if (leftOut > 0)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{leftOut:N0} customers in it were erased since and are left out."));
        }

        if (!restored.CanLoad)
        {
            context.WriteLine("It is for reading: what streams go on from was changed by later runs. To load, restore without --run.");
        }

        return 0;
    }
}
