using System.IO.Compression;
using System.Text;
using Crm.Analytics.Reports.Output;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Microsoft.Playwright;

namespace Crm.Analytics.Tests.Browser;

/// <summary>Questions by hand, search, parameters and files, in a browser.</summary>
[NonParallelizable]
internal sealed class ExplorePagesTests
{
    [OneTimeSetUp]
    public void NeedBrowser() => Assume.That(Chromium.Find(Environment.GetEnvironmentVariable), Is.Not.Null, $"no Chromium on this machine; install one or set {Chromium.Variable}");

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Question_ByHand_IsAnsweredAtAnAddressAndKeptAsAReport(string sample)
    {
        await using var site = await SitePage.Open(sample, "explore");
        var page = site.Page;
        Assert.That(await site.Barriers(), Is.Empty);
        await page.Locator("input[name=m][value='sales.revenue']").CheckAsync();
        await page.Locator("input[name=m][value='sales.orders']").CheckAsync();
        await page.Locator("#by-0").SelectOptionAsync("date.quarter");
        await page.Locator("select[name=fm]").First.SelectOptionAsync("geography.country");
        var country = (await site.Sample.Ask("""{"measures": ["sales.revenue"], "dimensions": ["geography.country"], "order": {"sales.revenue": "desc"}, "limit": 1}"""))[0].GetProperty("geography.country").GetString()!;
        await page.Locator("input[name=fv]").First.FillAsync(country);
        await site.Follow(page.GetByRole(AriaRole.Button, new() { Name = "Show" }));
        var asked = await site.Sample.Ask($$$"""{"measures": ["sales.revenue", "sales.orders"], "dimensions": ["date.quarter"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["{{{country}}}"]}], "order": {"date.quarter": "asc"}}""");
        var shown = await site.Table("chart");
        Assert.That(shown, Has.Count.EqualTo(asked.Count));
        foreach (var (row, quarter) in shown.Zip(asked))
        {
            DrillPagesTests.AssertShows(row[1], quarter, "sales.revenue");
            DrillPagesTests.AssertShows(row[2], quarter, "sales.orders");
        }

        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("explore");
        await page.ReloadAsync();
        Assert.That(await page.Locator("input[name=fv]").First.InputValueAsync(), Is.EqualTo(country), "the address is the question");

        const string name = "kept_by_quarter";
        await page.Locator(".save summary").ClickAsync();
        await page.Locator("#name").FillAsync(name);
        await site.Follow(page.Locator(".save button"));
        Assert.That(page.Url, Does.EndWith($"/reports/{name}"));
        Assert.That(await page.Locator(".failed").CountAsync(), Is.Zero);
        Assert.That(await site.Table("over_time"), Has.Count.EqualTo(asked.Count));
        await site.Go("");
        Assert.That(await page.Locator($".report-card a[href='/reports/{name}']").CountAsync(), Is.EqualTo(1));
        File.Delete(Path.Combine(site.Sample.Folder, "reports", name + ".yaml"));
        Assert.That(site.Complaints, Is.Empty);
    }

    [TestCase("treemap", "geography.country", "")]
    [TestCase("heatmap", "date.quarter_of_year", "date.year")]
    [TestCase("pareto", "product.name", "")]
    [TestCase("map", "geography.country", "")]
    [TestCase("line", "date.month", "geography.country")]
    [TestCase("stacked", "date.quarter", "geography.country")]
    public async Task Picture_OfEachKind_IsDrawn(string kind, string by, string across)
    {
        await using var site = await SitePage.Open("online-retail", $"explore?m=sales.revenue&by={by}&across={across}&k={kind}");
        Assert.That(await site.Page.Locator(".failed, .trouble").CountAsync(), Is.Zero, await site.Page.Locator("main").InnerTextAsync());
        Assert.That(await site.Page.Locator("[data-chart=chart] svg path").CountAsync(), Is.GreaterThan(3));
        await site.Picture($"explore-{kind}");
        Assert.That(site.Complaints, Is.Empty);
    }

