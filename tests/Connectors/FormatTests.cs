using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Landing;

namespace Crm.Analytics.Tests.Connectors;

public class FormatTests
{
    private static readonly string[] Expected = ["a.csv|1|1|Zoë", "a.csv|2|2|x,y"];

    [TestCase("utf-16le", true)]
    [TestCase("utf-16be", true)]
    [TestCase("utf-8", true)]
    [TestCase("utf-16le", false)]
    [TestCase("utf-16be", false)]
    [TestCase("latin-1", false)]
    [TestCase("windows-1252", false)]
    public void Extract_Encoding_IsDecoded(string name, bool mark)
    {
        var encoding = name switch
        {
            "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-8" => Encoding.UTF8,
            _ => Encoding.Latin1,
        };
        using var folder = new LandingFolder();
        folder.Write("a.csv", [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes("id,name\n1,Zoë\n2,\"x,y\"\n")]);
        var batch = mark ? folder.Land("*.csv") : folder.Land("*.csv", ("encoding", name));
        Assert.That(folder.Rows(batch), Is.EqualTo(Expected));
    }

    [TestCase(";", null)]
    [TestCase("\t", null)]
    [TestCase("|", null)]
    [TestCase("\t", "tab")]
    [TestCase("^", "^")]
    public void Extract_Delimiter_IsSeenInTheHeaderOrDeclared(string delimiter, string? declared)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", Encoding.UTF8.GetBytes($"id{delimiter}name\n1{delimiter}Zoë\n2{delimiter}\"x,y\"\n"));
        var batch = declared is null ? folder.Land("*.csv") : folder.Land("*.csv", ("delimiter", declared));
        Assert.That(folder.Rows(batch), Is.EqualTo(Expected));
    }

    [TestCase("\r\n")]
    [TestCase("\r")]
    [TestCase("\n")]
    public void Extract_LineEnds_AllMeanTheSame(string end)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", Encoding.UTF8.GetBytes($"id,name{end}1,Zoë{end}2,\"x,y\"{end}"));
        Assert.That(folder.Rows(folder.Land("*.csv")), Is.EqualTo(Expected));
    }

    [Test]
    public void Extract_MixedLineEnds_AreRead()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a,b\r\n1,2\n3,\"4\r\n5\"\r6,7");
        Assert.That(folder.Rows(folder.Land("*.csv")), Is.EqualTo(new[] { "a.csv|1|1|2", "a.csv|2|3|4\r\n5", "a.csv|3|6|7" }));
    }

    [Test]
    public void Extract_Options_ShapeTheReading()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "report of today\n\nid,name,note\n1,'it\\'s',NULL\n2,,'NULL'\n");
        var batch = folder.Land("*.csv", ("quote", "'"), ("escape", "\\"), ("skip_lines", "2"), ("null_values", "NULL\nN/A"));
        Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|it's|∅", "a.csv|2|2|∅|NULL" }));
    }

    [Test]
    public void Extract_NullValues_MeanMissingOnTheFastWayToo()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,note\n1,NULL\n2,\"NULL\"\n3,\n4,\"\"\n");
        Assert.That(folder.Rows(folder.Land("*.csv", ("null_values", "NULL"))), Is.EqualTo(new[] { "a.csv|1|1|∅", "a.csv|2|2|NULL", "a.csv|3|3|∅", "a.csv|4|4|" }));
    }

    [Test]
    public void Extract_WithoutHeader_NumbersTheColumns()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "1,x\n2,y\n");
        var batch = folder.Land("*.csv", ("header", "false"));
        Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|x", "a.csv|2|2|y" }));
        Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "column_1", "column_2" }));
    }

    [Test]
    public void Extract_NoQuote_TakesQuotesAsText()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a,b\n\"1,2\"\n");
        Assert.That(folder.Rows(folder.Land("*.csv", ("quote", ""))), Is.EqualTo(new[] { "a.csv|1|\"1|2\"" }));
    }

    [Test]
    public void Extract_OneColumn_KeepsBlankLinesAsMissingValues()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a\n1\n\n\"\"\n2\n");
        Assert.That(folder.Rows(folder.Land("*.csv")), Is.EqualTo(new[] { "a.csv|1|1", "a.csv|2|∅", "a.csv|3|", "a.csv|4|2" }));
    }

    [Test]
    public void Extract_JsonLines_KeepsValuesAsTheyAreWritten()
    {
        using var folder = new LandingFolder();
        folder.Write("a.jsonl", """
            {"id": 1, "price": 1.10, "big": 12345678901234567890.125, "tags": ["a", {"b": null}]}

            {"id": 2, "name": "Zo\u00eb \"q\"", "ok": true, "price": null}
            {"id": 3
            [4]
            {"id": 5, "id": 6}
            {"Id": 7}
            """);
        var batch = folder.Land("*.jsonl");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[]
            {
                "a.jsonl|1|1|1.10|12345678901234567890.125|[\"a\", {\"b\": null}]|∅|∅|∅",
                "a.jsonl|2|2|∅|∅|∅|Zoë \"q\"|true|∅",
                "a.jsonl|6|∅|∅|∅|∅|∅|∅|7",
            }));
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "id", "price", "big", "tags", "name", "ok", "Id_2" }));
            Assert.That(batch.Rejects.Select(r => (r.Record, r.Line)), Is.EqualTo(new[] { (3L, 4L), (4L, 5L), (5L, 6L) }));
        });
    }

    [Test]
    public void Extract_JsonArray_GivesItsElementsWithTheirLines()
    {
        using var folder = new LandingFolder();
        folder.Write("a.json", "\u00EF\u00BB\u00BF[\n  {\"a\": \"x, ]\\\"}\",\n   \"b\": [1,\n 2]},\n  5, {\"a\": 2}\n]\n");
        var batch = folder.Land("*.json");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.json|1|x, ]\"}|[1,  2]", "a.json|3|2|∅" }));
            Assert.That(batch.Rejects.Select(r => (r.Record, r.Line)), Is.EqualTo(new[] { (2L, 5L) }));
        });
    }

    [TestCase("[]", 0, 0, 0)]
    [TestCase("[{\"a\":1},{\"a\":2}", 2, 0, 1)]
    [TestCase("[{\"a\":1},{\"a\":", 1, 1, 1)]
    [TestCase("[{\"a\":1}] x", 1, 1, 0)]
    public void Extract_JsonArrayCutOffOrContinued_LosesNothing(string text, int records, int rejected, int warnings)
    {
        using var folder = new LandingFolder();
        folder.Write("a.json", text);
        var file = folder.Land("*.json").Files.Single();
        Assert.That((file.Records, file.Rejected, file.Warnings.Count), Is.EqualTo(((long)records, (long)rejected, warnings)));
    }

    [Test]
    public void Extract_Parquet_KeepsTypes()
    {
        using var folder = new LandingFolder();
        Parquet(folder, "a.parquet", "SELECT i::INTEGER AS id, (i / 4)::DECIMAL(9,2) AS price FROM range(3) t(i)");
        Parquet(folder, "b.parquet", "SELECT 9::BIGINT AS id, DATE '2011-01-31' AS day");
        folder.Write("c.parquet", "not parquet at all");
        var batch = folder.Land("*.parquet");
        Assert.Multiple(() =>
        {
            Assert.That(batch.Columns, Is.EqualTo(new LandedColumn[] { new("id", "BIGINT"), new("price", "DECIMAL(9,2)"), new("day", "DATE") }));
            Assert.That(folder.Rows(batch), Has.Count.EqualTo(4));
            Assert.That(folder.Rows(batch)[1], Is.EqualTo("a.parquet|2|1|0.25|∅"));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[] { "c.parquet|0|0|0|it is not a whole Parquet file" }));
        });
    }

    [Test]
    public void Extract_DamagedParquet_IsRefusedAndTheOthersLand()
    {
        using var folder = new LandingFolder();
        Parquet(folder, "a.parquet", "SELECT i AS id FROM range(3) t(i)");
        Parquet(folder, "b.parquet", "SELECT i AS id, 'x' || hash(i) AS text FROM range(5000) t(i)");
        var bytes = File.ReadAllBytes(Path.Combine(folder.Folder, "b.parquet"));
        bytes.AsSpan(4, bytes.Length / 2).Fill(0xEE);
        folder.Write("b.parquet", bytes);
        var batch = folder.Land("*.parquet");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Has.Count.EqualTo(3));
            Assert.That((batch.Rejects.Count, batch.Rejects[0].Path), Is.EqualTo((1, "b.parquet")));
        });
    }

    [Test]
    public void Extract_Gzip_IsSeenByItsFirstBytes()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", BadInputTests.Gzip("id,name\n1,Zoë\n2,\"x,y\"\n"));
        folder.Write("b.jsonl.gz", BadInputTests.Gzip("{\"id\": 3, \"name\": \"z\"}\n"));
        Assert.That(folder.Rows(folder.Land("a.csv\n*.gz")), Is.EqualTo(Expected.Append("b.jsonl.gz|1|3|z")));
    }

    [Test]
    public void Extract_FilesWithDifferentColumns_AreUnitedByName()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,name\n1,x\n");
        folder.Write("b.csv", "name,id,email\ny,2,e\n");
        folder.Write("c.csv", "ID\n3\n");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.csv|1|1|x|∅", "b.csv|1|2|y|e", "c.csv|1|3|∅|∅" }));
            Assert.That(batch.Drift, Is.EqualTo(new ColumnDrift[] { new("email", "b.csv", DriftKind.Added, 1), new("name", "c.csv", DriftKind.Missing, 1) }));
        });
    }

    [Test]
    public void Columns_OfSeveralFiles_AreAllOfTheirs()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,name\n1,x\n");
        folder.Write("b.csv", "id,email\n2,e\n");
        folder.Write("c.jsonl", "{\"z\": 1}\n");
        Parquet(folder, "d.parquet", "SELECT 1.5::DECIMAL(4,1) AS price");
        var columns = new FilesConnector().Columns(folder.Stream("*.csv\n*.jsonl\n*.parquet"));
        Assert.That(columns, Is.EqualTo(new LandedColumn[] { new("id", "VARCHAR"), new("name", "VARCHAR"), new("email", "VARCHAR"), new("z", "VARCHAR"), new("price", "DECIMAL(4,1)") }));
    }

    /// <summary>Whatever the characters, the engine's reader and our own must say the same; 2,000 tiny files also show that many are no trouble.</summary>
    [Test]
    public void Extract_RandomText_ReadsTheSameBothWays()
    {
        var random = new Random(20111209);
        using var folder = new LandingFolder();
        for (var i = 0; i < 2000; i++)
        {
            var text = new StringBuilder("a,b\n");
            for (var n = random.Next(40); n > 0; n--)
            {
                text.Append(random.Next(12) switch { 0 or 1 => ",", 2 => "\"", 3 or 4 => "\n", 5 => "\r\n", 6 => " ", 7 => "\"\"", 8 => ",\"x", 9 => "\"\n", _ => "z" });
            }

            folder.Write($"f{i:0000}.csv", text.ToString());
        }

        var fast = folder.Land("*.csv");
        var careful = folder.Land("*.csv", ("encoding", "latin-1"));
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(fast).Order(StringComparer.Ordinal), Is.EqualTo(folder.Rows(careful).Order(StringComparer.Ordinal)));
            Assert.That(LandingFolder.Rejects(fast), Is.EqualTo(LandingFolder.Rejects(careful)));
            Assert.That(fast.Files.Sum(f => f.Records), Is.GreaterThan(1000));
        });
    }

    private static void Parquet(LandingFolder folder, string name, string query) =>
        folder.Session.Execute($"COPY ({query}) TO '{Path.Combine(folder.Folder, name)}' (FORMAT parquet)");
}
