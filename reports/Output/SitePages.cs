using System.Text;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse.Query;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crm.Analytics.Reports.Output;

/// <summary>Renders the pages of a server: the same blocks as in files, with the scripts and styles as files of their own.</summary>
public static class SitePages
{
    private const string Script = "text/javascript; charset=utf-8";
    private const string Style = "text/css; charset=utf-8";

    /// <summary>Styles and scripts by their names: type and text.</summary>
    public static IReadOnlyDictionary<string, (string Type, string Text)> Assets { get; } = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["report.css"] = (Style, HtmlReport.Resource("report.css")),
        ["site.css"] = (Style, HtmlReport.Resource("site.css")),
        ["theme.js"] = (Script, HtmlReport.Resource("theme.js")),
        ["echarts.min.js"] = (Script, HtmlReport.Resource("echarts.min.js")),
        ["charts.js"] = (Script, HtmlReport.Resource("charts.js")),
        ["world.js"] = (Script, $"self.reportMaps={{world:{Countries.World.ToJsonString()}}};"),
        ["site.js"] = (Script, HtmlReport.Resource("report.js") + HtmlReport.Resource("site.js")),
    };

    /// <summary>A page as HTML in UTF-8.</summary>
    /// <typeparam name="TPage">The page.</typeparam>
    /// <param name="parameters">Its parameters.</param>
    public static byte[] Render<TPage>(IDictionary<string, object?> parameters)
        where TPage : IComponent
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var html = renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString()).GetAwaiter().GetResult();
        return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(html);
    }

    /// <summary>The data of a report's charts, JSON that is safe inside a script element; null when it has no charts.</summary>
    public static string? DataOf(ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Blocks.Any(b => b is ChartContent) ? PageData.Json(content, bringsMaps: false) : null;
    }

    /// <summary>Of when data are, in words.</summary>
    public static string AsOf(DataAsOf asOf, string language, string locale, string currency)
    {
        var words = Words.Of(language);
        return ReportFiller.AsOfText(asOf, new ValueText(locale, currency, words), words);
    }
}
