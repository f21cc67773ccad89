using Crm.Analytics.Host.Security;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Privacy;

/// <summary>The pseudonyms under which a project's data leave the program, and their key.</summary>
internal static class ExportPseudonyms
{
    /// <summary>The secret that pseudonyms are hashed with; made when something first leaves the program under them.</summary>
    public const string KeyName = "CRM_EXPORT_KEY";

    /// <summary>What stands for whom in what leaves the program; null when everything leaves as it is.</summary>
    public static Pseudonyms? Of(Project project)
        => project.Settings.ExportsPseudonyms ? new(project.Catalogue, ProjectKey.Of(project.Folder, KeyName).LongPseudonym) : null;
}
