using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Connectors.Contract;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Connectors.Databases;

/// <summary>PostgreSQL's types with their extremes, by a real server.</summary>
internal sealed class PostgresTypeTests
{
    private PostgresUnderTest source = null!;

    [SetUp]
    public void Open() => source = new PostgresUnderTest();

    [TearDown]
    public void Close() => source?.Dispose();

    [TestCase("int2", "-32768", "SMALLINT", "-32768")]
    [TestCase("int4", "2147483647", "INTEGER", "2147483647")]
    [TestCase("int8", "-9223372036854775808", "BIGINT", "-9223372036854775808")]
    [TestCase("oid", "4294967295", "BIGINT", "4294967295")]
    [TestCase("float4", "'-Infinity'", "FLOAT", "-inf")]
    [TestCase("float8", "1e-308", "DOUBLE", "1e-308")]
    [TestCase("float8", "'NaN'", "DOUBLE", "nan")]
    [TestCase("numeric(18,2)", "-9999999999999999.99", "DECIMAL(18,2)", "-9999999999999999.99")]
    [TestCase("numeric(38,19)", "1234567890123456789.1234567890123456789", "DECIMAL(38,19)", "1234567890123456789.1234567890123456789")]
    [TestCase("numeric(38,38)", "-0.00000000000000000000000000000000000001", "DECIMAL(38,38)", "-0.00000000000000000000000000000000000001")]
    [TestCase("numeric(5,0)", "10000", "DECIMAL(5,0)", "10000")]
    [TestCase("numeric(4,2)", "0", "DECIMAL(4,2)", "0.00")]
    [TestCase("numeric", "-12345678901234567890123456789012345678901234567890.0000100", "VARCHAR", "-12345678901234567890123456789012345678901234567890.0000100")]
    [TestCase("numeric", "0.000012", "VARCHAR", "0.000012")]
    [TestCase("numeric", "120000", "VARCHAR", "120000")]
    [TestCase("numeric", "'NaN'", "VARCHAR", "NaN")]
    [TestCase("numeric(60,2)", "1.5", "VARCHAR", "1.50")]
    [TestCase("numeric(5,-2)", "12345", "VARCHAR", "12300")]
    [TestCase("money", "12.34", "VARCHAR", "$12.34")]
    [TestCase("bool", "true", "BOOLEAN", "true")]
    [TestCase("text", "E'a\\nb''c\"ü😀'", "VARCHAR", "a\nb'c\"ü😀")]
    [TestCase("varchar(3)", "''", "VARCHAR", "")]
    [TestCase("char(5)", "'ab'", "VARCHAR", "ab")]
    [TestCase("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "VARCHAR", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
    [TestCase("json", "'{\"a\": 1}'", "VARCHAR", "{\"a\": 1}")]
    [TestCase("jsonb", "'{\"a\":[1, null]}'", "VARCHAR", "{\"a\": [1, null]}")]
    [TestCase("bytea", "'\\x00ff'", "VARCHAR", "00ff")]
    [TestCase("date", "'0044-03-15 BC'", "DATE", "0044-03-15 (BC)")]
    [TestCase("date", "'infinity'", "DATE", null)]
    [TestCase("timestamp", "'1969-12-31 23:59:59.999999'", "TIMESTAMP", "1969-12-31 23:59:59.999999")]
    [TestCase("timestamp", "'-infinity'", "TIMESTAMP", null)]
    [TestCase("timestamptz", "'2024-02-29 12:00:00+05:30'", "TIMESTAMP WITH TIME ZONE", "2024-02-29 06:30:00+00")]
    [TestCase("time", "'24:00'", "TIME", "24:00:00")]
    [TestCase("timetz", "'12:00+02'", "VARCHAR", "12:00:00+02")]
    [TestCase("interval", "'1 mon 2 days 03:04:05.6'", "VARCHAR", "1 mon 2 days 03:04:05.6")]
    [TestCase("int4[]", "'{1,NULL,3}'", "VARCHAR", "{1,NULL,3}")]
    [TestCase("inet", "'10.0.0.1/8'", "VARCHAR", "10.0.0.1/8")]
    [TestCase("mood", "'so so'", "VARCHAR", "so so")]
    [TestCase("rating", "5", "SMALLINT", "5")]
    [TestCase("text", "NULL", "VARCHAR", null)]
    public void Type_WithExtremes_LandsExactly(string type, string value, string landed, string? text)
    {
        source.Run($"CREATE TYPE mood AS ENUM ('fine', 'so so'); CREATE DOMAIN rating AS int2; CREATE TABLE t (id int PRIMARY KEY, v {type}); INSERT INTO t VALUES (1, {value})");
        var batch = Land("t");
        Assert.That(batch.Rejects, Is.Empty);
        Assert.That(batch.Columns[1], Is.EqualTo(new LandedColumn("v", landed)));
        Assert.That(source.Texts(batch), Is.EqualTo(new[] { $"1|{text ?? "∅"}" }));
    }

    [TestCase("numeric(9,2)", "'NaN'", "NaN")]
    [TestCase("timestamp", "'294276-12-31'", "microseconds after 2000-01-01")]
    public void Value_WithoutPlace_IsPutAside_AndTheRestLands(string type, string value, string raw)
    {
        source.Run($"CREATE TABLE t (id int PRIMARY KEY, v {type}, w text); INSERT INTO t VALUES (1, NULL, 'a'), (2, {value}, 'b'), (3, NULL, 'c')");
        var batch = Land("t");
        Assert.That(source.Texts(batch), Is.EqualTo(new[] { "1|∅|a", "3|∅|c" }));
        Assert.That((batch.Rejects.Single().Record, batch.Rejects[0].ColumnName, batch.IsSnapshot), Is.EqualTo((2L, "v", false)));
        Assert.That(batch.Rejects[0].RawText, Does.Contain(raw));
        Assert.That(source.Session.Query<long>($"SELECT _record FROM read_parquet('{batch.ParquetPath.Replace("'", "''", StringComparison.Ordinal)}')"), Is.EqualTo(new[] { 1L, 3L }));
    }

    [Test]
    public void Streams_OfOneSource_ReadOneSnapshot()
    {
        source.Run("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
        var a = Stream("a");
        using (a.Shared)
        {
            var store = new StreamExtract(source.Connector, source.Store);
            Assert.That(store.Run(a, CommittedStream.Nothing).Batches[0].Files[0].Records, Is.EqualTo(1));
            source.Run("INSERT INTO b VALUES (2)");
            var b = Stream("b") with { Shared = a.Shared, Stream = Stream("b").Stream with { Name = "b" } };
            Assert.That(store.Run(b, CommittedStream.Nothing).Batches[0].Files[0].Records, Is.EqualTo(1));
        }
    }

    [Test]
    public void Query_IsReadAsATable()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a;b'), (2, 'c')");
        var stream = source.Stream(options: new Dictionary<string, string> { ["query"] = "select id, v || ')' as w from t where v <> ';' -- the end" });
        Assert.That(source.Texts(source.Extract(stream, CommittedStream.Nothing).Batches[0]), Is.EquivalentTo(new[] { "1|a;b)", "2|c)" }));
    }

    [TestCase("delete from t returning *")]
    [TestCase("select 1; drop table t")]
    [TestCase("select 1) as x; drop table t; --")]
    [TestCase("with gone as (delete from t returning *) select * from gone")]
    [TestCase("select $$a$$")]
    [TestCase("select '")]
    public void Query_ThatIsNoSingleSelect_IsRefused_AndChangesNothing(string query)
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        var stream = source.Stream(options: new Dictionary<string, string> { ["query"] = query });
        Assert.Catch<CrmException>(() => source.Extract(stream, CommittedStream.Nothing));
        Assert.That(Land("t").Files[0].Records, Is.EqualTo(1));
    }

    [TestCase("Host=localhost;Passfile=/etc/passwd", "option 'passfile'")]
    [TestCase("Host=localhost;SSL Certificate=/etc/passwd", "option 'ssl certificate'")]
    [TestCase("postgres://u:pw@localhost/db?options=-c%20x", "option 'options'")]
    [TestCase("Host=localhost;Port=many", "a value of option 'port'")]
    [TestCase("no connection string", "cannot be read")]
    public void Connection_WithOtherOptions_IsRefusedByName(string text, string found)
    {
        Environment.SetEnvironmentVariable("CRM_TEST_CONNECTION", text);
        var stream = source.Stream(source: new Dictionary<string, string> { ["connection"] = "${CRM_TEST_CONNECTION}" }) with
        {
            Secrets = new Secrets(source.Folder, Environment.GetEnvironmentVariable),
        };
        using (stream.Shared)
        {
            var error = Assert.Throws<CrmException>(() => source.Connector.Columns(stream))!;
            Assert.That((error.Kind, error.Found), Is.EqualTo((FailureKind.CheckFailed, error.Found)));
            Assert.That(error.Found, Does.Contain(found));
        }
    }

    private LandedBatch Land(string table) => source.Extract(Stream(table), CommittedStream.Nothing).Batches[0];

    private StreamContext Stream(string table) => source.Stream(options: new Dictionary<string, string> { ["table"] = table });
}
