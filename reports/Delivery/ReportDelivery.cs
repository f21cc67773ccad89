using System.Globalization;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using NearestName = Crm.Analytics.Warehouse.NearestName;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>
/// Delivers reports: the one entry point that a command and a scheduled job call. Each recipient's part is made, sent and recorded for itself, and one that
/// fails does not keep the others from theirs.
/// </summary>
public static class ReportDelivery
{
    /// <summary>Delivers a report.</summary>
    /// <param name="environment">The project and the program.</param>
    /// <param name="report">The report.</param>
    /// <param name="delivery">One of its deliveries; null: all of them.</param>
    /// <param name="cancellation">Stops; what went is recorded.</param>
    /// <returns>An outcome for each delivery, or for each recipient of one.</returns>
    /// <exception cref="CrmException">The report has problems, or no such delivery. What befalls a delivery itself is its outcome.</exception>
    public static IReadOnlyList<DeliveryOutcome> Deliver(
        DeliveryEnvironment environment, ReportFile report, string? delivery = null, CancellationToken cancellation = default)
    {
        var settings = environment.Project.Settings;
        var declared = ReportFiles.Deliveries(report, environment.Project);
        if (declared.Count == 0 || (delivery is not null && declared.All(d => d.Name != delivery)))
        {
            throw new CrmException(
                FailureKind.WrongUse, delivery is null ? $"report '{report.Name}' has no delivery" : $"there is no delivery '{delivery}'", "crm report deliver",
                NearestName.Expected("a delivery of the report", delivery ?? "", [.. declared.Select(d => d.Name)]), "Declare it under 'deliver' in the report, or in crm.yaml");
        }

        var outcomes = new List<DeliveryOutcome>();
        foreach (var wanted in declared.Where(d => delivery is null || d.Name == delivery))
        {
            var plan = ReportFiles.Plan(report, environment.Project.Catalogue, wanted.Language ?? settings.Locale);
            outcomes.AddRange(One(environment, report, plan, wanted, cancellation));
        }

        return outcomes;
    }

    private static IEnumerable<DeliveryOutcome> One(
        DeliveryEnvironment environment, ReportFile report, ReportPlan plan, DeliveryPlan delivery, CancellationToken cancellation)
    {
        var (waits, notice) = LoadNotice.Of(environment, plan, delivery.Wait);
        if (waits is not null)
        {
            return [new(report.Name, delivery.Name, null, DeliveryState.Waiting, waits, null, [])];
        }

        var options = new FillOptions
        {
            Parameters = delivery.Parameters,
            Catalogue = environment.Project.Catalogue,
            Filled = FilledContracts(environment.Project),
            Notice = notice,
        };
        try
        {
            var part = new DeliveryPart(environment, report, plan, delivery);
            return delivery.Burst is not { } burst ? [part.Send(options, null, delivery.Email?.To ?? [], cancellation)]
                : [.. Recipients(environment, burst, options, cancellation).Select(r => part.Send(
                    options with { RowFilters = [new MemberFilter(burst.By, FilterOperator.Equals, [r.Value])] }, r.Value, r.To.Count > 0 ? r.To : delivery.Email?.To ?? [], cancellation))];
        }
        catch (CrmException error)
        {
            return [new(report.Name, delivery.Name, null, DeliveryState.Failed, environment.Redact(error.Message), null, [])];
        }
    }

    /// <summary>Contracts that the project's sources fill, and their columns as <c>contract.column</c>; <c>contract.*</c> where a stream bears the contract's columns itself.</summary>
    public static IReadOnlySet<string> FilledContracts(Project project) => project.Sources.SelectMany(s => s.Maps)
        .SelectMany(m => m.Columns.Count == 0 ? [m.Contract, m.Contract + ".*"] : m.Columns.Keys.Select(c => $"{m.Contract}.{c}").Prepend(m.Contract)).ToHashSet();

    /// <summary>The recipients that are named; else every member in the data, for files that a folder or a web address takes.</summary>
    private static IReadOnlyList<BurstRecipient> Recipients(DeliveryEnvironment environment, BurstPlan burst, FillOptions options, CancellationToken cancellation)
    {
        if (burst.Recipients.Count > 0)
        {
            return burst.Recipients;
        }

        var answer = environment.Reader.Read(
            new CubeQuery { Dimensions = [burst.By], Filters = [new MemberFilter(burst.By, FilterOperator.Set, [])], AsOfRun = options.AsOfRun }, cancellation);
        return [.. answer.Rows.Select(r => new BurstRecipient(
            r.Values[0] is DateOnly day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Convert.ToString(r.Values[0], CultureInfo.InvariantCulture)!, []))];
    }
}
