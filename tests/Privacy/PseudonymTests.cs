using System.IO.Compression;
using System.Text;
using Crm.Analytics.Host.Security;
using Crm.Analytics.Tests.Host;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Privacy;

/// <summary>What leaves a project under pseudonyms: names are planted, and every byte that went out is searched.</summary>
internal sealed class PseudonymTests
{
    private const string Question = """{"query": {"measures": ["sales.revenue"], "dimensions": ["customer.id", "customer.name", "customer.email"], "order": {"customer.name": "asc"}}""";
    private static readonly string[] planted = [.. PersonShop.Traces, "Ann Other", "ann@x.example", "1 High Street", "Bob Else", "bob@x.example", "LOYAL-3", "3 High Street"];
    private PersonShop _shop = null!;
    private string _key = "";
    private string _number = "";

    [OneTimeSetUp]
    public void Make()
    {
        _shop = new PersonShop("marts: all\nprivacy: {exports: pseudonyms}\n");
        _shop.Write("reports/people.yaml", """
            report: people
            title: People
            rows: [all]
            tables:
              all: {by: [customer.id, customer.name, customer.email, customer.phone, customer.city], columns: [customer.id, customer.name, customer.email, customer.phone, customer.city, sales.revenue], total: true}
            """);
        _shop.Json("run");
        _shop.SecondDay();
        _shop.Json("run");
        _key = File.ReadAllText(Path.Combine(_shop.Folder, "secrets", "CRM_EXPORT_KEY")).Trim();
        _number = _shop.Json("query", "--by", "customer.id,customer.name", "--where", "customer.name contains 'Wilhelmina'", "--plain").GetProperty("data")[0].GetProperty("customer.id").GetString()!;
    }

    [OneTimeTearDown]
    public void Delete() => _shop.Dispose();

    [Test]
    public void Marts_UnderPseudonyms_TellNobody_AndStillJoin()
    {
        var marts = Path.Combine(_shop.Folder, "out", "marts");
        Assert.That(Found(marts), Is.Empty);

        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        string File(string name) => $"read_parquet({SqlName.Literal(Path.Combine(marts, "current", name))})";
        Assert.That(session.Scalar<string>($"SELECT name FROM {File("dim_customer.parquet")} WHERE customer_id = {SqlName.Literal(Pseudonym(_number))} AND is_current"), Is.EqualTo(Pseudonym("Wilhelmina Quastenflosser")));
        Assert.That(session.Scalar<decimal>($"SELECT sum(revenue) FROM {File("fact_sales.parquet")} JOIN {File("dim_customer.parquet")} USING (customer_version_key) WHERE customer_id = {SqlName.Literal(Pseudonym(_number))}"), Is.EqualTo(70m));
        Assert.That(session.Scalar<long>($"SELECT count(source_record) + count(source_file) FROM {File("fact_sales.parquet")}"), Is.Zero);
        Assert.That(session.Scalar<string>($"SELECT city FROM {File("dim_customer.parquet")} WHERE customer_id = {SqlName.Literal(Pseudonym(_number))} AND is_current"), Is.EqualTo("Bristol"), "what tells nobody stays");
    }

    [Test]
    public void Reports_InEveryFormat_TellNobody()
    {
        var to = _shop.Beside("written");
        var (code, _, error) = PersonShop.Run(_shop.Folder, "report", "run", "--format", "html,xlsx,csv,json,parquet", "--to", to);
        Assert.That(code, Is.Zero, error);
        Assert.That(Found(to), Is.Empty);
        Assert.That(File.ReadAllText(Path.Combine(to, "people.all.csv")), Does.Contain(Pseudonym(_number)).And.Contain(Pseudonym("wq@coelacanth.example")).And.Contain(",Bristol,30"));
    }

    [TestCase("--csv")]
    [TestCase("--json")]
    public void Query_ThatLeavesTheProgram_TellsNobody_UnlessItIsPlain(string form)
    {
        string[] question = ["query", "--measures", "sales.revenue", "--by", "customer.id,customer.name,customer.birth_date", form];
        var (code, output, error) = PersonShop.Run(_shop.Folder, question);
        Assert.That(code, Is.Zero, error);
        Assert.That(planted.Where(output.Contains), Is.Empty);
        Assert.That(output, Does.Contain(Pseudonym("Wilhelmina Quastenflosser")));

        var plain = PersonShop.Run(_shop.Folder, [.. question, "--plain"]);
        Assert.That(plain.Output, Does.Contain("Wilhelmina Quastenflosser"));
        Assert.That(PersonShop.Run(_shop.Folder, "audit", "list", "--json").Output, Does.Contain("--plain"));
    }

    [Test]
    public void Query_InTheOrderOfNames_DoesNotStandInIt()
    {
        var names = PersonShop.Run(_shop.Folder, "query", "--by", "customer.name", "--order", "customer.name", "--csv").Output.Split('\n').Skip(1).Where(l => l.Length > 0).ToList();
        Assert.That(names, Is.EquivalentTo(new[] { "Ann Other", "Bob Else", "Wilhelmina Quastenflosser" }.Select(Pseudonym)));
        Assert.That(names, Is.EqualTo(names.Order(StringComparer.Ordinal)), "that of the pseudonyms, which tells nothing");
    }

