using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Tests.Connectors.Contract;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Connectors.Databases;

/// <summary>What is SQLite's own: columns that hold values of any kind.</summary>
internal sealed class SqliteTests
{
    private SqliteUnderTest source = null!;

    [SetUp]
    public void Open() => source = new SqliteUnderTest();

    [TearDown]
    public void Close() => source.Dispose();

    [TestCase("INTEGER", "-9223372036854775808", "BIGINT", "-9223372036854775808")]
    [TestCase("UNSIGNED BIG INT", "1", "BIGINT", "1")]
    [TestCase("REAL", "9e999", "DOUBLE", "inf")]
    [TestCase("DECIMAL(10,2)", "19.99", "DOUBLE", "19.99")]
    [TestCase("BOOLEAN", "1", "BOOLEAN", "true")]
    [TestCase("VARCHAR(3)", "'longer ü😀'", "VARCHAR", "longer ü😀")]
    [TestCase("DATETIME", "'2024-02-29 12:00:00'", "VARCHAR", "2024-02-29 12:00:00")]
    [TestCase("DATETIME", "1709208000", "VARCHAR", "1709208000")]
    [TestCase("", "1.5", "VARCHAR", "1.5")]
    [TestCase("BLOB", "x'00ff'", "VARCHAR", "00ff")]
    [TestCase("TEXT", "''", "VARCHAR", "")]
    public void Type_WithExtremes_LandsExactly(string type, string value, string landed, string text)
    {
        source.Run($"CREATE TABLE t (id INTEGER PRIMARY KEY, v {type}); INSERT INTO t VALUES (1, {value}), (2, NULL)");
        var batch = source.Extract(Stream(), CommittedStream.Nothing).Batches[0];
        Assert.That((batch.Columns[1].Type, string.Join(' ', source.Texts(batch))), Is.EqualTo((landed, $"1|{text} 2|∅")));
    }

    [TestCase("INTEGER", "'abc'", "the text is no BIGINT, which the column is declared to hold")]
    [TestCase("INTEGER", "1.5", "the number is no BIGINT, which the column is declared to hold")]
    [TestCase("DECIMAL(10,2)", "9007199254740993", "the whole number is no DOUBLE, which the column is declared to hold")]
    [TestCase("BOOLEAN", "7", "the whole number is no BOOLEAN, which the column is declared to hold")]
    public void Value_OfAnotherKind_IsPutAside_AndTheRestLands(string type, string value, string reason)
    {
        source.Run($"CREATE TABLE t (id INTEGER PRIMARY KEY, v {type}); INSERT INTO t VALUES (1, 0), (2, {value}), (3, 1)");
        var batch = source.Extract(Stream(), CommittedStream.Nothing).Batches[0];
        Assert.That((batch.Files[0].Records, batch.Rejects.Single().Reason, batch.Rejects[0].Record), Is.EqualTo((2L, reason, 2L)));
    }

    [Test]
    public void Cursor_OfNumbers_IsReadWithinItsLag()
    {
        source.Run("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t VALUES (1, 90), (2, 95), (3, 100)");
        var sync = StreamSync.Default with { Load = LoadMode.Incremental, Cursor = "v", Lag = new CursorLag(TimeSpan.Zero, 5) };
        var committed = SourceUnderTest.After(CommittedStream.Nothing, source.Extract(Stream(sync), CommittedStream.Nothing));
        source.Run("INSERT INTO t VALUES (4, 101)");
        Assert.That(source.Texts(source.Extract(Stream(sync), committed).Batches[0]), Is.EqualTo(new[] { "2|95", "3|100", "4|101" }));
    }

    [Test]
    public void File_ThatIsNoDatabase_TellsFourFacts()
    {
        Directory.CreateDirectory(Path.Combine(source.Folder, "data"));
        File.WriteAllText(Path.Combine(source.Folder, "data", "shop.db"), new string('x', 5000));
        var error = Assert.Throws<DatabaseException>(() => source.Connector.Columns(Stream()))!;
        Assert.That((error.Found.Contains("not a database", StringComparison.Ordinal), error.Retryable), Is.EqualTo((true, false)), error.Message);
    }

    [Test]
    public void Query_ThatWrites_IsRefused()
    {
        source.Run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
        var stream = source.Stream(options: new Dictionary<string, string> { ["query"] = "select 1; insert into t values (1)" });
        Assert.Catch<Crm.Analytics.Warehouse.CrmException>(() => source.Extract(stream, CommittedStream.Nothing));
    }

    [TestCase("public.t", "public|t")]
    [TestCase("t", "t")]
    [TestCase("public.\"a.b\"", "public|a.b")]
    [TestCase("\"a\"\"b\".\"c\"", "a\"b|c")]
    [TestCase("Order lines.x y", "Order lines|x y")]
    public void RelationName_Parts_ReadBackWhatIsWritten(string name, string parts)
    {
        Assert.That(RelationName.Parts(name), Is.EqualTo(parts.Split('|')));
        Assert.That(RelationName.Parts(RelationName.Written(parts.Split('|'))), Is.EqualTo(parts.Split('|')));
    }

    private StreamContext Stream(StreamSync? sync = null) => source.Stream(sync, options: new Dictionary<string, string> { ["table"] = "t" });
}
