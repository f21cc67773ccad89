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
    public async Task Run_WhileQuestionsAreAsked_ShowsThemOnePublishedStateAfterAnother()
    {
        // A file with one more line of 100 for an order of its own: revenue and lines move together or not at all.
        const string question = """{"query": {"measures": ["sales.lines", "sales.revenue"], "renewQuery": true}}""";
        var sample = Directory.EnumerateFiles(Path.Combine(_served.Folder, "data"), "*.csv").Order(StringComparer.Ordinal).First();
        var header = File.ReadLines(sample).First();
        var states = new HashSet<(long Lines, decimal Revenue)>();
        for (var round = 1; round <= 3; round++)
        {
            var line = Line(header, round);
            await File.WriteAllTextAsync(Path.Combine(_served.Folder, "data", $"more-{round}.csv"), $"{header}\n{line}\n");
            var run = CrmProgram.RunIn(_served.Folder, "run", "--json", "--wait", "0");
            do
            {
                var (_, answer) = await _served.Load(question);
                var row = answer.GetProperty("data")[0];
                states.Add((row.GetProperty("sales.lines").GetInt64(), row.GetProperty("sales.revenue").GetDecimal()));
            }
            while (!run.IsCompleted);
            Assert.That((await run).Code, Is.Zero, (await run).ToString());
        }

        var expected = Enumerable.Range(0, 4).Select(n => (541_909L + n, 9_747_747.934m + (100 * n))).ToList();
        Assert.That(states, Is.SubsetOf(expected));
        Assert.That(states, Does.Contain(expected[0]));
        var (_, last) = await _served.Load("""{"query": {"measures": ["sales.lines", "sales.revenue"]}}""");
        Assert.That(last.GetProperty("data")[0].GetProperty("sales.lines").GetInt64(), Is.EqualTo(541_912));
    }

    [Test]
    public async Task Stop_WhenAsked_EndsAndLetsTheWarehouseGo()
    {
        var (code, said) = await _served.Stop();
        Assert.That(code, Is.Zero, said);
        Assert.That(File.Exists(Path.Combine(_served.Folder, "warehouse.duckdb.run")), Is.False);
    }

    /// <summary>A line of the sample's columns.</summary>
    private static string Line(string header, int round) => string.Join(',', header.Split(',').Select(column => column.Trim('"', '\r') switch
    {
        "InvoiceNo" => $"99900{round}",
        "StockCode" => "22423",
        "Description" => "REGENCY CAKESTAND 3 TIER",
        "Quantity" => "1",
        "InvoiceDate" => "2011-12-09 12:49:00",
        "UnitPrice" => "100",
        "CustomerID" => "",
        "Country" => "United Kingdom",
        var other => throw new InvalidOperationException($"the sample has a new column '{other}'"),
    }));
}
