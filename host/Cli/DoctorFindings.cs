using System.Globalization;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;
using Microsoft.Data.Sqlite;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Cli;

/// <summary>How bad a finding is.</summary>
internal enum FindingState
{
    /// <summary>All is well.</summary>
    Ok,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>To be mended.</summary>
    Bad,
}

/// <summary>Something that <c>crm doctor</c> looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="State">How it stands.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do; null for nothing.</param>
internal sealed record Finding(string Name, FindingState State, string Text, string? Remedy = null);

/// <summary>What can be wrong with a project that is in use: old data, jobs that fail, runs that were cut off, files that others may read, a log that was changed.</summary>
/// <param name="project">The project.</param>
/// <param name="clock">The clock.</param>
internal sealed class DoctorFindings(Project project, TimeProvider clock)
{
    private static readonly TimeSpan usuallyStale = TimeSpan.FromDays(7);
    private static readonly SqlFile sql = SqlFile.Beside(typeof(DoctorCommand));

    /// <summary>Looks at what lies in the folder, whoever has the warehouse.</summary>
    public IEnumerable<Finding> OfFolder() => [.. Permissions(), Encryption(), .. Unfinished(), .. Jobs(), .. Audit()];

    /// <summary>Looks at what was loaded.</summary>
    /// <param name="session">The warehouse.</param>
    public IEnumerable<Finding> OfLoads(ISession session)
    {
        var most = project.Settings.Server.StaleAfter ?? usuallyStale;
        var now = clock.GetUtcNow().UtcDateTime;
        var loads = session.Query<(string Source, DateTime Loaded)>(sql.Fill("loads")).ToDictionary(l => l.Source, l => l.Loaded, StringComparer.Ordinal);
        foreach (var source in project.Sources)
        {
            if (!loads.TryGetValue(source.Name, out var loaded))
            {
                yield return new($"source {source.Name}", FindingState.Note, "nothing was ever loaded from it", $"`crm source test {source.Name}` tells whether it can be reached; `crm run` loads it");
            }
            else if (now - loaded > most)
            {
                yield return new($"source {source.Name}", FindingState.Bad, $"stale: the last new data came {Text(loaded)} UTC, more than {Text(most)} ago",
                    $"`crm source test {source.Name}`, then `crm run --source {source.Name}`; look whether the source still delivers, and whether the job that loads it is paused");
            }
        }

        var aside = session.Query<(int Run, long Read, long Quarantined)>(sql.Fill("aside")).FirstOrDefault();
        if (aside.Read > 0 && aside.Quarantined * 10 > aside.Read)
        {
            yield return new("quarantine", FindingState.Note, string.Create(CultureInfo.InvariantCulture, $"run {aside.Run} put {aside.Quarantined:N0} of {aside.Read:N0} records aside"),
                "`crm quarantine list` tells why; correct the map or the rule, then `crm quarantine replay`");
        }
    }

    /// <summary>Files that hold secrets, hashes or names are their owner's alone.</summary>
    private IEnumerable<Finding> Permissions()
    {
        if (OperatingSystem.IsWindows())
        {
            yield break;
        }

        var secrets = Path.Combine(project.Folder, "secrets");
        string[] files =
        [
            Path.Combine(project.Folder, AccessStore.FileName), Path.Combine(project.Folder, JobStore.FileName), $"{Composition.WarehouseOf(project)}.run",
            .. Directory.Exists(secrets) ? Directory.EnumerateFiles(secrets) : [],
        ];
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (var file in files.Where(f => !OperatingSystem.IsWindows() && File.Exists(f) && (File.GetUnixFileMode(f) & others) != 0))
        {
            var name = Path.GetRelativePath(project.Folder, file);
            yield return new("permissions", FindingState.Bad, $"others on this machine may read or write {name}", $"chmod 600 {name}");
        }
    }

