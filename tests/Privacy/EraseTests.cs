using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Privacy;

/// <summary><c>crm erase</c>: the person is found before, and nowhere after; nor after later loads and restores.</summary>
internal sealed class EraseTests
{
    [Test]
    public void Erase_APersonOfTwoSources_LeavesNoTraceAndTheFiguresOfOthers()
    {
        using var shop = new PersonShop();
        Load(shop);
        var before = PersonShop.Search(shop.Folder);
        foreach (var trace in PersonShop.Traces)
        {
            Assert.That(before, Has.Some.EndsWith(trace).IgnoreCase, "the search finds what is there");
        }

        foreach (var place in new[] { "landing", "\"star\".\"dim_customer\"", "\"identity\".\"known\"", "\"meta\".\"quarantine\"", "server.sqlite", "out/", "deliveries" })
        {
            Assert.That(before, Has.Some.StartsWith(place), "the search looks everywhere");
        }

        var totals = PersonShop.Totals(shop.Folder);
        var outcome = shop.Json("erase", "--customer", "shop:C-4711-X", "--yes");
        Assert.That(outcome.GetProperty("customers").GetInt64(), Is.EqualTo(1));
        Assert.That(PersonShop.Search(shop.Folder), Is.Empty);
        Assert.That(outcome.GetProperty("left").GetArrayLength(), Is.Zero);
        Assert.That(PersonShop.Totals(shop.Folder), Is.EqualTo(totals), "what was sold was sold");
        Assert.That(PersonShop.Run(shop.Folder, "customer", "show", "shop:C-4711-X").Code, Is.EqualTo(2));
        Assert.That(shop.Json("customer", "show", "shop:1").GetProperty("values").GetArrayLength(), Is.GreaterThan(3), "others stay as they are");
        Assert.That(PersonShop.Run(shop.Folder, "audit", "verify").Code, Is.Zero);
        Assert.That(shop.Json("audit", "list", "--did", "erase", "--of", "shop:C-4711-X").GetProperty("entries").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public void Erase_ThenTheSourceSendsThemAgain_TheyStayOut()
    {
        using var shop = new PersonShop();
        Load(shop);
        shop.Json("erase", "--customer", "club:MEMBER-0815", "--yes");
        shop.Deliver("people3.csv", "id,name,email,phone,street,city,at", "C-4711-X,Wilhelmina Quastenflosser,wq@coelacanth.example,,,Bath,2026-03-01", "5,Eve New,eve@x.example,,,Bath,2026-03-01");
        shop.Deliver("orders3.csv", "invoice,qty,at,price,customer,ship_to,note", "C1,4,2026-03-02,10,C-4711-X,12 Abyssal Lane,for Wilhelmina", "C2,1,2026-03-02,10,5,,");
        shop.Deliver("members2.csv", "id,name,email,card,at", "m77,Quastenflosser again,wq@COELACANTH.example ,LOYAL-7,2026-03-01");
        shop.Json("run");
        Assert.That(PersonShop.Search(shop.Folder), Is.Empty, "known by number and by e-mail address");
        Assert.That(PersonShop.Run(shop.Folder, "customer", "show", "club:m77").Code, Is.EqualTo(2));
        Assert.That(shop.Json("customer", "show", "shop:5").GetProperty("records").GetArrayLength(), Is.EqualTo(1));
        Assert.That(PersonShop.Totals(shop.Folder), Does.Contain("145"), "their new order counts, without them");
        shop.Json("run", "--replay");
        Assert.That(PersonShop.Search(shop.Folder), Is.Empty, "nor does the landing bring them back");
    }

    [Test]
    public void Restore_OfABackupFromBefore_LeavesThemOut()
    {
        using var shop = new PersonShop("backup: {to: ../backup}\n");
        Load(shop);
        PersonShop.Run(shop.Folder, "backup", "--make-key");
        shop.Json("backup");
        var key = File.ReadAllText(Path.Combine(shop.Folder, "secrets", "CRM_BACKUP_KEY"));
        shop.Json("erase", "--customer", "shop:C-4711-X", "--yes");
        var keys = shop.Beside("keys");
        Directory.CreateDirectory(Path.Combine(keys, "secrets"));
        File.WriteAllText(Path.Combine(keys, "secrets", "CRM_BACKUP_KEY"), key);
        var restored = PersonShop.JsonIn(keys, "restore", "--from", shop.Beside("backup"), "--to", shop.Beside("again"));
        Assert.That(restored.GetProperty("leftOut").GetInt64(), Is.EqualTo(1));
        Assert.That(PersonShop.Search(shop.Beside("again")), Is.Empty);
        Assert.That(PersonShop.Run(shop.Beside("again"), "audit", "verify").Code, Is.Zero);
        PersonShop.JsonIn(shop.Beside("again"), "run");
        Assert.That(PersonShop.Search(shop.Beside("again")), Is.Empty);
    }

    [Test]
    public void Erase_WithMartsQuestionsAndScores_LeavesNothingAndTheNextRunMakesThemAnew()
    {
        using var shop = new PersonShop("marts: all\n");
        shop.Json("run");
        PersonShop.Totals(shop.Folder);
        var questions = Path.Combine(shop.Folder, "warehouse.duckdb.questions");
        Assert.That(PersonShop.Search(shop.Folder), Has.Some.StartsWith(Path.Combine("out", "marts", "run-000001", "dim_customer.parquet")));
        Assert.That(questions, Does.Exist);
        var scores = OutdatedScores(shop);
        Assert.That(scores.Outdated, Is.Zero);
        Assert.That(scores.All, Is.Positive);

        shop.Json("erase", "--customer", "shop:C-4711-X", "--yes");
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(shop.Folder, "out")), Is.Empty);
        Assert.That(questions, Does.Not.Exist);
        Assert.That(OutdatedScores(shop), Is.EqualTo((scores.All, scores.All)));

        shop.Json("run");
        Assert.That(OutdatedScores(shop).Outdated, Is.Zero, "scored although no source had news");
        Assert.That(Path.Combine(shop.Folder, "out", "marts", "manifest.json"), Does.Exist);
        Assert.That(PersonShop.Search(shop.Folder), Is.Empty);
    }

