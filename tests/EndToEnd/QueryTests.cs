using System.Text.Json;
using Crm.Analytics.Host.Serving;

namespace Crm.Analytics.Tests.EndToEnd;

internal sealed class QueryTests
{
    // docs and literature: the figures of the set as others published them.
    [TestCase("sales.revenue", null, 9_747_747.934)]
    [TestCase("sales.revenue", "geography.country = 'United Kingdom'", 8_187_806.364)]
    [TestCase("sales.lines", null, 541_909)]
    [TestCase("sales.orders", null, 22_064)]
    [TestCase("sales.customers", null, 4_372)]
    [TestCase("sales.returns", null, -896_812.49)]
    public async Task Query_OfTheDemo_AnswersThePublishedFigure(string measure, string? where, decimal expected)
    {
        string[] filter = where is null ? [] : ["--where", where];
        var ended = await CrmProgram.RunIn(DemoProject.Folder, ["query", "--measures", measure, "--json", .. filter]);
        Assert.That(ended.Code, Is.Zero, ended.ToString());
        Assert.That(ended.Json().GetProperty("data")[0].GetProperty(measure).GetDecimal(), Is.EqualTo(expected));
    }

    [Test]
    public async Task Query_WithTotals_ComputesThemAtTheirOwnGrain()
    {
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.customers", "--by", "date.month", "--totals", "grand", "--json");
        var answer = ended.Json();
        var months = answer.GetProperty("data").EnumerateArray().Sum(r => r.GetProperty("sales.customers").GetInt64());
        Assert.That(answer.GetProperty("totals")[0].GetProperty("sales.customers").GetInt64(), Is.EqualTo(4_372).And.LessThan(months));
    }

    [Test]
    public async Task Query_AsCsv_HasMembersAsHeader()
    {
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.revenue", "--by", "geography.country", "--limit", "2", "--csv");
        Assert.That(ended.Output.Split('\n'), Is.EqualTo(new[] { "geography.country,sales.revenue", "United Kingdom,8187806.364", "Netherlands,284661.54", "" }));
    }

    [Test]
    public async Task Query_AsTable_AlignsNumbersOfTheLocale()
    {
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.revenue", "--by", "geography.country", "--limit", "2");
        var lines = ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[2], Does.StartWith("United Kingdom").And.EndsWith(" 8,187,806.36"));
        Assert.That(lines[3], Has.Length.EqualTo(lines[2].Length).And.EndsWith("  284,661.54"));
        Assert.That(ended.Error, Does.Contain("data up to"));
    }

    [Test]
    public async Task Query_OfAnUnknownMember_NamesTheNearest()
    {
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.revenu");
        Assert.That(ended.Code, Is.EqualTo(2));
        Assert.That(ended.Error, Does.Contain("sales.revenue").And.Not.Contain("   at "));
        Assert.That(ended.Output, Is.Empty);
    }

    [Test]
    public async Task Query_WhileARunHoldsTheWarehouse_IsBusy()
    {
        var warehouse = Path.Combine(DemoProject.Folder, "warehouse.duckdb");
        using var held = RunFile.Hold(warehouse, "crm run", TimeSpan.FromMinutes(1), _ => { }, CancellationToken.None);
        var ended = await CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.revenue", "--wait", "0", "--json");
        Assert.That(ended.Code, Is.EqualTo(4), ended.ToString());
        Assert.That(ended.Json().GetProperty("error").GetProperty("retryable").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Query_ManyAtOnce_AllAnswer()
    {
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CrmProgram.RunIn(DemoProject.Folder, "query", "--measures", "sales.orders", "--json")));
        Assert.That(ended.Select(e => e.Code), Is.All.Zero, string.Join('\n', ended.Select(e => e.ToString())));
    }

    [Test]
    public async Task RunsAndQuarantine_TellOfTheRun()
    {
        var runs = (await CrmProgram.RunIn(DemoProject.Folder, "runs", "--json")).Json().GetProperty("runs");
        Assert.That(runs[0].GetProperty("read").GetInt64(), Is.EqualTo(541_909));
        var quarantine = (await CrmProgram.RunIn(DemoProject.Folder, "quarantine", "list", "--json")).Json();
        Assert.That(quarantine.GetProperty("total").GetInt64(), Is.AtLeast(runs[0].GetProperty("quarantined").GetInt64()));
        Assert.That(quarantine.GetProperty("records").ValueKind, Is.EqualTo(JsonValueKind.Array));
    }
}
