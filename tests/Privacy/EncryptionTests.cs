using System.Text;
using Crm.Analytics.Host.Privacy;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Privacy;

/// <summary><c>privacy: {encrypt: true}</c>: no file of warehouse and landing tells who somebody is, and every answer is as in the clear.</summary>
internal sealed class EncryptionTests
{
    private const string On = "privacy: {encrypt: true}\n";

    private static readonly string[][] Questions =
    [
        ["query", "--measures", "sales.revenue,sales.lines", "--dimensions", "customer.name,customer.city"],
        ["query", "--measures", "sales.revenue", "--dimensions", "date.month", "--where", "customer.name = 'Wilhelmina Quastenflosser'"],
        ["drill", "--measures", "sales.revenue", "--by", "customer.city", "--at", "customer.city=Bristol", "--rows"],
        ["lineage", "sales", "order_id=A2"],
        ["customer", "show", "shop:C-4711-X"],
        ["customer", "report", "shop:C-4711-X"],
        ["quarantine", "list"],
    ];

    private PersonShop _clear = null!;
    private PersonShop _encrypted = null!;

    [OneTimeSetUp]
    public void Load() => (_clear, _encrypted) = (Loaded(""), Loaded(On));

    [OneTimeTearDown]
    public void TakeAway()
    {
        _clear.Dispose();
        _encrypted.Dispose();
    }

    [Test]
    public void Run_Encrypted_LeavesNobodyInAnyFileAndAnswersAsInTheClear()
    {
        var (plain, shop) = (_clear, _encrypted);
        Assert.That(PersonShop.SearchBytes(plain.Folder), Is.Not.Empty, "the search finds what is there");
        Assert.That(PersonShop.SearchBytes(shop.Folder), Is.Empty);
        AssertEncrypted(shop.Folder);
        foreach (var question in Questions.Where(q => q[1] != "report"))
        {
            Assert.That(Answer(shop.Folder, question), Is.EqualTo(Answer(plain.Folder, question)), string.Join(' ', question));
        }

        Assert.That(Answer(shop.Folder, Questions[0]), Does.Contain("Wilhelmina"));
        Assert.That(PersonShop.Run(shop.Folder, "quarantine", "list").Output, Does.Contain("qty"));
    }

    [Test]
    public void Erase_Encrypted_TakesThePersonOut()
    {
        using var shop = _encrypted.Copy();
        var totals = PersonShop.Totals(shop.Folder);
        Assert.That(shop.Json("erase", "--customer", "shop:C-4711-X", "--yes").GetProperty("customers").GetInt64(), Is.EqualTo(1));
        Assert.That(PersonShop.Totals(shop.Folder), Is.EqualTo(totals));
        shop.Json("run", "--replay");
        AssertEncrypted(shop.Folder);
        WithoutEncryption(shop);
        Assert.That(PersonShop.Search(shop.Folder), Is.Empty, "nor behind the encryption");
    }

    [Test]
    public void Restore_OfAnEncryptedProject_AnswersAndLoadsOn()
    {
        using var shop = _encrypted.Copy();
        shop.Write("crm.yaml", $"name: Person shop\n{On}backup: {{to: ../backup}}\n");
        PersonShop.Run(shop.Folder, "backup", "--make-key");
        shop.Json("backup");
        var again = shop.Beside("again");
        shop.Json("restore", "--from", shop.Beside("backup"), "--to", again);
        Assert.That(PersonShop.Totals(again), Is.EqualTo(PersonShop.Totals(shop.Folder)));
        PersonShop.JsonIn(again, "run");
        AssertEncrypted(again);
        Assert.That(PersonShop.SearchBytes(again), Is.Empty);
    }

    [Test]
    public void Encrypt_AProjectInTheClear_ThenOffAgain_AnswersTheSame()
    {
        using var shop = _clear.Copy();
        var before = Questions.Select(q => Answer(shop.Folder, q)).ToList();
        shop.Write("crm.yaml", $"name: Person shop\n{On}");
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("in the clear").And.Contain("crm encrypt"));

        var done = shop.Json("encrypt");
        Assert.That(done.GetProperty("warehouse").GetBoolean(), Is.True);
        Assert.That(done.GetProperty("landed").GetInt32(), Is.GreaterThan(5));
        Assert.That(PersonShop.SearchBytes(shop.Folder), Is.Empty);
        AssertEncrypted(shop.Folder);
        Assert.That(Questions.Select(q => Answer(shop.Folder, q)), Is.EqualTo(before));
        shop.Json("run", "--replay");
        Assert.That(shop.Json("encrypt").GetProperty("landed").GetInt32(), Is.Zero, "all is as it should be");