    private Finding Encryption()
    {
        var isKeptHere = File.Exists(Path.Combine(project.Folder, "secrets", DataKeys.Name));
        var isEncrypted = DuckDbInstance.IsEncrypted(Composition.WarehouseOf(project)) ?? project.Settings.Encrypt;
        return isEncrypted != project.Settings.Encrypt ? new("encryption", FindingState.Bad, $"the warehouse is {(isEncrypted ? "encrypted" : "in the clear")}, and crm.yaml asks for the other", "`crm encrypt`")
            : !isEncrypted ? new("encryption", FindingState.Ok, "off: warehouse and landing are in the clear; `privacy: {encrypt: true}` in crm.yaml and `crm encrypt` change that")
            : new("encryption", FindingState.Ok, $"warehouse, landing and what is set down meanwhile are encrypted{(isKeptHere ? $"; the key lies in secrets/{DataKeys.Name}: keep a copy elsewhere" : "")}");
    }

    /// <summary>What was begun and not brought to its end.</summary>
    private IEnumerable<Finding> Unfinished()
    {
        if (File.Exists(Path.Combine(project.Folder, Erasing.Mark)))
        {
            yield return new("erasure", FindingState.Bad, "an erasure was begun and not finished; nothing is loaded until it is", "`crm erase --resume --yes`");
        }

        if (File.Exists(Path.Combine(project.Folder, DataKeys.Mark)))
        {
            yield return new("encryption", FindingState.Bad, "encrypting the project's files was begun and not finished; nothing is loaded until it is", "`crm encrypt`");
        }

        var warehouse = Composition.WarehouseOf(project);
        if (File.Exists($"{warehouse}.rewound"))
        {
            yield return new("warehouse", FindingState.Note, "it was taken back to an earlier run and is for reading", "to load, `crm restore` without --run");
        }

        if (File.Exists($"{warehouse}.run") && !RunFile.IsHeld(warehouse))
        {
            yield return new("run", FindingState.Note, "a command was cut off before it ended; what readers see is as it was", "`crm run` goes on from what landed");
        }

        var landing = Composition.LandingOf(project);
        var torn = Directory.Exists(landing) ? Directory.EnumerateDirectories(landing, ".tmp", SearchOption.AllDirectories).Count() : 0;
        if (torn > 0 && !RunFile.IsHeld(warehouse))
        {
            yield return new("landing", FindingState.Note, string.Create(CultureInfo.InvariantCulture, $"{torn} streams have pieces of a load that was cut off"), "`crm run` sweeps them away and reads on");
        }
    }

    /// <summary>Jobs that failed last, or that are paused.</summary>
    private IEnumerable<Finding> Jobs()
    {
        if (project.Settings.Jobs.Count == 0 || (project.Settings.Server.Store is null && !File.Exists(Path.Combine(project.Folder, JobStore.FileName))))
        {
            yield break;
        }

        JobHistory? history = null;
        string? why = null;
        try
        {
            history = JobsOfProject.History(project);
        }
        catch (Exception e) when (e is CrmException or SqliteException)
        {
            why = e.Message;
        }

        if (history is null)
        {
            yield return new("jobs", FindingState.Bad, $"their store does not open: {why}", "start the database, or correct `server: {store: …}` in crm.yaml");
            yield break;
        }

        var paused = history.Paused();
        foreach (var job in project.Settings.Jobs)
        {
            if (history.List(job.Name, 1) is [{ State: JobRunState.Failed or JobRunState.TimedOut or JobRunState.Lost } last])
            {
                yield return new($"job {job.Name}", FindingState.Bad, $"{last.State.ToString().ToLowerInvariant()} {Text(last.Started.UtcDateTime)} UTC: {last.Message}",
                    string.Create(CultureInfo.InvariantCulture, $"`crm jobs history {job.Name} --log {last.Id}` tells all it said; mend that, then `crm jobs run {job.Name}`"));
            }

            if (paused.Contains(job.Name))
            {
                yield return new($"job {job.Name}", FindingState.Note, "paused", $"`crm jobs resume {job.Name}`");
            }
        }
    }

    private IEnumerable<Finding> Audit()
    {
        var log = new AuditLog(project.Folder, clock);
        if (Directory.Exists(log.Folder) && AuditVerification.Look(log, null).Faults is [var first, ..])
        {
            yield return new("audit log", FindingState.Bad, $"it is not as it was written: {first.Where}: {first.What}", "`crm audit verify` tells all; compare with the log in a backup, and ask who was here");
        }
    }

    private static string Text(DateTime moment) => moment.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Text(TimeSpan span) => span.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days") : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours");
}
