using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>The parts of a server that tell how it stands.</summary>
internal static class ServerAreas
{
    /// <summary>Health, status, jobs.</summary>
    public static IReadOnlyList<IWebArea> Of(Project project, ServedWarehouse served, IJobs jobs) =>
    [
        new HealthArea(() => DataHealth.Of(served), project.Settings.Server.StaleAfter, TimeProvider.System),
        new StatusArea(served, project.Settings.Name, TimeProvider.System),
        new JobsArea(jobs, JobsOfProject.History(project)),
    ];
}
