using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host;

/// <summary>Delivers reports of a project: what `crm report deliver` and scheduled jobs call.</summary>
internal static class ReportDeliveries
{
    /// <summary>Delivers reports over the warehouse as it is. A load of the jobs that failed since the newest data was published is said on them.</summary>
    /// <param name="project">The project.</param>
    /// <param name="context">What the command or job shares.</param>
    /// <param name="reports">Names of the reports; none: all that are declared to go somewhere.</param>
    /// <param name="delivery">One of their deliveries; null: all.</param>
    /// <returns>An outcome for each delivery, or for each recipient; <see cref="DeliveryState.Waiting"/> may succeed later.</returns>
    /// <exception cref="CrmException">No such report or delivery, or nothing is loaded.</exception>
    public static IReadOnlyList<DeliveryOutcome> Deliver(Project project, CommandContext context, IReadOnlyList<string> reports, string? delivery)
    {
        IReadOnlyList<ReportFile> files = reports.Count > 0 ? [.. reports.Select(r => Find(project, r))] : [.. ReportWriting.List(project).Where(r => ReportFiles.Deliveries(r, project).Count > 0)];
        using var warehouse = Composition.OpenToRead(project, context);
        var environment = Environment(project, warehouse, FailedLoad(project));
        return [.. files.SelectMany(f => ReportDelivery.Deliver(environment, f, delivery, context.Cancellation))];
    }

    /// <summary>A report by its name.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static ReportFile Find(Project project, string name)
    {
        var all = ReportWriting.List(project);
        return all.FirstOrDefault(r => r.Name == name) ?? throw new CrmException(
            FailureKind.WrongUse, $"there is no report '{name}'", "crm report", NearestName.Expected("one of the reports", name, [.. all.Select(r => r.Name)]), "List them with `crm report list`");
    }

    /// <summary>What a delivery needs of the program.</summary>
    public static DeliveryEnvironment Environment(Project project, OpenWarehouse warehouse, DateTimeOffset? loadFailedAt = null)
    {
        var secrets = Composition.SecretsOf(project);
        var published = PublishedIn(warehouse);
        return new DeliveryEnvironment(
            project, Composition.Exporting(warehouse, project), new LoadState(published, loadFailedAt > published ? loadFailedAt : null), Composition.Version, TimeProvider.System,
            (text, where) => secrets.Resolve(new OptionValue([text], where)), secrets.Redact);
    }

    /// <summary>When a job that loads failed at its newest attempt; null when none did, or no server ever kept their times.</summary>
    private static DateTimeOffset? FailedLoad(Project project)
    {
        var loads = project.Settings.Jobs.Where(j => j.Work == JobWork.Run).Select(j => j.Name).ToHashSet(StringComparer.Ordinal);
        return loads.Count == 0 ? null
            : JobsOfProject.History(project).List(null, 500).Where(r => r.Ended is not null && loads.Contains(r.Job)).GroupBy(r => r.Job).Select(r => r.MaxBy(a => a.Ended)!)
                .Where(r => r.State is JobRunState.Failed or JobRunState.TimedOut or JobRunState.Lost).Max(r => r.Ended);
    }

    private static DateTimeOffset? PublishedIn(OpenWarehouse warehouse)
    {
        using var session = warehouse.Instance.Connect();
        return session.Scalar<DateTime?>(SqlFile.Beside(typeof(ReportDeliveries)).Fill("")) is { } moment ? new(DateTime.SpecifyKind(moment, DateTimeKind.Utc)) : null;
    }
}
