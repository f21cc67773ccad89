using System.Text;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Output;

/// <summary>A report to write.</summary>
/// <param name="Plan">The report.</param>
/// <param name="Reader">Who answers.</param>
/// <param name="Settings">The project's name, locale and currency.</param>
/// <param name="Options">For whom and for what.</param>
public sealed record OutputRequest(ReportPlan Plan, ICubeReader Reader, ProjectSettings Settings, FillOptions Options);

/// <summary>What was written.</summary>
/// <param name="Files">The files.</param>
/// <param name="Failed">Blocks that could not be made, and formats; whoever delivers must not call it a success.</param>
/// <param name="AsOf">What data it stands on.</param>
/// <param name="AsOfText">The same in words.</param>
/// <param name="IsBlank">True when no block of figures shows anything.</param>
/// <param name="Missing">Contracts without which nothing of it can be shown.</param>
public sealed record OutputResult(
    IReadOnlyList<OutputFile> Files, IReadOnlyList<string> Failed, DataAsOf AsOf, string AsOfText, bool IsBlank, IReadOnlyList<string> Missing);

/// <summary>Writes a report in any of the formats: the page as html, pdf, png; its charts as svg; its figures as xlsx, csv, json, parquet.</summary>
public static class ReportOutput
{
    private static readonly string[] pages = ["html", "pdf", "png", "svg"];

    /// <summary>All formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. pages, "xlsx", "csv", "json", "parquet"];

    /// <summary>Writes a report.</summary>
    /// <param name="request">The report.</param>
    /// <param name="formats">Names of formats.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="stem">How their names begin.</param>
    /// <param name="cancellation">Stops between two questions or inside one.</param>
    /// <exception cref="CrmException">A file could not be written, or a format could not be made.</exception>
    public static OutputResult Write(OutputRequest request, IReadOnlyList<string> formats, string folder, string stem, CancellationToken cancellation = default)
    {
        var wantsPage = formats.Any(pages.Contains) || formats.Count == 0;
        var page = wantsPage ? ReportFiller.Fill(request.Plan, request.Reader, request.Settings, request.Options, cancellation) : null;
        var figures = formats.Any(f => !pages.Contains(f))
            ? ReportFiller.Fill(request.Plan, request.Reader, request.Settings, request.Options with { Complete = true }, cancellation) : null;
        var files = new List<OutputFile>();
        foreach (var format in formats.Distinct())
        {
            files.AddRange(pages.Contains(format) ? Page(format, page!, folder, stem, cancellation) : Figures(format, figures!, folder, stem, cancellation));
        }

        var content = (page ?? figures)!;
        return new OutputResult(
            files, [.. (page?.Blocks ?? []).Concat(figures?.Blocks ?? []).OfType<FailedContent>().Select(f => $"{request.Plan.Name}: {f}").Distinct()],
            content.AsOf, content.AsOfText, content.NothingLoaded || content.Blocks.All(b => b is EmptyContent or TextContent or FailedContent), content.Missing);
    }

    private static IEnumerable<OutputFile> Page(string format, ReportContent content, string folder, string stem, CancellationToken cancellation)
    {
        if (format == "svg")
        {
            var charts = SvgCharts.Draw(content, Environment.GetEnvironmentVariable, cancellation);
            if (charts.Count == 0)
            {
                throw new CrmException(
                    FailureKind.WrongUse, $"report '{content.Plan.Name}' has no chart with anything in it", "svg", "a report with a chart, of which svg is the picture", "Ask for html, csv or another format");
            }

            foreach (var (block, svg) in charts)
            {
                var picture = Path.Combine(folder, $"{stem}.{block}.svg");
                OutputFiles.Write(picture, to => to.Write(Encoding.UTF8.GetBytes(svg)));
                yield return OutputFiles.Of(format, block, picture, rows: null);
            }

            yield break;
        }

        var path = Path.Combine(folder, $"{stem}.{format}");
        var html = HtmlReport.Bytes(content);
        if (format == "html")
        {
            OutputFiles.Write(path, to => to.Write(html));
        }
        else
        {
            Photograph(format, html, path, cancellation);
        }

        yield return OutputFiles.Of(format, null, path, rows: null);
    }

    /// <summary>Pictures and paper are taken of a page in a folder of its own, so that nobody meets a page that was not asked for.</summary>
    private static void Photograph(string format, byte[] html, string path, CancellationToken cancellation)
    {
        var scratch = Directory.CreateTempSubdirectory("crm-page-");
        try
        {
            var (source, taken) = (Path.Combine(scratch.FullName, "page.html"), Path.Combine(scratch.FullName, $"page.{format}"));
            File.WriteAllBytes(source, html);
            var written = format == "pdf" ? PdfReport.Write(source, taken, cancellation) : PngReport.Write(source, taken, cancellation: cancellation);
            if (written.Message is { } message)
            {
                throw new CrmException(FailureKind.Failed, message.TrimEnd('.'), path, "a browser that draws the page", $"Install one, or set {Chromium.Variable}; html needs none");
            }

            OutputFiles.Write(path, to => to.Write(File.ReadAllBytes(taken)));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static IEnumerable<OutputFile> Figures(string format, ReportContent content, string folder, string stem, CancellationToken cancellation)
    {
        if (format is "xlsx" or "json")
        {
            var path = Path.Combine(folder, $"{stem}.{format}");
            long rows = 0;
            OutputFiles.Write(path, to => rows = format == "xlsx" ? XlsxReport.Write(content, to) : JsonReport.Write(content, to));
            yield return OutputFiles.Of(format, null, path, rows);
            yield break;
        }

        foreach (var table in FigureTable.Of(content))
        {
            var path = Path.Combine(folder, $"{stem}.{table.Frame.Name}.{format}");
            long rows = 0;
            if (format == "csv")
            {
                OutputFiles.Write(path, to => rows = CsvReport.Write(table, content, to));
            }
            else
            {
                Directory.CreateDirectory(folder);
                rows = ParquetReport.Write(table, content, path, cancellation);
            }

            yield return OutputFiles.Of(format, table.Frame.Name, path, rows);
        }
    }
}
