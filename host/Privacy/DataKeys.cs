using System.Security.Cryptography;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Privacy;

/// <summary>The keys that a project's data is encrypted with at rest.</summary>
internal static class DataKeys
{
    /// <summary>The secret that is the key.</summary>
    public const string Name = "CRM_DATA_KEY";

    /// <summary>The secret that is the former key, while keys are changed.</summary>
    public const string FormerName = "CRM_DATA_KEY_OLD";

    /// <summary>A file that is there while files are encrypted anew.</summary>
    public const string Mark = "privacy/encrypting";

    /// <summary>The key as crm.yaml asks for it; null when it asks for none. It is made in a project that holds nothing yet.</summary>
    /// <exception cref="CrmException">The project holds data and the key is not there; or what it holds is in the clear.</exception>
    public static DataKey? Of(Project project)
    {
        if (!project.Settings.Encrypt)
        {
            return null;
        }

        if (Find(project.Folder, Name) is { } key)
        {
            return key;
        }

        var warehouse = Path.GetFullPath(Path.Combine(project.Folder, project.Settings.Warehouse));
        var landed = FirstLanded(project);
        if ((File.Exists(warehouse) && DuckDbInstance.IsEncrypted(warehouse) != false) || (landed is not null && DataKey.IsSealed(File.ReadAllBytes(landed))))
        {
            throw Missing(project);
        }

        return File.Exists(warehouse) || landed is not null
            ? throw new CrmException(FailureKind.CheckFailed, "the project's data is in the clear", project.Folder, "encrypted data, as `privacy: {encrypt: true}` in crm.yaml asks for",
                "`crm encrypt` makes a key and encrypts the project's files. Nothing was changed")
            : DataKey.Parse(ProjectKey.Of(project.Folder, Name).Text);
    }

    /// <summary>A key of a project, wherever it is kept; null where there is none.</summary>
    /// <param name="folder">Full path of the project folder.</param>
    /// <param name="name">Its name.</param>
    public static DataKey? Find(string folder, string name) => ProjectKey.Find(folder, name) is { } key ? DataKey.Parse(key.Text) : null;

    /// <summary>The key of a warehouse in a folder, as it was restored: null when it is in the clear.</summary>
    /// <exception cref="CrmException">It is encrypted, and its key is not there.</exception>
    public static DataKey? OfRestored(string folder, string warehouse) => DuckDbInstance.IsEncrypted(warehouse) == true ? Find(folder, Name) ?? throw Missing(folder) : null;

    /// <summary>Puts a new key in the place of the one there is, which stays as the former one.</summary>
    /// <exception cref="CrmException">The key comes from the environment, or another change is under way.</exception>
    public static void Change(string folder)
    {
        var key = ProjectKey.Of(folder, Name);
        if (!key.IsKeptHere)
        {
            throw new CrmException(FailureKind.WrongUse, $"the key comes from the environment ({Name})", "--new-key", "a key that is kept in the project, which this can change",
                $"Set {FormerName} to the present key and {Name} to a new one (64 hexadecimal digits, as `openssl rand -hex 32` makes), then `crm encrypt`");
        }

        if (ProjectKey.Find(folder, FormerName) is not null)
        {
            throw new CrmException(FailureKind.WrongUse, "a change of keys is under way", Path.Combine(folder, "secrets", FormerName), "one change at a time", "Finish it with `crm encrypt`, then again");
        }

        ProjectKey.Keep(folder, FormerName, key.Text);
        ProjectKey.Replace(folder, Name, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>Refuses to load into a project whose files are being encrypted anew.</summary>
    /// <exception cref="CrmException">They are.</exception>
    public static void RefuseUnfinished(Project project)
    {
        var mark = Path.Combine(project.Folder, Mark);
        if (File.Exists(mark))
        {
            throw new CrmException(FailureKind.CheckFailed, "encrypting the project's files was begun and not finished", mark, "files that are all as crm.yaml says", "Finish it with `crm encrypt`");
        }
    }

    /// <summary>The error of a key that is not there.</summary>
    public static CrmException Missing(Project project) => Missing(project.Folder);

    private static CrmException Missing(string folder) => new(
        FailureKind.CheckFailed, "the project's data is encrypted, and its key is not there", Path.Combine(folder, "secrets", Name), $"the secret {Name} that it was encrypted with",
        "Bring it back: from where you keep a copy, or from a backup of the project. Nothing was changed, and without it nobody can read the data");

    private static string? FirstLanded(Project project) => Path.Combine(project.Folder, "landing") is var landing && Directory.Exists(landing)
        ? Directory.EnumerateFiles(landing, "*.json", SearchOption.AllDirectories).FirstOrDefault(f => !Path.GetRelativePath(landing, f).StartsWith('.'))
        : null;
}