        WithoutEncryption(shop);
        Assert.That(PersonShop.Search(shop.Folder), Has.Some.Contains("dim_customer"));
        Assert.That(Questions.Select(q => Answer(shop.Folder, q)).Take(5), Is.EqualTo(before.Take(5)));
    }

    [Test]
    public void Encrypt_WithANewKey_TheFormerOneOpensNothing()
    {
        using var shop = _encrypted.Copy();
        var secret = Path.Combine(shop.Folder, "secrets", DataKeys.Name);
        var (former, totals) = (File.ReadAllText(secret), PersonShop.Totals(shop.Folder));
        Assert.That(shop.Json("encrypt", "--new-key").GetProperty("newKey").GetBoolean(), Is.True);
        Assert.That(PersonShop.Totals(shop.Folder), Is.EqualTo(totals));
        AssertEncrypted(shop.Folder);
        Assert.That(Path.Combine(shop.Folder, "secrets", DataKeys.FormerName), Does.Not.Exist);
        var present = File.ReadAllText(secret);
        Assert.That(present, Is.Not.EqualTo(former));

        var key = DataKey.Parse(former.Trim())!;
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions { Key = key });
        using var session = scratch.Connect();
        foreach (var parquet in Directory.EnumerateFiles(Path.Combine(shop.Folder, "landing"), "*.parquet", SearchOption.AllDirectories))
        {
            Assert.That(() => session.Query<long>($"SELECT count(*) FROM read_parquet({SqlName.Literal(parquet)}{key.ReadOption})"), Throws.InstanceOf<EngineException>());
            Assert.That(key.TryOpen(File.ReadAllBytes(Path.ChangeExtension(parquet, "json")), "", out _), Is.False);
        }

        File.WriteAllText(secret, former);
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("another key").And.Contain("warehouse.duckdb").And.Not.Contain(former.Trim()));
        File.WriteAllText(secret, present);
        shop.Json("run", "--replay");
    }

    [Test]
    public void Encrypt_AChangeOfKeysThatWasBrokenOff_IsFinishedBeforeAnythingElse()
    {
        using var shop = _encrypted.Copy();
        var totals = PersonShop.Totals(shop.Folder);

        // As it stands when the process dies after the keys changed places and some of the landing was written anew.
        DataKeys.Change(shop.Folder);
        shop.Write(DataKeys.Mark, "begun\n");
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("crm encrypt"));
        Assert.That(PersonShop.Run(shop.Folder, "encrypt", "--new-key").Error, Does.Contain("under way"));
        shop.Json("encrypt");
        Assert.That(PersonShop.Totals(shop.Folder), Is.EqualTo(totals));
        shop.Json("run", "--replay");
        AssertEncrypted(shop.Folder);
    }

    [Test]
    public void Run_WithoutTheKey_IsRefusedBeforeAnythingIsTouched()
    {
        using var shop = _encrypted.Copy();
        var secret = Path.Combine(shop.Folder, "secrets", DataKeys.Name);
        var key = File.ReadAllText(secret);
        File.Delete(secret);
        shop.Deliver("people9.csv", "id,name,email,phone,street,city,at", "9,New One,n@x.example,,,Leeds,2026-05-01");
        var before = Files(shop.Folder);
        foreach (var command in new string[][] { ["run"], ["query", "--measures", "sales.revenue"], ["customer", "show", "shop:1"], ["encrypt"], ["lineage", "sales", "order_id=A2"] })
        {
            var (code, _, error) = PersonShop.Run(shop.Folder, command);
            Assert.That(code, Is.EqualTo(3), command[0]);
            Assert.That(error, Does.Contain("its key is not there").And.Contain($"secrets/{DataKeys.Name}".Replace('/', Path.DirectorySeparatorChar)).And.Contain("Bring it back").IgnoreCase, command[0]);
        }

        File.WriteAllText(secret, new string('a', 40) + key[40..]);
        Assert.That(PersonShop.Run(shop.Folder, "run").Error, Does.Contain("another key"));
        File.Delete(secret);
        Assert.That(Files(shop.Folder), Is.EqualTo(before));
        File.WriteAllText(secret, key);
        shop.Json("run");
    }

    [Test]
    public void Doctor_TellsHowFilesAre()
    {
        using var shop = _encrypted.Copy();
        Assert.That(PersonShop.Run(shop.Folder, "doctor").Output, Does.Contain("are encrypted"));
        shop.Write("crm.yaml", "name: Person shop\n");
        Assert.That(PersonShop.Run(shop.Folder, "doctor").Output, Does.Contain("`crm encrypt`"));
    }

    /// <summary>Two days, the second with a change of her city; a report.</summary>
    private static PersonShop Loaded(string more)
    {
        var shop = new PersonShop(more);
        shop.Json("run");
        shop.SecondDay();
        shop.Json("run");
        return shop;
    }

    private static void WithoutEncryption(PersonShop shop)
    {
        shop.Write("crm.yaml", "name: Person shop\n");
        Assert.That(PersonShop.Run(shop.Folder, "query", "--measures", "sales.revenue").Error, Does.Contain("the warehouse is encrypted").And.Contain("crm encrypt"));
        Assert.That(shop.Json("encrypt").GetProperty("encrypted").GetBoolean(), Is.False);
    }

    /// <summary>An answer without what tells of the run itself.</summary>
    private static string Answer(string folder, string[] question)
    {
        var json = PersonShop.JsonIn(folder, question);
        return (json.ValueKind == System.Text.Json.JsonValueKind.Object && json.TryGetProperty("data", out var data) ? data : json).GetRawText().Replace(Path.GetDirectoryName(folder)!, "", StringComparison.Ordinal);
    }

    private static void AssertEncrypted(string folder)
    {
        Assert.That(DuckDbInstance.IsEncrypted(Path.Combine(folder, "warehouse.duckdb")), Is.True);
        var landed = Directory.EnumerateFiles(Path.Combine(folder, "landing"), "*", SearchOption.AllDirectories).ToList();
        Assert.That(landed, Has.Count.GreaterThan(5));
        Assert.That(landed.Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)).Select(f => Encoding.ASCII.GetString(File.ReadAllBytes(f), 0, 4)), Is.All.EqualTo("PARE"));
        Assert.That(landed.Where(f => f.EndsWith(".json", StringComparison.Ordinal)).Select(f => DataKey.IsSealed(File.ReadAllBytes(f))), Is.All.True);
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "landing"), ".tmp", SearchOption.AllDirectories), Is.Empty);
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetRelativePath(folder, f).StartsWith("audit", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];
}
