using System.Text.Json;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Tests.Architecture;
using Microsoft.Playwright;

namespace Crm.Analytics.Tests.Browser;

/// <summary>A page of a served sample in a browser; complaints of the console and requests to elsewhere are gathered.</summary>
internal sealed class SitePage : IAsyncDisposable
{
    private static readonly string[] launchFlags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> browser = new(Launch);
    private readonly IBrowserContext _context;

    private SitePage(ServedSample sample, IBrowserContext context, IPage page)
    {
        (Sample, _context, Page) = (sample, context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Add($"{page.Url}: {message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => Complaints.Add($"{page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(sample.Address.AbsoluteUri, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                Complaints.Add($"{page.Url}: asked for {request.Url}");
            }
        };
    }

    /// <summary>The sample.</summary>
    public ServedSample Sample { get; }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>What went wrong in the browser.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Where pictures go.</summary>
    public static string Pictures => Path.Combine(SourceTree.Root, "artifacts", "screenshots");

    /// <summary>A new page at a path of a sample.</summary>
    public static async Task<SitePage> Open(string sample, string path, ColorScheme scheme = ColorScheme.Light)
    {
        var served = await ServedSample.Of(sample);
        var context = await (await browser.Value).Browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 }, ColorScheme = scheme, AcceptDownloads = true });
        var page = new SitePage(served, context, await context.NewPageAsync());
        await page.Go(path);
        return page;
    }

    /// <summary>Ends the browser.</summary>
    public static async Task Stop()
    {
        if (browser.IsValueCreated && browser.Value.IsCompletedSuccessfully)
        {
            var (playwright, one) = await browser.Value;
            await one.CloseAsync();
            playwright.Dispose();
        }
    }

    /// <summary>Goes to a path; answers the status.</summary>
    public async Task<int> Go(string path)
    {
        var answer = await Page.GotoAsync(new Uri(Sample.Address, path).AbsoluteUri);
        await Ready();
        return answer?.Status ?? 304;
    }

    /// <summary>Clicks something that leads to another page, and waits for it.</summary>
    public Task Follow(ILocator what) => Follow(() => what.ClickAsync());

    /// <summary>Does something that leads to another page, and waits for it.</summary>
    public async Task Follow(Func<Task> act)
    {
        var before = Page.Url;
        await act();
        await Page.WaitForURLAsync(url => url != before);
        await Ready();
    }

    /// <summary>Waits for an answer that is on its way.</summary>
    public Task Ready() => Page.Locator("main:not(:has(.waiting))").WaitForAsync(new() { Timeout = 60_000 });

    /// <summary>Serious faults that axe finds, in words.</summary>
    public async Task<IReadOnlyList<string>> Barriers()
    {
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "node_modules", "axe-core", "axe.min.js")));
        var found = await Page.EvaluateAsync<JsonElement>("axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' | ' + (n.any[0]?.message ?? '')).join(' ;; ')}`))");
        return [.. found.EnumerateArray().Select(v => v.GetString()!)];
    }

    /// <summary>The texts of a table's cells, row by row, from a block of the page.</summary>
    public async Task<IReadOnlyList<string[]>> Table(string block)
    {
        var rows = await Page.EvaluateAsync<JsonElement>("id => [...document.querySelector(`#${id} table`).tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent.trim()))", block);
        return [.. rows.EnumerateArray().Select(r => r.EnumerateArray().Select(c => c.GetString()!).ToArray())];
    }

    /// <summary>Takes a picture of the whole page.</summary>
    public Task Picture(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{Sample.Name}-{name}.png"), FullPage = true });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private static async Task<(IPlaywright, IBrowser)> Launch()
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Find(Environment.GetEnvironmentVariable), Args = launchFlags }));
    }
}
