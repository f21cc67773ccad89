namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>Commands while <c>crm serve</c> has the warehouse open.</summary>
[Platform(Exclude = "Win", Reason = "a process cannot be asked to stop alone there")]
internal sealed class ServeTests
{
    private ServedProject _served = null!;

    [SetUp]
    public async Task Start() => _served = await ServedProject.Start();

    [TearDown]
    public void Stop() => _served.Dispose();

    [Test]
    public async Task Commands_WhileItServes_GoThroughIt()
    {
        var query = await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.revenue", "--json", "--wait", "0");
        Assert.That(query.Code, Is.Zero, query.ToString());
        Assert.That(query.Json().GetProperty("data")[0].GetProperty("sales.revenue").GetDecimal(), Is.EqualTo(9_747_747.934m));

        var elsewhere = await CrmProgram.Run("query", "--project", _served.Folder, "--measures", "sales.orders", "--csv", "--wait", "0");
        Assert.That(elsewhere.Output.Split('\n'), Is.EqualTo(new[] { "sales.orders", "22064", "" }), elsewhere.ToString());

        var run = await CrmProgram.RunIn(_served.Folder, "run", "--json", "--wait", "0");
        Assert.That(run.Code, Is.Zero, run.ToString());
        Assert.That(run.Json().GetProperty("published").GetBoolean(), Is.False);

        var doctor = await CrmProgram.RunIn(_served.Folder, "doctor", "--wait", "0");
        Assert.That(doctor.Output, Does.Contain("is open in crm serve"));
    }

    [Test]
    public async Task Commands_ThatAreWrong_AreToldAsEver()
    {
        var wrong = await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.revenu", "--wait", "0");
        Assert.That(wrong.Code, Is.EqualTo(2), wrong.ToString());
        Assert.That(wrong.Error, Does.Contain("the nearest is 'sales.revenue'"));
        Assert.That(wrong.Output, Is.Empty);

        var second = await CrmProgram.RunIn(_served.Folder, "serve", "--wait", "0");
        Assert.That(second.Code, Is.EqualTo(4), second.ToString());
        Assert.That(second.Error, Does.Contain("crm serve (process"));
    }

    [Test]
    public async Task Commands_AfterTheServerWasKilled_OpenTheWarehouseThemselves()
    {
        _served.Kill();
        var query = await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.orders", "--csv", "--wait", "0");
        Assert.That(query.Output.Split('\n')[1], Is.EqualTo("22064"), query.ToString());
    }

    [Test]
    public async Task Stop_WhenAsked_EndsAndLetsTheWarehouseGo()
    {
        var (code, said) = await _served.Stop();
        Assert.That(code, Is.Zero, said);
        Assert.That(File.Exists(Path.Combine(_served.Folder, "warehouse.duckdb.run")), Is.False);
    }
}
