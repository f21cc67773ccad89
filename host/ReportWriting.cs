using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host;

/// <summary>Writes reports to the project's <c>out</c> folder, and remembers what each file was written from, so that an equal one need not be written again.</summary>
internal sealed class ReportWriting(Project project, CommandContext context)
{
    private const string Memory = ".written";

    private readonly string _out = Composition.OutOf(project);

    /// <summary>The reports there are: the library's and the project's.</summary>
    public static IReadOnlyList<ReportFile> List(Project project) => ReportFiles.List(project.Folder);

    /// <summary>The file a report is written to.</summary>
    public string PathOf(ReportFile report) => Path.Combine(_out, report.Name + ".html");

    /// <summary>Writes reports.</summary>
    /// <param name="reports">Which.</param>
    /// <param name="again">False: leave a file that was written from the same run, report and program.</param>
    /// <returns>The files, and what could not be made in them; in the order asked.</returns>
    public IReadOnlyList<WrittenFile> Write(IReadOnlyList<ReportFile> reports, bool again)
    {
        var plans = reports.Select(r => ReportFiles.Plan(r, project.Catalogue, project.Settings.Locale)).ToList();
        using var warehouse = Composition.OpenToRead(project, context);
        var reader = Composition.Exporting(warehouse, project);
        var run = reader.Read(new CubeQuery { Dimensions = ["date.year"], Limit = 1 }, context.Cancellation).AsOf.Run;
        var remembered = Remembered();
        var written = new List<WrittenFile>();
        foreach (var (report, plan) in reports.Zip(plans))
        {
            var origin = OriginOf(report, run);
            if (!again && remembered.GetValueOrDefault(report.Name) == origin && File.Exists(PathOf(report)))
            {
                written.Add(new(report.Name, plan.Title, PathOf(report), false, []));
                continue;
            }

            var file = HtmlReport.Write(plan, reader, project.Settings, PathOf(report), Options(project), context.Cancellation);
            remembered[report.Name] = file.Failed.Count == 0 ? origin : "";
            written.Add(new(report.Name, plan.Title, file.Path, true, [.. file.Failed.Select(f => $"{report.Name}: {f}")]));
        }

        if (written.Any(w => w.IsNew))
        {
            Directory.CreateDirectory(_out);
            File.WriteAllBytes(Path.Combine(_out, Memory), JsonSerializer.SerializeToUtf8Bytes(remembered));
        }

        return written;
    }

    /// <summary>How a report of the project is filled: it knows which contracts the sources fill.</summary>
    public static FillOptions Options(Project project) => new() { Catalogue = project.Catalogue, Filled = ReportDelivery.FilledContracts(project) };

    private string OriginOf(ReportFile report, int? run)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(report.Content.Span);
        hash.AppendData(File.ReadAllBytes(Path.Combine(project.Folder, "crm.yaml")));
        return string.Create(CultureInfo.InvariantCulture, $"run {run}, crm {Composition.Version}, {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }

    private Dictionary<string, string> Remembered()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(Path.Combine(_out, Memory))) ?? [];
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return [];
        }
    }
}

/// <summary>A report file.</summary>
/// <param name="Name">The report.</param>
/// <param name="Title">Its title.</param>
/// <param name="Path">The file.</param>
/// <param name="IsNew">True when it was written now.</param>
/// <param name="Failed">What could not be made in it.</param>
internal sealed record WrittenFile(string Name, string Title, string Path, bool IsNew, IReadOnlyList<string> Failed);
