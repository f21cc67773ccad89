using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crm.Analytics.Reports.Output;

/// <summary>
/// A report as one HTML file that needs nothing else: ECharts, style and script stand in it, its security policy lets it ask for nothing, and with
/// scripts off (or in print) the figures are tables.
/// </summary>
public static partial class HtmlReport
{
    private static readonly Lazy<string> Echarts = new(() => Resource("echarts.min.js"));
    private static readonly Lazy<string> Script = new(() => Resource("charts.js") + Resource("report.js"));

    /// <summary>Asks the report's questions and writes the file; the folder is made when it is missing.</summary>
    /// <param name="plan">The report.</param>
    /// <param name="reader">Who answers.</param>
    /// <param name="settings">The project's name, locale and currency.</param>
    /// <param name="path">The file; an older one is replaced once the new one is whole.</param>
    /// <param name="options">For whom and for what; null: the report as it is.</param>
    /// <param name="cancellation">Stops between two questions or inside one; the old file stays.</param>
    /// <exception cref="CrmException">The file could not be written. A block that fails is no exception: see <see cref="WrittenReport.Failed"/>.</exception>
    public static WrittenReport Write(
        ReportPlan plan, ICubeReader reader, ProjectSettings settings, string path, FillOptions? options = null, CancellationToken cancellation = default)
    {
        var content = ReportFiller.Fill(plan, reader, settings, options, cancellation);
        var bytes = Bytes(content);
        OutputFiles.Write(path, to => to.Write(bytes));
        return new WrittenReport(path, bytes.Length, content.NothingLoaded, [.. content.Blocks.OfType<FailedContent>()]);
    }

    /// <summary>The whole document, UTF-8.</summary>
    internal static byte[] Bytes(ReportContent content) => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(Render(content));

    /// <summary>The whole document. The same content always gives the same text.</summary>
    internal static string Render(ReportContent content)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["language"] = WebUtility.HtmlEncode(content.Plan.Language),
            ["title"] = WebUtility.HtmlEncode($"{content.Plan.Title} · {content.Project}"),
            ["hashes"] = $"{Hash(Echarts.Value)} {Hash(Script.Value)}",
            ["style"] = Resource("report.css"),
            ["body"] = Body(content),
            ["data"] = PageData.Json(content),
            ["echarts"] = Echarts.Value,
            ["script"] = Script.Value,
        };

        // One pass over the template alone: what the parts say is never read as a placeholder.
        return Placeholder().Replace(Resource("document.html"), m => parts[m.Groups[1].Value]);
    }

    private static string Body(ReportContent content)
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(ReportBody.Content)] = content });
            return (await renderer.RenderComponentAsync<ReportBody>(parameters)).ToHtmlString();
        }).GetAwaiter().GetResult();
    }

    /// <summary>The hash by which the security policy knows the script.</summary>
    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    /// <summary>A text that the program carries.</summary>
    internal static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("output/" + name)
            ?? throw new InvalidOperationException($"the program was built without its resource {name}");
        using var text = new StreamReader(stream, Encoding.UTF8);

        // Browsers read CR LF in a document as LF before they hash a script.
        return text.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{(language|title|hashes|style|body|data|echarts|script)\}")]
    private static partial Regex Placeholder();
}

/// <summary>A report that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="NothingLoaded">True when the warehouse held no data, so that the report only says so.</param>
/// <param name="Failed">Blocks that could not be made; the report says so in their place. Whoever delivers it must not call it a success.</param>
public sealed record WrittenReport(string Path, long Bytes, bool NothingLoaded, IReadOnlyList<FailedContent> Failed);