    [Test]
    public void Erase_WithoutYes_ShowsAndDoesNothing()
    {
        using var shop = new PersonShop();
        shop.Json("run");
        var before = PersonShop.Search(shop.Folder);
        var (code, output, _) = PersonShop.Run(shop.Folder, "erase", "--customer", "shop:C-4711-X");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("club:MEMBER-0815").And.Contain("Nothing was erased"));
        Assert.That(PersonShop.Search(shop.Folder), Has.Count.EqualTo(before.Count));
        Assert.That(PersonShop.Run(shop.Folder, "erase", "--customer", "nobody", "--yes").Code, Is.EqualTo(2));
        Assert.That(PersonShop.Run(shop.Folder, "erase").Code, Is.EqualTo(2));
    }

    [Test]
    public void Erase_BrokenOff_IsFinishedBeforeAnythingElse()
    {
        using var shop = new PersonShop();
        Load(shop);
        shop.Json("erase", "--customer", "shop:C-4711-X", "--yes");
        shop.Write("privacy/unfinished", "begun\n");
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("crm erase --resume"));
        Assert.That(PersonShop.Run(shop.Folder, "erase", "--resume", "--yes").Code, Is.Zero);
        Assert.That(PersonShop.Run(shop.Folder, "run").Code, Is.Zero);
    }

    [Test]
    public void Run_WithAListAndNoKey_IsRefused()
    {
        using var shop = new PersonShop();
        shop.Json("run");
        shop.Json("erase", "--customer", "shop:C-4711-X", "--yes");
        File.Delete(Path.Combine(shop.Folder, "secrets", "CRM_SUPPRESSION_KEY"));
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("CRM_SUPPRESSION_KEY"));
    }

    /// <summary>Two days, a written report, a job with a log that names her.</summary>
    private static void Load(PersonShop shop)
    {
        shop.Json("run");
        shop.SecondDay();
        shop.Json("run");
        shop.Write("out/customers.csv", "name\nWilhelmina Quastenflosser\n");
        shop.Write("deliveries/log.jsonl", "{\"id\":1,\"report\":\"x\",\"value\":\"Wilhelmina Quastenflosser\"}\n");
        PlantJobLog(shop.Folder);
    }

    /// <summary>Models that have scored, and those of them whose scores stand on what is no more.</summary>
    private static (long All, long Outdated) OutdatedScores(PersonShop shop)
    {
        using var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(Path.Combine(shop.Folder, "warehouse.duckdb")) { Access = WarehouseAccess.Read });
        using var session = warehouse.Connect();
        return (session.Scalar<long>("SELECT count(*) FROM star.score_model_snapshot"), session.Scalar<long>("SELECT count(*) FROM star.score_model_snapshot WHERE data_version < 0"));
    }

    private static void PlantJobLog(string folder)
    {
        var history = new JobHistory(JobStore.InFile(folder), "Person shop", TimeProvider.System);
        var job = new Job("load", JobWork.Run, [], new("crm.yaml", 1, 1));
        var run = history.Begin(new JobAttempt(job, JobCause.Asked, 1, DateTimeOffset.UnixEpoch));
        history.End(run, JobRunState.Failed, "bad record of wq@coelacanth.example", "read Wilhelmina Quastenflosser, shop:C-4711-X");
    }
}
