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
    /// <summary>Delivers a report over the warehouse as it is.</summary>
    /// <param name="project">The project.</param>
    /// <param name="context">What the command or job shares.</param>
    /// <param name="report">Name of the report.</param>
    /// <param name="delivery">One of its deliveries; null: all.</param>
    /// <param name="loadFailedAt">When a load failed since the newest data was published, so that the reports say so; null: none did.</param>
    /// <returns>An outcome for each delivery, or for each recipient; <see cref="DeliveryState.Waiting"/> may succeed later.</returns>
    /// <exception cref="CrmException">No such report or delivery, or nothing is loaded.</exception>
    public static IReadOnlyList<DeliveryOutcome> Deliver(Project project, CommandContext context, string report, string? delivery, DateTimeOffset? loadFailedAt = null)
    {
        var file = Find(project, report);
        using var warehouse = Composition.OpenToRead(project, context);
        return ReportDelivery.Deliver(Environment(project, warehouse, loadFailedAt), file, delivery, context.Cancellation);
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
        return new DeliveryEnvironment(
            project, Composition.Reader(warehouse, project), new LoadState(PublishedIn(warehouse), loadFailedAt), Composition.Version, TimeProvider.System,
            (text, where) => secrets.Resolve(new OptionValue([text], where)), secrets.Redact);
    }

    private static DateTimeOffset? PublishedIn(OpenWarehouse warehouse)
    {
        using var session = warehouse.Instance.Connect();
        return session.Scalar<DateTime?>(SqlFile.Beside(typeof(ReportDeliveries)).Fill("")) is { } moment ? new(DateTime.SpecifyKind(moment, DateTimeKind.Utc)) : null;
    }
}
