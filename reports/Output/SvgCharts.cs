using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Output;

/// <summary>The charts of a report as SVG, drawn by ECharts in Node.js without a browser. The same content gives the same text.</summary>
internal static class SvgCharts
{
    /// <summary>Environment variable that names Node.js when it is not found by itself.</summary>
    public const string Variable = "CRM_NODE";

    /// <summary>Width of a chart that has a row to itself, CSS pixels.</summary>
    private const int RowWidth = 1240;

    private static readonly TimeSpan longest = TimeSpan.FromMinutes(2);

    /// <summary>Each chart's SVG by its block; empty when the report has none.</summary>
    /// <exception cref="CrmException">Node.js is missing or failed.</exception>
    public static IReadOnlyList<(string Block, string Svg)> Draw(ReportContent content, Func<string, string?> environment, CancellationToken cancellation)
    {
        var charts = content.Rows.SelectMany(row => row.OfType<ChartContent>().Select(c => (Chart: c, Width: WidthIn(row, c)))).ToList();
        if (charts.Count == 0)
        {
            return [];
        }

        var question = new JsonObject
        {
            ["locale"] = content.Locale,
            ["currency"] = content.Currency,
            ["maps"] = PageData.NeedsWorld(content) ? new JsonObject { ["world"] = Countries.World.DeepClone() } : new JsonObject(),
            ["charts"] = new JsonArray([.. charts.Select(c => new JsonObject { ["option"] = JsonNode.Parse(c.Chart.Views[0].Option), ["width"] = c.Width, ["height"] = c.Chart.Height })]),
        };
        var drawn = JsonSerializer.Deserialize<string[]>(Run(question.ToJsonString(), environment, cancellation))!;
        return [.. charts.Zip(drawn, (c, svg) => (c.Chart.Frame.Name, Titled(svg, c.Chart.Frame.Title ?? c.Chart.Views[0].Label)))];
    }

    private static int WidthIn(IReadOnlyList<BlockContent> row, BlockContent block)
    {
        var rest = row.Count(b => b.Frame.Width == 0);
        var twelfths = block.Frame.Width > 0 ? block.Frame.Width : Math.Max(1, (12 - row.Sum(b => b.Frame.Width)) / Math.Max(1, rest));
        return RowWidth * twelfths / 12;
    }

    /// <summary>Says what the picture shows, for those who cannot see it.</summary>
    private static string Titled(string svg, string title)
    {
        var at = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        return $"{svg[..at]}<title>{System.Security.SecurityElement.Escape(title)}</title>{svg[at..]}";
    }

    private static string Run(string question, Func<string, string?> environment, CancellationToken cancellation)
    {
        var node = Find(environment) ?? throw new CrmException(
            FailureKind.Failed, environment(Variable) is { Length: > 0 } named ? $"{Variable} names '{named}', which is not a file" : "no Node.js on the PATH", "svg",
            "Node.js 20 or newer, which draws charts without a browser", $"Install it, or set {Variable} to its program file; html needs neither");
        var folder = Directory.CreateTempSubdirectory("crm-draw-");
        try
        {
            foreach (var script in new[] { "echarts.min.js", "charts.js", "draw.js" })
            {
                File.WriteAllText(Path.Combine(folder.FullName, script), HtmlReport.Resource(script));
            }

            return Ask(node, folder.FullName, question, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Ask(string node, string folder, string question, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(node) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.StandardInputEncoding = start.StandardOutputEncoding = new System.Text.UTF8Encoding(false);
        foreach (var script in new[] { "draw.js", "echarts.min.js", "charts.js" })
        {
            start.ArgumentList.Add(Path.Combine(folder, script));
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            using (process.StandardInput)
            {
                process.StandardInput.Write(question);
            }

            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw Failed($"{node} did not finish within {longest.TotalMinutes:0} minutes");
        }
        catch (IOException)
        {
            // It ended before it read everything; what it said about that follows.
            process.WaitForExit();
        }

        return process.ExitCode == 0 ? output.GetAwaiter().GetResult()
            : throw Failed($"{node} ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult().Split('\n').FirstOrDefault(l => l.Contains("Error", StringComparison.Ordinal))?.Trim()}");
    }

    private static CrmException Failed(string found) =>
        new(FailureKind.Failed, found, "svg", "drawn charts", $"Try another Node.js by {Variable}; html needs none");

    private static string? Find(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : null;
        }

        var name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        return (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
