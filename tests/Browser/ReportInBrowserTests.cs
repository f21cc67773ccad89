using System.Text.RegularExpressions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Tests.Reports;
using Microsoft.Playwright;

namespace Crm.Analytics.Tests.Browser;

/// <summary>The library reports in a real browser; pictures go to the folder <c>reports</c> beside the test assembly.</summary>
[NonParallelizable]
internal sealed class ReportInBrowserTests
{
    private static readonly string[] launchFlags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly List<string> complaints = [];
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;
    private IPage page = null!;

    private static string Folder => Path.Combine(TestContext.CurrentContext.WorkDirectory, "reports");

    [OneTimeSetUp]
    public async Task StartBrowser()
    {
        var executable = Chromium.Find(Environment.GetEnvironmentVariable);
        Assume.That(executable, Is.Not.Null, $"no Chromium on this machine; install one or set {Chromium.Variable}");
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Args = launchFlags });
    }

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
    }

    [TearDown]
    public async Task ClosePage()
    {
        if (page is not null)
        {
            await page.Context.CloseAsync();
        }
    }

    [TestCase("sales_overview", 3)]
    [TestCase("rfm_segments", 4)]
    public async Task Report_Opened_DrawsEveryChartAsksForNothingAndComplainsOfNothing(string name, int minimumSvgs)
    {
        await Open(name, new());
        Assert.That(await page.Locator(".chart svg").CountAsync(), Is.GreaterThanOrEqualTo(minimumSvgs - 1));
        foreach (var chart in await page.Locator(".chart").AllAsync())
        {
            Assert.That(await chart.Locator("svg path").CountAsync(), Is.GreaterThan(3), "an empty picture");
        }

        Assert.That(complaints, Is.Empty);
        await Picture(name + "-light");
    }

    [TestCase("sales_overview")]
    [TestCase("rfm_segments")]
    public async Task Report_OnAPhone_NeverScrollsSideways(string name)
    {
        await Open(name, new() { ViewportSize = new() { Width = 375, Height = 800 } });
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(375));
        await Picture(name + "-phone");
    }

    [TestCase("sales_overview")]
    [TestCase("rfm_segments")]
    public async Task Report_OnADarkSystem_IsDarkUntilSwitched(string name)
    {
        await Open(name, new() { ColorScheme = ColorScheme.Dark });
        Assert.That(await Background(), Is.EqualTo("rgb(16, 22, 29)"));
        await Picture(name + "-dark");
        await page.Locator(".theme").ClickAsync();
        Assert.That(await Background(), Is.EqualTo("rgb(244, 246, 249)"));
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task Treemap_AnotherMeasureChosenByKeyboard_ShowsItsFigures()
    {
        await Open("rfm_segments", new());
        var segments = page.Locator("[data-chart=segments]");
        Assert.That(await segments.Locator("svg").InnerHTMLAsync(), Does.Contain("788 · 18.2%").And.Not.Contain("£5,489,475"));
        await segments.GetByRole(AriaRole.Button, new() { Name = "Revenue" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.That(await segments.Locator("svg").InnerHTMLAsync(), Does.Contain("£5,489,475"));
        Assert.That(await segments.GetByRole(AriaRole.Button, new() { Name = "Revenue" }).GetAttributeAsync("aria-pressed"), Is.EqualTo("true"));
    }

    [Test]
    public async Task TableSwitch_Pressed_ShowsTheTableInsteadOfTheChartAndBack()
    {
        await Open("sales_overview", new());
        var chart = page.Locator("[data-chart=by_month]");
        Assert.That(await chart.Locator("table").IsVisibleAsync(), Is.False);
        await chart.Locator(".table-switch").ClickAsync();
        Assert.That(await chart.Locator("table").IsVisibleAsync(), Is.True);
        Assert.That(await chart.Locator(".chart").IsVisibleAsync(), Is.False);
        Assert.That(await chart.Locator("table").InnerTextAsync(), Does.Contain("£1,461,756"));
        await chart.Locator(".table-switch").ClickAsync();
        Assert.That(await chart.Locator("svg").IsVisibleAsync(), Is.True);
    }

    [Test]
    public async Task Tooltip_OverAColumn_TellsMonthAndFigures()
    {
        await Open("sales_overview", new());
        var box = await page.Locator("[data-chart=by_month] .chart").BoundingBoxAsync();
        await page.Mouse.MoveAsync(box!.X + (box.Width * 0.86f), box.Y + (box.Height * 0.6f));
        await page.GetByText("£1,461,756").First.WaitForAsync();
        Assert.That(await page.Locator("[data-chart=by_month] .chart").InnerTextAsync(), Does.Contain("Nov 2011").And.Contain("3,021"));
    }

    [Test]
    public async Task Report_WithScriptsOff_ShowsEveryTable()
    {
        await Open("rfm_segments", new() { JavaScriptEnabled = false });
        foreach (var table in await page.Locator("table").AllAsync())
        {
            Assert.That(await table.IsVisibleAsync(), Is.True);
        }

        Assert.That(await page.Locator(".theme, .tools, .chart").First.IsVisibleAsync(), Is.False);
    }

    [TestCase("sales_overview")]
    [TestCase("rfm_segments")]
    public async Task Report_FromADarkScreen_PrintsOnWhite(string name)
    {
        await Open(name, new() { ColorScheme = ColorScheme.Dark });
        await page.PdfAsync(new() { Path = Path.Combine(Folder, name + ".pdf"), Format = "A4", PrintBackground = true });
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.That(await Background(), Is.EqualTo("rgb(255, 255, 255)"));
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task HostileNames_InData_StayText()
    {
        var hostile = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">' & {data}";
        var cubes = FakeCubes.OnlineRetail();
        cubes.TableWith("geography.country")[1]["geography.country"] = hostile;
        cubes.TableWith("product.name")[0]["product.name"] = hostile;
        await Open("sales_overview", new(), cubes);
        await page.Locator("[data-chart=countries] .table-switch").ClickAsync();
        Assert.That(await page.Locator("[data-chart=countries] table").InnerTextAsync(), Does.Contain(hostile));
        Assert.That(await page.TitleAsync(), Is.EqualTo("Sales overview · Online Retail"));
        Assert.That(await page.Locator("img").CountAsync(), Is.Zero);
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public void Png_OfAReport_ShowsItsFullHeight()
    {
        var html = Write("sales_overview", FakeCubes.OnlineRetail());
        var png = Path.Combine(Folder, "sales_overview.png");
        var picture = PngReport.Write(html, png, new PngOptions(Scale: 1));
        Assert.That(picture, Is.EqualTo(new WrittenPicture(png, null)));
        var header = File.ReadAllBytes(png);
        Assert.That((header[16] << 24) | (header[17] << 16) | (header[18] << 8) | header[19], Is.EqualTo(1320));
        Assert.That((header[20] << 24) | (header[21] << 16) | (header[22] << 8) | header[23], Is.GreaterThan(1800));
    }

    private static string Write(string name, FakeCubes cubes)
    {
        var path = Path.Combine(Folder, $"{name}-{TestContext.CurrentContext.Test.ID}.html");
        HtmlReport.Write(Sample.Library(name), cubes, Sample.Settings, path);
        return path;
    }

    private async Task Open(string name, BrowserNewContextOptions options, FakeCubes? cubes = null)
    {
        complaints.Clear();
        var path = Write(name, cubes ?? FakeCubes.OnlineRetail());
        options.ViewportSize ??= new() { Width = 1320, Height = 900 };
        var context = await browser.NewContextAsync(options);
        page = await context.NewPageAsync();
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!Regex.IsMatch(request.Url, "^(file|data):"))
            {
                complaints.Add("asked for " + request.Url);
            }
        };
        await page.GotoAsync(new Uri(path).AbsoluteUri);
    }

    private Task<string> Background() => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private Task Picture(string name) => page.ScreenshotAsync(new() { Path = Path.Combine(Folder, name + ".png"), FullPage = true });
}
