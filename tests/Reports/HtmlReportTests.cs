using System.Text.RegularExpressions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Reports;

internal sealed class HtmlReportTests
{
    private static string Folder => Path.Combine(TestContext.CurrentContext.WorkDirectory, "reports");

    [TestCase("sales_overview")]
    [TestCase("rfm_segments")]
    public void LibraryReport_OverOnlineRetail_IsWrittenWholeAndTheSameEachTime(string name)
    {
        var path = Path.Combine(Folder, name + ".html");
        var written = HtmlReport.Write(Sample.Library(name), FakeCubes.OnlineRetail(), Sample.Settings, path);
        var first = File.ReadAllBytes(path);
        HtmlReport.Write(Sample.Library(name), FakeCubes.OnlineRetail(), Sample.Settings, path);
        Assert.That((written.Failed.Count, written.NothingLoaded, written.Bytes), Is.EqualTo((0, false, (long)first.Length)));
        Assert.That(first.Length, Is.LessThan(1_500_000));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(first));
    }

    [Test]
    public void Document_Rendered_LetsThePageAskForNothing()
    {
        var html = HtmlReport.Render(Sample.Fill("sales_overview"));
        Assert.That(html, Does.Contain("default-src 'none'; script-src 'sha256-").And.Not.Contain("unsafe-eval").And.Not.Contain("{body}"));
        Assert.That(Regex.Matches(html[..html.LastIndexOf("<script>", html.LastIndexOf("<script>", StringComparison.Ordinal) - 1, StringComparison.Ordinal)], "<(link|img|script|iframe)[^>]*(src|href)=\"(?!data:)"), Is.Empty);
    }

    [Test]
    public void EmptyWarehouse_Written_SaysWhatToDo()
    {
        var path = Path.Combine(Folder, "empty.html");
        var written = HtmlReport.Write(Sample.Library("sales_overview"), new FakeCubes { AsOf = new DataAsOf(null, null, null) }, Sample.Settings, path);
        Assert.That(written.NothingLoaded, Is.True);
        Assert.That(File.ReadAllText(path), Does.Contain("No data loaded yet").And.Contain("crm run"));
    }

    [Test]
    public void FileWhereTheFolderShouldBe_Written_IsAnErrorThatSaysWhere()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, "a-file");
        File.WriteAllText(file, "");
        var path = Path.Combine(file, "report.html");
        var error = Assert.Throws<CrmException>(() => HtmlReport.Write(Sample.Library("sales_overview"), FakeCubes.OnlineRetail(), Sample.Settings, path))!;
        Assert.That((error.Kind, error.Where), Is.EqualTo((FailureKind.Failed, path)));
    }

    [TestCase(null, "Install one")]
    [TestCase("/no/such/browser", "CRM_CHROMIUM names '/no/such/browser', which is not a file")]
    public void Png_WithoutABrowser_SaysInOneLineWhatToInstall(string? named, string expected)
    {
        var picture = PngReport.Write("a.html", "a.png", new PngOptions(), name => name == Chromium.Variable ? named : null, CancellationToken.None);
        Assert.That(picture.Path, Is.Null);
        Assert.That(picture.Message, Does.Contain(expected).And.Not.Contain("\n"));
    }
}
