using Crm.Analytics.Etl.Connectors.Push;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host;

/// <summary>What encrypting a project's files anew came to.</summary>
/// <param name="IsEncrypted">Whether they are encrypted now.</param>
/// <param name="IsNewKey">Whether the key was changed.</param>
/// <param name="Landed">Landed batches that were written anew.</param>
/// <param name="Pushed">Segments of pushed events that were looked at.</param>
/// <param name="Warehouse">Whether the warehouse was written anew.</param>
internal sealed record EncryptOutcome(bool IsEncrypted, bool IsNewKey, int Landed, int Pushed, bool Warehouse);

/// <summary>
/// Brings the files of a project to what crm.yaml says: encrypted with its key, with a new key, or in the clear. Each file is written anew and takes the old one's place when it is
/// whole; each says itself how it is encrypted, so what was broken off goes on where it was.
/// </summary>
internal static class Encrypting
{
    /// <summary>Does it, alone in the project.</summary>
    /// <param name="project">The project.</param>
    /// <param name="context">The command's.</param>
    /// <param name="isNewKey">Whether to make a new key first.</param>
    /// <exception cref="CrmException">Somebody has the warehouse open; a key is not there; nothing was touched then.</exception>
    public static EncryptOutcome Run(Project project, CommandContext context, bool isNewKey)
    {
        var path = Composition.WarehouseOf(project);
        if (context.Served is not null)
        {
            throw new CrmException(FailureKind.Busy, "a server has the warehouse open, and its file is to be written anew", path, "nobody who has it open", "Stop `crm serve`, then `crm encrypt`, then start it again");
        }

        if (isNewKey && !project.Settings.Encrypt)
        {
            throw new CrmException(FailureKind.WrongUse, "a new key for data that is in the clear", "--new-key", "`privacy: {encrypt: true}` in crm.yaml", "Put it there, then again");
        }

        Erasing.RefuseUnfinished(project);
        using var file = RunFile.Hold(path, "crm encrypt", context.Wait, context.Error.WriteLine, context.Cancellation);
        var known = Known(project.Folder);
        var present = KeyOf(project, path, known);
        if (isNewKey && known.Count > 0)
        {
            DataKeys.Change(project.Folder);
        }

        var to = project.Settings.Encrypt ? DataKeys.Find(project.Folder, DataKeys.Name) ?? Make(project) : null;
        var from = Known(project.Folder);
        var mark = Path.Combine(project.Folder, DataKeys.Mark);
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        File.WriteAllText(mark, "Encrypting the project's files was begun and not finished: `crm encrypt`\n");
        var landed = Land(project, from, to, context.Cancellation);
        var pushed = project.Sources.Where(s => s.Connector == PushOptions.Declared.Connector).Sum(
            source => source.Streams.Sum(stream => PushLog.Reseal(PushLog.FolderOf(project.Folder, source.Name, stream.Name), from, to)));
        var isOther = File.Exists(path) && present?.Name != to?.Name;
        if (isOther)
        {
            DuckDbInstance.Rewrite(path, present, to);
        }

        File.Delete(Path.Combine(project.Folder, "secrets", DataKeys.FormerName));
        File.Delete(mark);
        return new(to is not null, isNewKey, landed, pushed, isOther);
    }

    private static List<DataKey> Known(string folder) => [.. new[] { DataKeys.Find(folder, DataKeys.Name), DataKeys.Find(folder, DataKeys.FormerName) }.OfType<DataKey>().DistinctBy(k => k.Name)];

    private static DataKey Make(Project project) => DataKey.Parse(ProjectKey.Of(project.Folder, DataKeys.Name).Text)!;

    /// <summary>The key that the warehouse has now; null: it is in the clear, or not there.</summary>
    private static DataKey? KeyOf(Project project, string path, IReadOnlyList<DataKey> known) => DuckDbInstance.IsEncrypted(path) != true ? null
        : known.Count == 0 ? throw DataKeys.Missing(project)
        : known.FirstOrDefault(k => DuckDbInstance.Opens(path, k)) ?? throw new CrmException(
            FailureKind.CheckFailed, "the warehouse is encrypted with another key", path, $"the secret {DataKeys.Name} that it was encrypted with, or that key as {DataKeys.FormerName}", "Bring that key back. Nothing was changed");

    private static int Land(Project project, IReadOnlyList<DataKey> from, DataKey? to, CancellationToken cancellation)
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Key = to, FormerKey = from.FirstOrDefault(k => k.Name != to?.Name), TempDirectory = $"{Composition.WarehouseOf(project)}.tmp" });
        using var session = scratch.Connect();
        return new LandingReseal(session, Composition.LandingOf(project), from, to).Run(cancellation);
    }
}
