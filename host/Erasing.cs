using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Host.Backup;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host;

/// <summary>How an erasure ended.</summary>
/// <param name="Erased">What it did in warehouse and landing.</param>
/// <param name="Files">Files beside them that went or changed.</param>
/// <param name="Left">Files of the project in which something of the persons still stands; those of sources are theirs to keep.</param>
internal sealed record ErasureOutcome(Erased Erased, int Files, IReadOnlyList<string> Left);

/// <summary>Takes those on the suppression list out of everything that a project holds.</summary>
internal static class Erasing
{
    /// <summary>A file that is there while an erasure is under way.</summary>
    public const string Mark = "privacy/unfinished";

    /// <summary>Puts customers onto the list and erases all on it.</summary>
    /// <param name="project">The project.</param>
    /// <param name="context">The command's.</param>
    /// <param name="customers">Finds what is to be put onto the list; null to finish what was begun.</param>
    public static ErasureOutcome Run(Project project, CommandContext context, Func<RunEnvironment, SuppressionList, IEnumerable<string>>? customers)
    {
        var kept = new KeptFiles(project);
        var (files, mark) = (0, Path.Combine(project.Folder, Mark));
        var erased = Composition.Anew(project, context, "crm erase", environment =>
        {
            var list = Suppression.Make(project.Folder);
            var added = customers?.Invoke(environment, list).ToList() ?? [];
            Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
            File.WriteAllText(mark, "An erasure was begun and not finished: `crm erase --resume`\n");
            list.Add(added);
            var gone = new ProjectErasure(project, environment, list).Erase(values => files = kept.Clean(values), context.Cancellation);
            Composition.Ship(project, environment.Warehouse, context, isAnew: true);
            return gone;
        });
        KeepBesideBackups(project);
        File.Delete(mark);
        return new(erased, files, kept.Search(erased.Values));
    }

    /// <summary>Obeys, in a project that was just restored, the list that the backups have now.</summary>
    public static long Obey(string folder, string list, CommandContext context)
    {
        Suppression.Import(folder, list);
        File.WriteAllText(Path.Combine(folder, Mark), "A restore has not left out yet who was erased: `crm erase --resume --yes`\n");
        return Run(Composition.ReadProject(folder), context, null).Erased.Customers;
    }

    /// <summary>Refuses to use a project in which an erasure is not finished.</summary>
    /// <exception cref="CrmException">It is not.</exception>
    public static void RefuseUnfinished(Project project)
    {
        var mark = Path.Combine(project.Folder, Mark);
        if (File.Exists(mark))
        {
            throw new CrmException(FailureKind.CheckFailed, "an erasure was begun and not finished", mark, "a project that those who were erased are gone from", "Finish it with `crm erase --resume --yes`");
        }
    }

    /// <summary>So that restoring an older backup obeys it too. Without the key of the backups the next backup does it.</summary>
    private static void KeepBesideBackups(Project project)
    {
        var folder = Path.GetFullPath(project.Settings.Backup.To, project.Folder);
        if (!Directory.Exists(Path.Combine(folder, "sets")) || Suppression.Export(project.Folder) is not { } list)
        {
            return;
        }

        try
        {
            BackupStore.ToRead(folder, Composition.BackupKeyOf(project)).PutSuppressed(list);
        }
        catch (CrmException)
        {
            // The erasure itself is done.
        }
    }
}
