using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Host.Web;
using Crm.Analytics.Host.Web.Status;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary>A second server that waits: it opens nothing of the warehouse until the lock of the first is gone, and tells meanwhile that it stands by.</summary>
internal static class Standby
{
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until no other process holds the warehouse.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="project">The project.</param>
    /// <param name="port">The port, which is free again afterwards.</param>
    public static async Task Wait(CommandContext context, Project project, int port)
    {
        var path = Composition.WarehouseOf(project);
        if (!RunFile.IsHeld(path))
        {
            return;
        }

        await using (await ReportServer.StartAsync(Composition.OutOf(project), port, project.Settings.Server, context.Cancellation, null, new HealthArea(null, null, TimeProvider.System)))
        {
            context.Error.WriteLine($"standing by: {RunFile.Holder(path) ?? "another crm process"} has the warehouse");
            while (RunFile.IsHeld(path))
            {
                await Task.Delay(look, TimeProvider.System, context.Cancellation);
            }
        }

        context.Error.WriteLine("taking over");
    }
}
