using System.Diagnostics;
using System.Text.Json;
using Crm.Analytics.Tests.Architecture;

namespace Crm.Analytics.Tests.EndToEnd;

/// <summary>The public client of Cube's REST API, from npm, against the server.</summary>
internal sealed class CubeClientTests
{
    private ServedProject _served = null!;

    [OneTimeSetUp]
    public async Task Start() => _served = await ServedProject.Start();

    [OneTimeTearDown]
    public void Stop() => _served.Dispose();

    [Test]
    public async Task Pivot_EqualsTheCommand()
    {
        var pivot = await Client("pivot");
        var command = (await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.orders", "--by", "date.month,geography.country", "--where",
            "geography.country in ('France', 'Germany') and date.year = 2011", "--json")).Json().GetProperty("data").EnumerateArray()
            .ToDictionary(r => (r.GetProperty("date.month").GetString()![..7], r.GetProperty("geography.country").GetString()!), r => r.GetProperty("sales.orders").GetInt64());
        var cells = pivot.EnumerateArray().SelectMany(row => row.GetProperty("yValuesArray").EnumerateArray().Select(y =>
            ((row.GetProperty("xValues")[0].GetString()![..7], y[0][0].GetString()!), y[1].GetInt64()))).Where(c => c.Item2 != 0).ToDictionary(c => c.Item1, c => c.Item2);
        Assert.That(cells, Has.Count.EqualTo(24));
        Assert.That(cells, Is.EquivalentTo(command));
    }

    [Test]
    public async Task CompareDateRange_EqualsTheCommand()
    {
        var series = await Client("compare");
        foreach (var (name, where) in new[] { ("first", "date.quarter = '2011-Q1'"), ("second", "date.quarter = '2011-Q2'") })
        {
            var command = (await CrmProgram.RunIn(_served.Folder, "query", "--measures", "sales.revenue", "--by", "date.month", "--where", where, "--json")).Json();
            Assert.That(series.GetProperty(name).EnumerateArray().Select(v => v.GetDecimal()),
                Is.EqualTo(command.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("sales.revenue").GetDecimal())).Within(0.0001m));
        }
    }

    [Test]
    public async Task Meta_IsReadByTheClient() => Assert.That((await Client("meta")).GetString(), Is.EqualTo("Sales Revenue"));

    private async Task<JsonElement> Client(string what)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(SourceTree.Root, "tests", "EndToEnd", "cube-client.mjs"), $"{_served.Address}v1", what])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.Zero, await error);
        using var json = JsonDocument.Parse(await output);
        return json.RootElement.Clone();
    }
}
