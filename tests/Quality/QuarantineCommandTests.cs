using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Host;
using Crm.Analytics.Tests.Staging;

namespace Crm.Analytics.Tests.Quality;

internal sealed class QuarantineCommandTests
{
    [Test]
    public void List_WithFilters_ShowsThoseAlone()
    {
        using var project = Loaded();
        Assert.That(Total(project), Is.EqualTo(3));
        Assert.That(Total(project, "--rule", "type"), Is.EqualTo(1));
        Assert.That(Total(project, "--file", "data/2011-01-02.csv"), Is.EqualTo(1));
        Assert.That(Total(project, "--run", "2"), Is.Zero);
        Assert.That(Total(project, "--source", "shop", "--stream", "lines"), Is.EqualTo(3));
        var (_, csv, _) = CommandLineTests.Run("quarantine", "list", "--format", "csv", "--project", project.Folder);
        Assert.That(csv.Split('\n')[0], Is.EqualTo("id,run,source,stream,contract,file,record,line,column,column_name,rule,reason,raw"));
        Assert.That(csv.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(4));
    }

    [Test]
    public void Show_OfARecord_TellsEveryReasonAndTheRecord()
    {
        using var project = Loaded();
        var id = project.Scalar<long>("SELECT quarantine_id FROM meta.quarantine WHERE rule = 'type'");
        var (code, output, error) = CommandLineTests.Run("quarantine", "show", $"{id}", "--project", project.Folder);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("type: qty: found 'x', expected integer").And.Contain("required: order_id: missing").And.Contain("name: Lamp"));
        Assert.That(CommandLineTests.Run("quarantine", "show", "99", "--project", project.Folder).Code, Is.EqualTo(2));
    }

    [Test]
    public void Replay_AfterARuleWasCorrected_LoadsExactlyTheRepairedRecordsOnce()
    {
        using var project = Loaded();
        project.Write("sources/shop.yaml", TestProject.Lines + "\nquality:\n  - {name: many, range: {column: quantity, max: 100}, severity: quarantine}\n");
        var dry = SourceCommandTests.Json(project, "quarantine", "replay", "--rule", "many", "--dry-run");
        Assert.That(dry.GetProperty("loaded").GetInt64(), Is.EqualTo(1));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(1));
        var replayed = SourceCommandTests.Json(project, "quarantine", "replay", "--rule", "many");
        Assert.That(replayed.GetProperty("loaded").GetInt64(), Is.EqualTo(1));
        Assert.That(SourceCommandTests.Json(project, "quarantine", "replay").GetProperty("loaded").GetInt64(), Is.Zero);
        Assert.That(project.Query<string>("SELECT order_id FROM star.fact_sales ORDER BY 1"), Is.EqualTo(new[] { "1", "9" }));
        Assert.That(project.Query<string>("SELECT DISTINCT rule FROM meta.quarantine ORDER BY 1"), Is.EqualTo(new[] { "required", "type" }));
    }

    private static int Total(TestProject project, params string[] filters) =>
        SourceCommandTests.Json(project, ["quarantine", "list", .. filters]).GetProperty("total").GetInt32();

    private static TestProject Loaded()
    {
        var project = new TestProject(TestProject.Lines + "\nquality:\n  - {name: many, range: {column: quantity, max: 10}, severity: quarantine}\n");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", ",A,Lamp,x,2011-01-01 10:00:00,3.50,c1,France");
        project.Day("2011-01-02", "9,A,Lamp,11,2011-01-02 10:00:00,3.50,c1,France");
        project.Run();
        return project;
    }
}
