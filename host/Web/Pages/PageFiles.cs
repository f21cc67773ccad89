using System.IO.Compression;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Web.Pages;

/// <summary>Files of what a page shows, made by the same code as `crm report run` makes them; complete, whatever the page leaves out.</summary>
/// <param name="site">What pages stand on.</param>
internal sealed class PageFiles(Site site)
{
    private static readonly Dictionary<string, string> types = new(StringComparer.Ordinal)
    {
        ["html"] = "text/html; charset=utf-8",
        ["pdf"] = "application/pdf",
        ["png"] = "image/png",
        ["svg"] = "image/svg+xml",
        ["xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ["csv"] = "text/csv; charset=utf-8",
        ["json"] = "application/json; charset=utf-8",
        ["parquet"] = "application/vnd.apache.parquet",
        ["zip"] = "application/zip",
    };

    /// <summary>The formats of a whole report, as people call them.</summary>
    public static IReadOnlyList<(string Label, string Format)> Formats { get; } =
        [("PDF", "pdf"), ("Excel (xlsx)", "xlsx"), ("CSV", "csv"), ("HTML", "html"), ("PNG", "png"), ("SVG", "svg"), ("JSON", "json"), ("Parquet", "parquet")];

    /// <summary>Makes a file and sends it; several go as one zip.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="plan">The report.</param>
    /// <param name="options">How it is filled.</param>
    /// <param name="wanted">Which block in which format.</param>
    public async Task Send(HttpContext context, PageRequest request, ReportPlan plan, FillOptions options, WantedFile wanted)
    {
        var part = wanted.Block is null ? plan : Part(plan, wanted.Block);
        if (!ReportOutput.Formats.Contains(wanted.Format) || site.Served.Published is null)
        {
            throw new NoPageException(site.Served.Published is null ? "nothing is loaded yet" : $"there is no format '{wanted.Format}'", $"one of {string.Join(", ", ReportOutput.Formats)}", "Choose one from the page");
        }

        var folder = Directory.CreateTempSubdirectory("crm-page-");
        try
        {
            var stem = wanted.Block is null ? plan.Name : $"{plan.Name}.{wanted.Block}";
            var made = await Task.Run(
                () => ReportOutput.Write(new OutputRequest(part, Composition.Exporting(request.Reader, site.Project), site.Project.Settings, options), [wanted.Format], folder.FullName, plan.Name, context.RequestAborted),
                context.RequestAborted);
            if (made.Failed.Count > 0)
            {
                throw new CrmException(FailureKind.Failed, $"a part of it could not be made: {string.Join("; ", made.Failed)}", plan.Name, "a report without failures", "See the page for what each part lacks");
            }

            if (made.Files.Count == 0)
            {
                throw new CrmException(FailureKind.WrongUse, $"nothing of it can be written as {wanted.Format}", plan.Name, "figures, or a chart for svg", "Choose another format");
            }

            await (made.Files.Count == 1 ? Send(context, made.Files[0].Path, wanted.Format, $"{stem}.{wanted.Format}") : SendZip(context, made.Files, $"{stem}.{wanted.Format}.zip"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The headers of a file that is kept.</summary>
    public static void Begin(HttpContext context, string format, string name)
    {
        context.Response.ContentType = types[format];
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
    }

    private static ReportPlan Part(ReportPlan plan, string block) => plan.Blocks.FirstOrDefault(b => b.Frame.Name == block) is { } found
        ? plan with { Rows = [new RowPlan([found])] }
        : throw new NoPageException($"there is no part '{block}'", NearestName.Expected($"a part of '{plan.Name}'", block, [.. plan.Blocks.Select(b => b.Frame.Name)]), "Choose a table of the page");

    private static async Task Send(HttpContext context, string path, string format, string name)
    {
        Begin(context, format, name);
        context.Response.ContentLength = new FileInfo(path).Length;
        await context.Response.SendFileAsync(path, context.RequestAborted);
    }

    private static async Task SendZip(HttpContext context, IReadOnlyList<OutputFile> files, string name)
    {
        using var whole = new MemoryStream();
        using (var zip = new ZipArchive(whole, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                await zip.CreateEntryFromFileAsync(file.Path, Path.GetFileName(file.Path), context.RequestAborted);
            }
        }

        Begin(context, "zip", name);
        context.Response.ContentLength = whole.Length;
        whole.Position = 0;
        await whole.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}

/// <summary>A file that is wanted.</summary>
/// <param name="Block">The block; null for the whole report.</param>
/// <param name="Format">The format.</param>
internal sealed record WantedFile(string? Block, string Format);
