using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Privacy;

/// <summary>The suppression list of a project and its key.</summary>
internal static class Suppression
{
    /// <summary>The secret that the list is hashed with.</summary>
    public const string KeyName = "CRM_SUPPRESSION_KEY";

    /// <summary>The list of a project; null when nobody was ever erased.</summary>
    /// <exception cref="CrmException">There is a list, and its key is gone: nobody could be kept out by it.</exception>
    public static SuppressionList? Find(string folder)
    {
        if (!SuppressionList.IsThere(folder))
        {
            return null;
        }

        var key = ProjectKey.Find(folder, KeyName) ?? throw new CrmException(
            FailureKind.CheckFailed, "the key of the suppression list is not there", Path.Combine(folder, SuppressionList.FileName), $"the secret {KeyName} that it was made with",
            "Bring it back from a backup: without it those who were erased would be loaded again");
        return SuppressionList.Of(folder, key.Text);
    }

    /// <summary>The list of a project, to be added to; its key is made with the first entry.</summary>
    public static SuppressionList Make(string folder) => Find(folder) ?? SuppressionList.Of(folder, ProjectKey.Of(folder, KeyName).Text);

    /// <summary>The list with its key as one text, for a backup; null when there is none.</summary>
    public static string? Export(string folder) => Find(folder) is { IsEmpty: false } list ? $"{ProjectKey.Of(folder, KeyName).Text}\n{string.Join('\n', list.Hashes)}\n" : null;

    /// <summary>Takes up what <see cref="Export"/> answered, beside what the project has already.</summary>
    /// <exception cref="CrmException">The project's list was made with another key.</exception>
    public static void Import(string folder, string exported)
    {
        var lines = exported.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ProjectKey.Keep(folder, KeyName, lines[0]);
        if (ProjectKey.Of(folder, KeyName).Text != lines[0])
        {
            throw new CrmException(FailureKind.CheckFailed, "the suppression lists of the project and of the backup have different keys", folder, $"one {KeyName} for both", "Set that of the backup, then again");
        }

        SuppressionList.Of(folder, lines[0]).Add(lines.Skip(1));
    }
}
