using System.Text.Json;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Host;

namespace Crm.Analytics.Tests.Staging;

/// <summary>The commands that look at a source before anything is stored, and propose its YAML.</summary>
internal sealed class SourceCommandTests
{
    private const string Shop =
        """
        Bestellnummer,Pos,Bestelldatum,Kunde,E-Mail,Artikelnummer,Menge,Einzelpreis,Land,Karte
        1001,1,05.01.2026 10:00,7,ann@example.org,007,2,"6,50",Germany,4111111111111111
        1001,2,05.01.2026 10:00,7,ann@example.org,TEA,1,"1.234,20",Germany,4111111111111111
        1002,1,26.01.2026 15:30,8,bob@example.org,007,1,"6,50",France,5500005555555559

        """;

    [Test]
    public void New_OfFilesWithForeignNames_ProposesASourceThatLoads()
    {
        using var project = new TestProject(null);
        project.Write("data/orders-2026-01.csv", Shop);
        var (code, output, error) = CommandLineTests.Run("source", "new", "shop", "--path", "data/orders-*.csv", "--project", project.Folder);
        Assert.That(code, Is.Zero, error);
        var yaml = File.ReadAllText(Path.Combine(project.Folder, "sources", "shop.yaml"));
        Assert.That(yaml, Does.Contain("format: \"%d.%m.%Y %H:%M\"").And.Contain("order_id: Bestellnummer").And.Contain("quantity: Menge").And.Contain("from: orders"));
        Assert.That(output, Does.Contain("It checks.").And.Contain("unmapped columns: Karte"), error + yaml);
        var summary = project.Run();
        Assert.That(summary.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(3, 3, 0, 0, 0)), yaml);
        Assert.That(
            project.Query<string>("SELECT concat_ws(' ', order_id, line_id, p.product_id, ordered_at, revenue, c.email) FROM star.fact_sales f JOIN star.dim_product p USING (product_version_key) JOIN star.dim_customer c USING (customer_version_key) ORDER BY 1"),
            Is.EqualTo(new[] { "1001 1 007 2026-01-05 10:00:00 13.0000 ann@example.org", "1001 2 TEA 2026-01-05 10:00:00 1234.2000 ann@example.org", "1002 1 007 2026-01-26 15:30:00 6.5000 bob@example.org" }));
    }

    [Test]
    public void New_OfColumnsThatBearTheContractsNames_TakesFiveLines()
    {
        using var project = new TestProject(null);
        project.Write("data/a.csv", "order_id,ordered_at,product_id,quantity,unit_price\n1,2026-01-05 10:00:00,A,2,3.50\n");
        var (code, output, error) = CommandLineTests.Run("source", "new", "shop", "--path", "data/*.csv", "--project", project.Folder, "--print");
        Assert.That(code, Is.Zero, error);
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "source: shop", "connector: files", "streams:", "  order_line:", "    path: data/*.csv" }));
        Assert.That(File.Exists(Path.Combine(project.Folder, "sources", "shop.yaml")), Is.False);
        project.Write("sources/shop.yaml", output);
        Assert.That(project.Run().Counts.Loaded, Is.EqualTo(1));
    }

    [Test]
    public void New_OfAFolderWithFilesOfSeveralKinds_ProposesAStreamForEach()
    {
        using var project = new TestProject(null);
        project.Write("data/orders_1.csv", Shop);
        project.Write("data/orders_2.csv", Shop);
        project.Write("data/people.csv", "customer_id,name,country\nc1,Ann,Spain\nc2,Bob,Italy\n");
        var (code, output, error) = CommandLineTests.Run("source", "new", "shop", "--path", "data", "--project", project.Folder, "--print");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("  orders:\n").And.Contain("path: data/people.csv").And.Contain("from: orders"), output);
        project.Write("sources/shop.yaml", output);
        Assert.That(project.Run().Streams.Select(s => s.Files).Order(), Is.EqualTo(new[] { 1, 2 }), output);
    }

    [Test]
    public void New_OverASource_IsRefused()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        var (code, _, error) = CommandLineTests.Run("source", "new", "shop", "--path", "data/*.csv", "--project", project.Folder);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("is there already").And.Contain("--force"));
    }

    [TestCase("--connector fils", "did you mean 'files'?")]
    [TestCase("--option pth=x", "did you mean 'path'?")]
    [TestCase("--option password", "NAME=VALUE")]
    public void New_WithWrongOptions_NamesTheNearest(string options, string expected)
    {
        using var project = new TestProject(null);
        var (code, _, error) = CommandLineTests.Run(["source", "new", "shop", "--project", project.Folder, .. options.Split(' ')]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(expected));
    }

    [Test]
    public void Profile_OfAStream_InfersTypesFormatsAndPersonalData()
    {
        using var project = new TestProject("source: shop\nconnector: files\nstreams: {orders: {path: data/*.csv}}\n");
        project.Write("data/a.csv", Shop);
        var columns = Json(project, "source", "profile", "shop").GetProperty("streams")[0].GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.That(columns["Bestelldatum"].GetProperty("type").GetString(), Is.EqualTo("timestamp"));
        Assert.That(columns["Bestelldatum"].GetProperty("format").GetString(), Is.EqualTo("%d.%m.%Y %H:%M"));
        Assert.That(columns["Artikelnummer"].GetProperty("type").GetString(), Is.EqualTo("text"), "leading zeros");
        Assert.That(columns["Artikelnummer"].GetProperty("distinct").GetInt64(), Is.EqualTo(2));
        Assert.That(columns["Einzelpreis"].GetProperty("decimalComma").GetBoolean(), Is.True);
        Assert.That(columns["Menge"].GetProperty("largest").GetString(), Is.EqualTo("2"));
        Assert.That(columns["E-Mail"].GetProperty("personal").GetString(), Is.EqualTo("e-mail"));
        Assert.That(columns["Karte"].GetProperty("personal").GetString(), Is.EqualTo("card number"));
        Assert.That(columns["Land"].GetProperty("top").EnumerateArray().Select(t => $"{t.GetProperty("value").GetString()} {t.GetProperty("records").GetInt64()}"), Is.EqualTo(new[] { "Germany 2", "France 1" }));
        Assert.That(columns["Land"].GetProperty("content").GetString(), Is.EqualTo("country"));
        Assert.That(columns["Artikelnummer"].GetProperty("patterns").EnumerateArray().Select(p => p.GetString()), Is.EquivalentTo(new[] { "999", "AAA" }));
    }

    [Test]
    public void Preview_AsContract_ShowsRowsAndReasons()
    {
        using var project = new TestProject(TestProject.Lines + "\nquality:\n  - {range: {column: quantity, max: 10}, severity: quarantine}\n");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,11,2011-01-01 10:00:00,3.50,c1,France", "3,A,Lamp,x,2011-01-01 10:00:00,3.50,c1,France");
        var answer = Json(project, "source", "preview", "shop", "lines", "--contract", "order_line");
        Assert.That(answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("values").GetProperty("order_id").GetString()), Is.EqualTo(new[] { "1" }));
        Assert.That(
            answer.GetProperty("faults").EnumerateArray().Select(f => $"{f.GetProperty("record").GetInt64()} {f.GetProperty("rule").GetString()}"),
            Is.EqualTo(new[] { "2 range quantity at most 10", "3 type" }));
        Assert.That(Json(project, "source", "preview", "shop", "--limit", "2").GetProperty("rows").GetArrayLength(), Is.EqualTo(2));
        Assert.That(Directory.Exists(Path.Combine(project.Folder, "landing")), Is.False, "nothing is stored");
    }

    [Test]
    public void Test_OfAStreamThatCannotBeReached_SaysWhyAndFails()
    {
        using var project = new TestProject("source: shop\nconnector: files\nstreams: {a: {path: data/*.csv}, b: {path: nowhere/*.csv}}\n");
        project.Write("data/a.csv", Shop);
        var (code, output, error) = CommandLineTests.Run("source", "test", "shop", "--project", project.Folder);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("shop/a: 1 item").And.Contain("read 3 records").And.Contain("Bestellnummer"));
        Assert.That(error, Does.Contain("shop/b:").And.Contain("expected").And.Contain("next"));
    }

    [Test]
    public void List_BeforeAndAfterARun_TellsWhatWasLoaded()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(Json(project, "source", "list").GetProperty("streams")[0].TryGetProperty("loaded", out _), Is.False);
        project.Run();
        var stream = Json(project, "source", "list").GetProperty("streams")[0];
        Assert.That(stream.GetProperty("contracts").GetString(), Is.EqualTo("order_line, customer, product"));
        Assert.That(stream.GetProperty("loaded").GetProperty("records").GetInt64(), Is.EqualTo(1));
    }

    [Test]
    public void List_StreamWithACursor_TellsTheMark()
    {
        using var project = new TestProject("source: shop\nconnector: sqlite\npath: shop.db\nstreams:\n  t: {table: t, key: id, cursor: mark}\n");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(project.Folder, "shop.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE t (id INTEGER PRIMARY KEY, mark INTEGER); INSERT INTO t VALUES (1, 5), (2, 17)";
            command.ExecuteNonQuery();
        }

        project.Run();
        Assert.That(Json(project, "source", "list").GetProperty("streams")[0].GetProperty("loaded").GetProperty("mark").GetString(), Is.EqualTo("17"));
        Assert.That(CommandLineTests.Run("source", "list", "--project", project.Folder).Output, Does.Contain("17"));
    }

    internal static JsonElement Json(TestProject project, params string[] command)
    {
        var (code, output, error) = CommandLineTests.Run([.. command, "--project", project.Folder, "--json"]);
        Assert.That(code, Is.Zero, error);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