    [Test]
    public async Task Row_OfAPivot_OpensInPlaceAtItsOwnGrain_AndTheAddressKeepsIt()
    {
        await using var site = await SitePage.Open("online-retail", "explore?m=sales.customers&m=sales.average_order_value&by=date.year&across=sales.is_return&k=table");
        var page = site.Page;
        var closed = await site.Table("table");
        var year = page.Locator("#table tr", new() { HasText = "2011" }).Locator("a.branch");
        Assert.That(await year.GetAttributeAsync("aria-expanded"), Is.EqualTo("false"));
        await site.Follow(year);
        var quarters = await site.Sample.Ask("""{"measures": ["sales.customers", "sales.average_order_value"], "dimensions": ["date.quarter"], "filters": [{"member": "date.year", "operator": "equals", "values": ["2011"]}], "order": {"date.quarter": "asc"}}""");
        await AssertBelow("2011", quarters, closed.Count);
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("explore-open");

        await site.Follow(page.Locator("#table a.branch[aria-expanded=false][href*='2011-07-01']"));
        var months = await site.Sample.Ask("""{"measures": ["sales.customers", "sales.average_order_value"], "dimensions": ["date.month"], "filters": [{"member": "date.quarter", "operator": "equals", "values": ["2011-07-01"]}], "order": {"date.month": "asc"}}""");
        Assert.That(await site.Table("table"), Has.Count.EqualTo(closed.Count + quarters.Count + months.Count));
        await page.ReloadAsync();
        Assert.That(await site.Table("table"), Has.Count.EqualTo(closed.Count + quarters.Count + months.Count), "the address keeps it");
        await site.Follow(page.GetByRole(AriaRole.Button, new() { Name = "Show" }));
        Assert.That(await page.Locator("#table a.branch[aria-expanded=true]").CountAsync(), Is.EqualTo(2), "asking on keeps it");

        await site.Follow(page.Locator("#table tr", new() { HasText = "2011" }).First.Locator("a.branch"));
        Assert.That(await site.Table("table"), Is.EqualTo(closed), "a row closes with all below it");
        Assert.That(site.Complaints, Is.Empty);

        async Task AssertBelow(string row, IReadOnlyList<System.Text.Json.JsonElement> below, int before)
        {
            var shown = await site.Table("table");
            Assert.That(shown, Has.Count.EqualTo(before + below.Count));
            var at = shown.ToList().FindIndex(r => r[0] == row);
            for (var i = 0; i < below.Count; i++)
            {
                DrillPagesTests.AssertShows(shown[at + 1 + i][^2], below[i], "sales.customers");
                DrillPagesTests.AssertShows(shown[at + 1 + i][^1], below[i], "sales.average_order_value");
            }
        }
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Search_ForACustomerAReportAndAMeasure_FindsThem(string sample)
    {
        await using var site = await SitePage.Open(sample, "");
        var page = site.Page;
        var customer = (await site.Sample.Ask("""{"measures": ["sales.revenue"], "dimensions": ["customer.id"], "segments": ["sales.known_customers"], "order": {"sales.revenue": "desc"}, "limit": 1}"""))[0].GetProperty("customer.id").GetString()!;
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(customer);
        await site.Follow(() => page.Keyboard.PressAsync("Enter"));
        await site.Follow(page.Locator(".found", new() { HasText = "Customers" }).Locator("a").First);
        Assert.That(await page.Locator("main").InnerTextAsync(), Does.Contain(customer));
        await site.Go("search?q=revenue");
        Assert.That(await page.Locator(".found", new() { HasText = "Measures" }).InnerTextAsync(), Does.Contain("Revenue"));
        Assert.That(await page.Locator(".found", new() { HasText = "Reports" }).InnerTextAsync(), Does.Contain("Sales overview"));
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("search");
        await site.Go("search?q=zzzzqqq");
        Assert.That(await page.Locator(".nothing").InnerTextAsync(), Does.Contain("zzzzqqq"));
        Assert.That(site.Complaints, Is.Empty);
    }

    [Test]
    public async Task Parameter_Chosen_NarrowsThePage()
    {
        await using var site = await SitePage.Open("online-retail", "reports/sales_overview");
        var page = site.Page;
        await page.Locator(".several summary").ClickAsync();
        await page.Locator(".several .narrow").FillAsync("fra");
        await page.GetByLabel("France").CheckAsync();
        await site.Follow(page.Locator(".parameters button.primary"));
        Assert.That(page.Url, Does.Contain("country=France"));
        Assert.That((await site.Table("country_table")).Select(r => r[0]), Is.EqualTo(new[] { "France", "All" }));
        Assert.That(site.Complaints, Is.Empty);

        await site.Go("reports/sales_overview?country=Frence");
        Assert.That(await page.Locator(".trouble").InnerTextAsync(), Does.Contain("'France'"));
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("error");
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Files_OfATableAndAReport_HoldWhatThePageShows(string sample)
    {
        await using var site = await SitePage.Open(sample, "reports/sales_overview");
        var page = site.Page;
        var countries = await site.Sample.Ask("""{"measures": ["sales.revenue"], "dimensions": ["geography.country"], "order": {"sales.revenue": "desc"}, "limit": 1000}""");
        var csv = await Download(page, page.Locator("#country_table a[href*='.csv']"));
        var lines = Encoding.UTF8.GetString(csv).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[^1], Does.StartWith($"# rows: {countries.Count};"));
        Assert.That(lines[1], Does.StartWith(countries[0].GetProperty("geography.country").GetString()!));

        var xlsx = await Download(page, page.Locator("#country_table a[href*='.xlsx']"));
        using var book = SpreadsheetDocument.Open(new MemoryStream(xlsx), isEditable: false);
        Assert.That(book.WorkbookPart!.WorksheetParts.Max(s => s.Worksheet!.Descendants<Row>().Count()), Is.GreaterThanOrEqualTo(countries.Count));

        await page.Locator(".downloads summary").ClickAsync();
        using var zip = new ZipArchive(new MemoryStream(await Download(page, page.Locator(".downloads a[href*='.csv']"))));
        Assert.That(zip.Entries.Select(e => e.Name), Does.Contain("sales_overview.country_table.csv"));
        using var pdf = await site.Sample.Http.GetAsync(new Uri("reports/sales_overview.pdf", UriKind.Relative));
        Assert.That(Encoding.ASCII.GetString((await pdf.Content.ReadAsByteArrayAsync())[..5]), Is.EqualTo("%PDF-"));
        Assert.That(site.Complaints, Is.Empty);
    }

    private static async Task<byte[]> Download(IPage page, ILocator link)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }
}
