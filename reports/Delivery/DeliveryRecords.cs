using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>A file that was made again.</summary>
/// <param name="File">The file.</param>
/// <param name="Was">Hash of the bytes then; null for a file that was not there then.</param>
/// <param name="IsSame">True when the bytes are the same; null for pictures and paper, which show the same without being the same bytes.</param>
public sealed record RerunFile(OutputFile File, string? Was, bool? IsSame);

/// <summary>Records of reports that were made, and making them again.</summary>
public static class DeliveryRecords
{
    private static readonly string[] drawnByBrowser = ["pdf", "png"];

    /// <summary>What has to be known of a report to make it again.</summary>
    public static DeliveryRecord Of(DeliveryEnvironment environment, ReportPlan plan, FillOptions options, OutputResult made) => new()
    {
        At = environment.Clock.GetUtcNow(),
        Report = plan.Name,
        Language = plan.Language,
        Locale = environment.Project.Settings.Locale,
        Currency = environment.Project.Settings.Currency,
        Project = environment.Project.Settings.Name,
        Parameters = options.Parameters.ToDictionary(p => p.Key, p => p.Value.ToArray()),
        Filled = [.. (options.Filled ?? new HashSet<string>()).Order(StringComparer.Ordinal)],
        Notice = options.Notice,
        Run = made.AsOf.Run,
        Program = environment.Version,
        Files = [.. made.Files.Select(f => new DeliveredFile(f.Format, Path.GetFileName(f.Path), f.Bytes, f.Sha256, f.Rows))],
        State = "written",
    };

    /// <summary>Makes a recorded report again: its own YAML, language, parameters and rows, over the data of its run.</summary>
    /// <param name="environment">The project and the program.</param>
    /// <param name="record">The record.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="cancellation">Stops between two questions or inside one.</param>
    public static IReadOnlyList<RerunFile> Rerun(DeliveryEnvironment environment, DeliveryRecord record, string folder, CancellationToken cancellation = default)
    {
        var file = new ReportFile(record.Report, $"{DeliveryLog.Folder}/definitions/{record.Definition}.yaml", FromLibrary: false, environment.Log.Definition(record));
        var plan = ReportFiles.Plan(file, environment.Project.Catalogue, record.Language);
        var settings = environment.Project.Settings with { Locale = record.Locale, Currency = record.Currency, Name = record.Project };
        var newest = environment.Reader.Read(new CubeQuery { Dimensions = ["date.year"], Limit = 1 }, cancellation).AsOf.Run;
        var options = new FillOptions
        {
            Parameters = record.Parameters.ToDictionary(p => p.Key, p => (IReadOnlyList<string>)p.Value),
            Catalogue = environment.Project.Catalogue,
            Filled = record.Filled.ToHashSet(),
            Notice = record.Notice,
            RowFilters = record is { By: { } by, Value: { } value } ? [new MemberFilter(by, FilterOperator.Equals, [value])] : [],
            AsOfRun = record.Run == newest ? null : record.Run,
        };
        var stem = record.Files.Length == 0 ? record.Report : record.Files[0].Name.Split('.')[0];
        var made = ReportOutput.Write(new OutputRequest(plan, environment.Reader, settings, options), [.. record.Files.Select(f => f.Format).Distinct()], folder, stem, cancellation);
        return [.. made.Files.Select(f =>
        {
            var was = record.Files.FirstOrDefault(w => w.Name == Path.GetFileName(f.Path))?.Sha256;
            return new RerunFile(f, was, drawnByBrowser.Contains(f.Format) ? null : was == f.Sha256);
        })];
    }
}