    [Test]
    public void Query_ForSomebodyByName_IsRefusedWhereThePseudonymWouldBeShown()
    {
        var (code, output, error) = PersonShop.Run(_shop.Folder, "query", "--measures", "sales.revenue", "--by", "customer.id", "--where", "customer.name = 'Ann Other'", "--csv");
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain("pseudonyms (privacy: exports in crm.yaml)"));
    }

    [Test]
    public void Rows_BehindAFigure_TellNobody_AndNotFromWhichLineTheyCame()
    {
        var (code, output, error) = PersonShop.Run(_shop.Folder, "drill", "--measures", "sales.revenue", "--by", "customer.id,customer.name", "--rows", "--json");
        Assert.That(code, Is.Zero, error);
        Assert.That(planted.Append("orders1.csv").Where(output.Contains), Is.Empty);
        Assert.That(output, Does.Contain(Pseudonym(_number)));
    }

    [Test]
    public async Task Server_InEveryForm_TellsNobody()
    {
        await using var server = await ServingProject.Start(_shop.Folder);
        foreach (var form in new[] { "", ", \"format\": \"csv\"", ", \"format\": \"ndjson\"", ", \"format\": \"parquet\"" })
        {
            var bytes = await Post(server, "v1/load", $"{Question}{form}}}");
            Assert.That(FoundIn("v1/load", bytes), Is.Empty, form);
            var rows = await Post(server, "v1/drill", $$"""{"query": {"measures": ["sales.revenue"], "dimensions": ["customer.id", "customer.name"]}, "cell": {}, "go": "through"{{form}}}""");
            Assert.That(FoundIn("v1/drill", rows).Concat(FoundIn("v1/drill", rows, "orders1.csv")), Is.Empty, form);
        }

        foreach (var path in new[] { "reports/people.xlsx", "reports/people.csv", "reports/people.html", "reports/people.json", "rows.csv?m=sales.revenue&d=customer.name" })
        {
            Assert.That(FoundIn(path, await server.Http.GetByteArrayAsync(new Uri(path, UriKind.Relative))), Is.Empty);
        }

        Assert.That(await server.Http.GetStringAsync(new Uri("reports/people", UriKind.Relative)), Does.Contain("Wilhelmina"), "a page that a person looks at leaves nothing behind");
    }

    [Test]
    public void Key_NeverStands_InFilesOfTheProjectButItsOwn()
    {
        var files = Directory.EnumerateFiles(_shop.Folder, "*", SearchOption.AllDirectories).Where(f => Encoding.Latin1.GetString(File.ReadAllBytes(f)).Contains(_key, StringComparison.OrdinalIgnoreCase));
        Assert.That(files.Select(Path.GetFileName), Is.EqualTo(new[] { "CRM_EXPORT_KEY" }));
    }

    [Test]
    public void Marts_ThatWerePlainBefore_GoWithTheNextRun()
    {
        using var shop = new PersonShop("marts: all\n");
        shop.Json("run");
        shop.SecondDay();
        shop.Json("run");
        var marts = Path.Combine(shop.Folder, "out", "marts");
        Assert.That(Found(marts), Is.Not.Empty);

        shop.Write("crm.yaml", "name: Person shop\nmarts: all\nprivacy: {exports: pseudonyms}\n");
        shop.Json("run");
        Assert.That(Found(marts), Is.Empty);
    }

    private string Pseudonym(string text) => ProjectKey.Find(_shop.Folder, "CRM_EXPORT_KEY")!.LongPseudonym(text);

    private static async Task<byte[]> Post(ServingProject server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.That(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        Assert.That(bytes, Is.Not.Empty);
        return bytes;
    }

    private static List<string> Found(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(f => FoundIn(Path.GetRelativePath(folder, f), File.ReadAllBytes(f)))];

    /// <summary>Planted texts in bytes, in what is packed in them, and in decoded values where they are Parquet.</summary>
    private static IEnumerable<string> FoundIn(string name, byte[] bytes, params string[] more)
    {
        string[] wanted = more.Length > 0 ? more : planted;
        var text = Encoding.Latin1.GetString(bytes);
        foreach (var trace in wanted.Where(p => text.Contains(p, StringComparison.OrdinalIgnoreCase) || text.Contains(Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(p)), StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"{name}: {trace}";
        }

        if (text.StartsWith("PK", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(new MemoryStream(bytes));
            foreach (var entry in zip.Entries)
            {
                using var unpacked = new MemoryStream();
                using (var part = entry.Open())
                {
                    part.CopyTo(unpacked);
                }

                foreach (var found in FoundIn($"{name}/{entry.FullName}", unpacked.ToArray(), more))
                {
                    yield return found;
                }
            }
        }

        if (text.StartsWith("PAR1", StringComparison.Ordinal))
        {
            foreach (var found in InParquet(name, bytes, wanted))
            {
                yield return found;
            }
        }
    }

    private static IEnumerable<string> InParquet(string name, byte[] bytes, string[] wanted)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
            using var session = scratch.Connect();
            return [.. wanted.Where(w => session.Scalar<bool>($"SELECT count(*) > 0 FROM read_parquet({SqlName.Literal(file)}) t WHERE contains(lower(CAST(t AS VARCHAR)), {SqlName.Literal(w.ToLowerInvariant())})")).Select(w => $"{name}: value {w}")];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
