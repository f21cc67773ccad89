using System.Text.Json;

namespace Crm.Analytics.Tests.EndToEnd;

internal sealed class DemoTests
{
    [Test]
    public void Demo_OnAFreshFolder_ReadsEveryLineOfEveryFile()
    {
        var answer = DemoProject.Answer;
        Assert.That(Number(answer, "read"), Is.EqualTo(541_909));
        Assert.That(Number(answer, "read"), Is.EqualTo(Number(answer, "loaded") + Number(answer, "unchanged") + Number(answer, "quarantined")));
        Assert.That(answer.GetProperty("streams").EnumerateArray().Sum(s => s.GetProperty("files").GetInt32()), Is.EqualTo(305));
        Assert.That(Number(answer, "run"), Is.EqualTo(1));
    }

    [Test]
    public void Demo_OnAFreshFolder_WritesReportsThatStandAlone()
    {
        var reports = DemoProject.Answer.GetProperty("reports").EnumerateArray().Select(r => r.GetString()!).ToList();
        Assert.That(reports.Select(Path.GetFileName), Does.Contain("sales_overview.html").And.Contain("rfm_segments.html"));
        Assert.That(reports, Has.All.Matches<string>(r => Path.GetDirectoryName(r) == Path.Combine(DemoProject.Folder, "out") && new FileInfo(r!).Length > 10_000));
    }

    [Test]
    public async Task ReportRun_AsPicture_DrawsItOrSaysWhatToInstall()
    {
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "report", "run", "rfm_segments", "--png", "--json");
        Assert.That(ended.Code, Is.Zero, ended.ToString());
        var picture = ended.Json().GetProperty("reports")[0].GetProperty("picture").GetString();
        Assert.That(picture is null ? ended.Error.Contains("Install one", StringComparison.Ordinal) : new FileInfo(picture).Length > 50_000, ended.ToString());
    }

    [Test]
    public async Task Check_OfAReportWithAnUnknownMember_NamesItsPlace()
    {
        var path = Path.Combine(DemoProject.Folder, "reports", "mine.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "report: mine\ntitle: Mine\nrows:\n  - - {chart: bar, title: T, measures: [sales.revnue], by: [date.month]}\n");
        try
        {
            var ended = await CrmProgram.RunIn(DemoProject.Folder, "check");
            Assert.That(ended.Code, Is.EqualTo(3), ended.ToString());
            Assert.That(ended.Error, Does.Contain("reports/mine.yaml:"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Test]
    public async Task Check_OfAGridThatLeavesCodesOut_NamesThem()
    {
        var settings = Path.Combine(DemoProject.Folder, "crm.yaml");
        var grid = Path.Combine(DemoProject.Folder, "grid.yaml");
        var before = await File.ReadAllTextAsync(settings);
        await File.WriteAllTextAsync(grid, "grid: mine\ntitle: Mine\nscores: [r, f, m]\nsegments:\n  - {name: Best, standing: best, description: The best., codes: [555]}\n");
        await File.WriteAllTextAsync(settings, System.Text.RegularExpressions.Regex.Replace(before, "(?m)^rfm:.*$", "rfm: {grid: grid.yaml}"));
        try
        {
            var ended = await CrmProgram.RunIn(DemoProject.Folder, "check");
            Assert.That(ended.Code, Is.EqualTo(3), ended.ToString());
            Assert.That(ended.Error, Does.Contain("grid.yaml").And.Contain("554"));
        }
        finally
        {
            await File.WriteAllTextAsync(settings, before);
            File.Delete(grid);
        }
    }

    [Test]
    public async Task Demo_Again_ChangesNothing()
    {
        var reports = new DirectoryInfo(Path.Combine(DemoProject.Folder, "out")).GetFiles("*.html").ToDictionary(f => f.Name, f => f.LastWriteTimeUtc);
        var again = await CrmProgram.RunIn(DemoProject.Start, "demo", "--json");
        var answer = again.Json();
        Assert.That(Number(answer, "read"), Is.Zero);
        Assert.That(Number(answer, "loaded"), Is.Zero);
        Assert.That(Number(answer, "run"), Is.EqualTo(1));
        Assert.That(answer.GetProperty("published").GetBoolean(), Is.False);
        Assert.That(new DirectoryInfo(Path.Combine(DemoProject.Folder, "out")).GetFiles("*.html").ToDictionary(f => f.Name, f => f.LastWriteTimeUtc), Is.EqualTo(reports));
    }

    [Test]
    public async Task Demo_ForPeople_TellsFiguresAndReports()
    {
        var demo = await CrmProgram.RunIn(DemoProject.Start, "demo");
        Assert.That(demo.Code, Is.Zero, demo.ToString());
        Assert.That(demo.Output, Does.Contain("Nothing new").And.Contain("9,747,747.93").And.Contain("22,064").And.Contain("4,372").And.Contain("sales_overview.html"));
    }

    [Test]
    public async Task Demo_OfAnUnknownSample_NamesTheNearest()
    {
        var demo = await CrmProgram.RunIn(DemoProject.Start, "demo", "--sample", "online-retial");
        Assert.That(demo.Code, Is.EqualTo(2));
        Assert.That(demo.Error, Does.Contain("'online-retail'"));
    }

    private static long Number(JsonElement answer, string name) => answer.GetProperty(name).GetInt64();
}
