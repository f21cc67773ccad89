using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Tests.Privacy;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Host;

/// <summary><c>crm doctor</c>: what is wrong with a project in use, and what to do about it.</summary>
internal sealed class DoctorTests
{
    [Test]
    public void Doctor_OfAHealthyProject_FindsNothingToMend()
    {
        using var shop = new PersonShop();
        shop.Json("run");
        Assert.That(Bad(shop), Is.Empty);
    }

    [Test]
    public void Doctor_OfWhatIsWrong_NamesItAndTheRemedy()
    {
        using var shop = new PersonShop("server: {stale_after: 1 second}\njobs: {load: {do: run}, score: {do: models, after: load}}\n");
        shop.Json("run");
        var history = new JobHistory(JobStore.InFile(shop.Folder), "Person shop", TimeProvider.System);
        var job = new Job("load", JobWork.Run, [], new("crm.yaml", 1, 1));
        history.End(history.Begin(new JobAttempt(job, JobCause.Time, 1, DateTimeOffset.UnixEpoch)), JobRunState.Failed, "the shop did not answer", "");
        history.SetPaused("score", paused: true);
        shop.Write("secrets/SHOP", "x");
        shop.Write("privacy/unfinished", "x");
        shop.Write("warehouse.duckdb.run", "{}");
        shop.Write("landing/shop/people/.tmp/torn", "");
        var log = Directory.EnumerateFiles(Path.Combine(shop.Folder, "audit"), "*.jsonl").Single();
        File.WriteAllText(log, File.ReadAllText(log).Replace("\"did\":\"run\"", "\"did\":\"ran\"", StringComparison.Ordinal));

        // What is a second old is not older than a second until the next one.
        Assert.That(() => Bad(shop), Has.Some.Contains("source shop: stale").After(10_000, 200));
        var all = All(shop);
        Assert.That(all, Has.Some.StartsWith("bad job load: failed").And.Some.Contains("the shop did not answer").And.Some.Contains("`crm jobs run load`"));
        Assert.That(all, Has.Some.StartsWith("note job score: paused").And.Some.Contains("crm jobs resume score"));
        Assert.That(all, Has.Some.StartsWith("bad erasure:").And.Some.Contains("crm erase --resume --yes"));
        Assert.That(all, Has.Some.StartsWith("note run: a command was cut off"));
        Assert.That(all, Has.Some.StartsWith("note landing: 1 streams"));
        Assert.That(all, Has.Some.StartsWith("bad audit log:").And.Some.Contains("crm audit verify"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(all, Has.Some.Contains("secrets/SHOP").And.Some.Contains("chmod 600 secrets/SHOP"));
        }

        Assert.That(PersonShop.Run(shop.Folder, "doctor").Code, Is.EqualTo(1));
    }

    private static List<string> Bad(PersonShop shop) => [.. All(shop).Where(f => f.StartsWith("bad ", StringComparison.Ordinal)).Select(f => f[4..])];

    private static List<string> All(PersonShop shop)
    {
        var (_, output, error) = PersonShop.Run(shop.Folder, "doctor", "--json");
        Assert.That(output, Does.StartWith("{"), error);
        using var json = System.Text.Json.JsonDocument.Parse(output);
        return [.. json.RootElement.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("state").GetString()} {f.GetProperty("name").GetString()}: {f.GetProperty("text").GetString()} | {f.GetProperty("remedy").GetString()}")];
    }
}
