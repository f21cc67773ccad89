using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Reports.Output;
using Microsoft.Playwright;

namespace Crm.Analytics.Tests.Browser;

/// <summary>From any figure down, through and back; filters among the charts of a page; and that the figures are the engine's.</summary>
[NonParallelizable]
internal sealed class DrillPagesTests
{
    [OneTimeSetUp]
    public void NeedBrowser() => Assume.That(Chromium.Find(Environment.GetEnvironmentVariable), Is.Not.Null, $"no Chromium on this machine; install one or set {Chromium.Variable}");

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Tables_OfReports_ShowWhatTheEngineAnswers(string sample)
    {
        await using var site = await SitePage.Open(sample, "reports/sales_overview");
        var countries = await site.Sample.Ask("""{"measures": ["sales.revenue", "sales.orders", "sales.customers"], "dimensions": ["geography.country"], "order": {"sales.revenue": "desc"}, "limit": 10}""");
        var shown = await site.Table("country_table");
        Assert.That(shown.Take(shown.Count - 1).Select(r => r[0]), Is.EqualTo(countries.Select(c => c.GetProperty("geography.country").GetString())));
        foreach (var (row, country) in shown.Zip(countries))
        {
            AssertShows(row[1], country, "sales.revenue");
            AssertShows(row[3], country, "sales.orders");
            AssertShows(row[4], country, "sales.customers");
        }

        var all = (await site.Sample.Ask("""{"measures": ["sales.revenue", "sales.orders", "sales.customers"]}"""))[0];
        AssertShows(shown[^1][1], all, "sales.revenue");
        AssertShows(shown[^1][4], all, "sales.customers");

        var months = await site.Sample.Ask("""{"measures": ["sales.revenue"], "dimensions": ["date.month"], "filters": [{"member": "date.month", "operator": "set"}], "order": {"date.month": "asc"}}""");
        var lines = await site.Table("by_month");
        Assert.That(lines, Has.Count.EqualTo(months.Count));
        foreach (var (line, month) in lines.Zip(months))
        {
            AssertShows(line[1], month, "sales.revenue");
        }

        await site.Go("reports/rfm_segments");
        var newest = (await site.Sample.Ask("""{"dimensions": ["rfm.snapshot"], "order": {"rfm.snapshot": "desc"}, "limit": 1}"""))[0].GetProperty("rfm.snapshot").GetString()![..10];
        var segments = await site.Sample.Ask($$$"""{"measures": ["rfm.customers", "rfm.revenue"], "dimensions": ["rfm.segment"], "filters": [{"member": "rfm.snapshot", "operator": "equals", "values": ["{{{newest}}}"]}]}""");
        var table = (await site.Table("segments")).ToDictionary(r => r[0]);
        Assert.That(table, Has.Count.EqualTo(segments.Count));
        foreach (var segment in segments)
        {
            AssertShows(table[segment.GetProperty("rfm.segment").GetString()!][1], segment, "rfm.customers");
        }

        Assert.That(site.Complaints, Is.Empty);
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Segment_Clicked_LeadsToItsCustomersToOneOfThemAndBack(string sample)
    {
        await using var site = await SitePage.Open(sample, "reports/rfm_segments");
        var page = site.Page;
        var segment = (await site.Table("segments")).First();
        await site.Follow(() => ClickMark(page, "segments", segment[0]));
        Assert.That(await page.Locator(".crumbs").InnerTextAsync(), Does.Contain(segment[0]).And.Contain("Customer segments"));
        Assert.That(await page.EvaluateAsync<string>("new URL(location.href).searchParams.get('by')"), Is.EqualTo("customer.id"));
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("drill-segment");

        var customers = await site.Table("table");
        var snapshot = await page.EvaluateAsync<string>("new URL(location.href).searchParams.getAll('fv')[0]");
        var asked = await site.Sample.Ask($$$"""{"measures": ["rfm.customers"], "filters": [{"member": "rfm.snapshot", "operator": "equals", "values": ["{{{snapshot}}}"]}, {"member": "rfm.segment", "operator": "equals", "values": ["{{{segment[0]}}}"]}]}""");
        AssertShows(customers[^1].First(c => c.Length > 0 && char.IsDigit(c[0])), asked[0], "rfm.customers");
        AssertShows(segment[1], asked[0], "rfm.customers");

        await site.Follow(page.Locator("#table a.lead").First);
        Assert.That(await page.Locator("main").InnerTextAsync(), Does.Contain(customers[0][0]));
        await site.Picture("drill-customer");
        await page.GoBackAsync();
        await site.Follow(page.Locator(".crumbs a").First);
        Assert.That(page.Url, Does.EndWith("/reports/rfm_segments"));
        Assert.That(site.Complaints, Is.Empty);
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Month_Clicked_LeadsDownToTheLinesOfFilesAndUpAgain(string sample)
    {
        await using var site = await SitePage.Open(sample, "reports/sales_overview");
        var page = site.Page;
        await page.Locator("[data-chart=by_month] .table-switch").ClickAsync();
        var month = (await site.Table("by_month"))[2];
        await site.Follow(page.Locator("#by_month tbody tr").Nth(2).Locator("td").First);
        Assert.That(await page.EvaluateAsync<string>("new URL(location.href).searchParams.get('by')"), Is.EqualTo("date.day"));
        var days = await site.Table("table");
        Assert.That(days[^1][1], Is.EqualTo(month[1]), "the days' total is the month's figure");
        await site.Picture("drill-month");

        await site.Follow(page.Locator("#table a.lead").First);
        Assert.That(await page.EvaluateAsync<string>("new URL(location.href).searchParams.get('by')"), Is.EqualTo("customer.id"));
        await site.Follow(page.Locator("#table a.lead").First);
        await site.Follow(page.Locator(".page-tools a[href*='/rows?']"));
        var lines = await site.Table("rows");
        Assert.That(lines, Is.Not.Empty);
        Assert.That(lines.Select(l => l[^2]), Is.All.Matches<string>(f => f!.Contains('.', StringComparison.Ordinal)), "the file of the source");
        Assert.That(lines.Select(l => l[^1]), Is.All.Matches<string>(r => long.TryParse(r!.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out _)), "its record");
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("drill-rows");

        // Up again by the breadcrumb: the day, then everything, then the report.
        await site.Follow(page.Locator(".crumbs a").Nth(2));
        Assert.That((await site.Table("table"))[^1][1], Is.EqualTo(month[1]));
        await site.Follow(page.Locator(".page-tools a.button").First);
        Assert.That(await page.EvaluateAsync<string>("new URL(location.href).searchParams.get('by')"), Is.EqualTo("date.month"));
        await site.Follow(page.Locator(".crumbs a").First);
        Assert.That(page.Url, Does.EndWith("/reports/sales_overview"));
        Assert.That(site.Complaints, Is.Empty);
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Country_ChosenInOneChart_NarrowsTheOthersUntilItIsTakenAway(string sample)
    {
        await using var site = await SitePage.Open(sample, "reports/sales_overview");
        var page = site.Page;
        var before = await site.Table("by_month");
        var countries = await site.Table("country_table");

        // The second of several; the last row is the total.
        var place = Math.Min(1, countries.Count - 2);
        var country = countries[place];
        await site.Follow(page.Locator(".click-mode a").Nth(1));
        await site.Follow(page.Locator("#country_table tbody tr").Nth(place).Locator("a.lead"));
        Assert.That(page.Url, Does.Contain("_x=geography.country"));
        Assert.That(await page.Locator(".chip").InnerTextAsync(), Does.Contain(country[0]));
        Assert.That(await page.Locator("#country_table tr.chosen th").InnerTextAsync(), Is.EqualTo(country[0]));
        var asked = await site.Sample.Ask($$$"""{"measures": ["sales.revenue"], "dimensions": ["date.month"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["{{{country[0]}}}"]}], "order": {"date.month": "asc"}}""");
        var after = await site.Table("by_month");
        Assert.That(after, Has.Count.EqualTo(asked.Count));
        foreach (var (row, month) in after.Zip(asked))
        {
            AssertShows(row[1], month, "sales.revenue");
        }

        Assert.That(await page.Locator("#country_table .untouched").CountAsync(), Is.EqualTo(1), "the table that was clicked shows all countries still");
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("cross-filter");
        if (countries.Count > 2)
        {
            await site.Follow(page.Locator("#country_table tbody tr").First.Locator("a.lead"));
            Assert.That(await page.Locator("#country_table tr.chosen").CountAsync(), Is.EqualTo(2), "a second choice is added to the first");
            var both = await site.Sample.Ask($$$"""{"measures": ["sales.revenue"], "dimensions": ["date.month"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["{{{country[0]}}}", "{{{countries[0][0]}}}"]}], "order": {"date.month": "asc"}}""");
            var shown = await site.Table("by_month");
            Assert.That(shown, Has.Count.EqualTo(both.Count));
            AssertShows(shown[0][1], both[0], "sales.revenue");
            await site.Follow(page.Locator("#country_table tbody tr").First.Locator("a.lead"));
            Assert.That(await page.Locator(".chip").CountAsync(), Is.EqualTo(1), "a second click takes it back");
        }

        await site.Follow(page.Locator(".chip"));
        Assert.That(await site.Table("by_month"), Is.EqualTo(before));
        Assert.That(site.Complaints, Is.Empty);
    }

    /// <summary>Clicks where the text of a mark stands: what lies there is the chart's to say.</summary>
    private static async Task ClickMark(IPage page, string chart, string text)
    {
        var mark = page.Locator($"[data-chart={chart}] svg text", new() { HasTextString = text }).First;
        await mark.ScrollIntoViewIfNeededAsync();
        var box = (await mark.BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
    }

    /// <summary>A figure as it is shown is the engine's, to the digits that are shown.</summary>
    internal static void AssertShows(string shown, JsonElement row, string member)
    {
        var digits = new string([.. shown.Where(c => char.IsAsciiDigit(c) || c is '.' or '-')]);
        var decimals = digits.Contains('.', StringComparison.Ordinal) ? digits.Length - digits.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        Assert.That(
            decimal.Parse(digits, CultureInfo.InvariantCulture), Is.EqualTo(row.GetProperty(member).GetDecimal()).Within((decimal)Math.Pow(10, -decimals) * 0.5001m), $"{member}: {shown} beside {row}");
    }
}
