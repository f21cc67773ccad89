using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Microsoft.Playwright;

namespace Crm.Analytics.Tests.Browser;

/// <summary>Every report of the library on every sample, as people open it: on a desk, on a phone, in the dark, in Chinese.</summary>
[NonParallelizable]
internal sealed class LibraryPagesTests
{
    private static IEnumerable<TestCaseData> Reports => from sample in ServedSample.Names from report in ReportFiles.List(null) select new TestCaseData(sample, report.Name);

    [OneTimeSetUp]
    public void NeedBrowser() => Assume.That(Chromium.Find(Environment.GetEnvironmentVariable), Is.Not.Null, $"no Chromium on this machine; install one or set {Chromium.Variable}");

    [TestCaseSource(nameof(Reports))]
    public async Task Report_OnEverySample_OpensWholeForEverybody(string sample, string report)
    {
        await using var site = await SitePage.Open(sample, $"reports/{report}");
        var page = site.Page;
        Assert.That(await page.TitleAsync(), Does.Not.Contain("cannot be shown"), await page.Locator("main").InnerTextAsync());
        Assert.That(await page.Locator(".failed").AllInnerTextsAsync(), Is.Empty);
        foreach (var empty in await page.Locator(".empty, .nothing:not(:has(h2:text('Choose')))").AllInnerTextsAsync())
        {
            // What this one customer does not have is no lack of the project's.
            Assert.That(
                empty, Does.Contain("which no source of this project fills").Or.Contain("Runs make it when crm.yaml, or a file of the folder models, says")
                    .Or.StartWith("The data cannot carry the model: ").Or.StartWith("There are none: the data are there").Or.EqualTo(report == "one_customer" ? "Nothing to show for this choice." : "—"),
                "an empty block that does not say why");
        }

        foreach (var chart in await page.Locator(".chart").AllAsync())
        {
            Assert.That(await chart.Locator("svg path").CountAsync(), Is.GreaterThan(2), "an empty picture");
        }

        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture($"{report}-desk");

        await page.SetViewportSizeAsync(375, 800);
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(375), "it scrolls sideways on a phone");
        await site.Picture($"{report}-phone");

        await page.SetViewportSizeAsync(1440, 900);
        await page.Locator(".theme").ClickAsync();
        await site.Follow(page.GetByRole(AriaRole.Link, new() { Name = "简体中文" }));
        Assert.That(await page.EvaluateAsync<string>("document.documentElement.lang + document.documentElement.dataset.theme"), Is.EqualTo("zhdark"));
        Assert.That(await page.Locator("h1").InnerTextAsync(), Does.Match("[\u4e00-\u9fff]"));
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture($"{report}-dark-zh");
        Assert.That(site.Complaints, Is.Empty);
    }

    [TestCaseSource(typeof(ServedSample), nameof(ServedSample.Names))]
    public async Task Home_OnEverySample_ListsTheLibraryAndLeadsOn(string sample)
    {
        await using var site = await SitePage.Open(sample, "");
        Assert.That(await site.Page.Locator(".report-card").CountAsync(), Is.GreaterThanOrEqualTo(ReportFiles.List(null).Count));
        Assert.That(await site.Page.Locator(".glance .tile").CountAsync(), Is.GreaterThan(2));
        Assert.That(await site.Barriers(), Is.Empty);
        await site.Picture("home-desk");
        await site.Page.SetViewportSizeAsync(375, 800);
        Assert.That(await site.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(375));
        await site.Picture("home-phone");
        await site.Page.SetViewportSizeAsync(2560, 1440);
        await site.Picture("home-wall");
        await site.Follow(site.Page.Locator(".glance .tile a.lead").First);
        Assert.That(site.Page.Url, Does.Contain("/drill?"));
        Assert.That(site.Complaints, Is.Empty);
    }
}
