using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Crm.Analytics.Bench;

/// <summary>A page in a browser as <c>crm serve</c> makes it, beside the same bytes served from memory: when something is painted, when the charts stand, what it weighs.</summary>
internal static class PageBench
{
    private const string WhenPainted = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1";

    public static int Run(string project, string path, int rounds) => Measure(project, path, rounds).GetAwaiter().GetResult();

    private static async Task<int> Measure(string project, string path, int rounds)
    {
        var port = FreePort();
        using var server = Process.Start(new ProcessStartInfo(Layout.Crm, ["serve", "--project", project, "--port", port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var kept = new ConcurrentDictionary<string, (string Type, byte[] Body)>();
        await using var still = await Serve(kept);
        try
        {
            var live = new Uri($"http://127.0.0.1:{port}{path}");
            var copy = new Uri(new Uri(still.Urls.First()), path);
            await Answering(new Uri(live, "/health/live"));
            using var playwright = await Playwright.CreateAsync();
            await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Environment.GetEnvironmentVariable("CRM_CHROMIUM") ?? "/usr/bin/chromium", Args = ["--no-sandbox"] });

            var first = await Standing(live);
            await Visit(browser, live, kept);
            List<Times> ours = [], theirs = [];
            for (var round = 0; round < rounds; round++)
            {
                theirs.Add(await Visit(browser, copy, null));
                ours.Add(await Visit(browser, live, null));
            }

            var (mine, its) = (Middle(ours, t => t.Painted), Middle(theirs, t => t.Painted));
            BenchBook.Note("executive overview: (first paint - 150 ms) / the same bytes, static", ours.Zip(theirs, (a, b) => (a.Painted - 150) / b.Painted), atMost: 1.5);
            BenchBook.Note("executive overview: first paint", ours.Select(o => o.Painted), unit: " ms");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {path} in a browser with nothing cached (milliseconds; medians of {rounds})
                                       first paint   whole
                  same bytes, static   {its,11:0} {Middle(theirs, t => t.Whole),7:0}
                  crm serve            {mine,11:0} {Middle(ours, t => t.Whole),7:0}
                  (painted - 150 ms) / static {(mine - 150) / its:0.00}  (promise: at most 1.50)
                  the first time after the server's start, all questions asked anew: {first:0} ms
                What it weighs (kB as sent)
                """));
            foreach (var (name, (_, body)) in kept.OrderByDescending(k => k.Value.Body.Length))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {body.Length / 1024.0,8:0.0}  {name}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {kept.Values.Sum(k => k.Body.Length) / 1024.0,8:0.0}  all"));
            return mine - 150 <= 1.5 * its ? 0 : 1;
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    // Milliseconds until the page stands, the one that says that figures are being worked out left aside.
    private static async Task<double> Standing(Uri address)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { { "Accept-Language", "en-US" } } };
        var clock = Stopwatch.StartNew();
        while ((await http.GetStringAsync(address)).Contains("http-equiv=\"refresh\"", StringComparison.Ordinal))
        {
            await Task.Delay(20);
        }

        return clock.Elapsed.TotalMilliseconds;
    }

    // A context of its own: what another visit left in the browser's cache does not count.
    private static async Task<Times> Visit(IBrowser browser, Uri address, ConcurrentDictionary<string, (string Type, byte[] Body)>? kept)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        List<IResponse> answers = [];
        page.Response += (_, answer) => answers.Add(answer);
        var clock = Stopwatch.StartNew();
        await page.GotoAsync(address.ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });
        var whole = clock.Elapsed.TotalMilliseconds - 500;
        var painted = await page.EvaluateAsync<double>(WhenPainted);
        if (kept is not null)
        {
            foreach (var answer in answers.Where(a => a.Ok))
            {
                kept[new Uri(answer.Url).PathAndQuery] = (answer.Headers.GetValueOrDefault("content-type", "text/plain"), await answer.BodyAsync());
            }
        }

        return painted > 0 ? new Times(painted, whole) : throw new InvalidOperationException($"nothing was painted of {address}");
    }

    private static async Task<WebApplication> Serve(ConcurrentDictionary<string, (string Type, byte[] Body)> kept)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            if (!kept.TryGetValue(context.Request.Path + context.Request.QueryString, out var found))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.ContentType = found.Type;
            await context.Response.Body.WriteAsync(found.Body);
        });
        await app.StartAsync();
        return app;
    }

    private static async Task Answering(Uri address)
    {
        using var http = new HttpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await http.GetAsync(address);
                return;
            }
            catch (HttpRequestException) when (attempt < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static double Middle(List<Times> visits, Func<Times, double> of) => visits.Select(of).Order().ElementAt(visits.Count / 2);

    private sealed record Times(double Painted, double Whole);
}
