using System.Data.Common;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Databases;
using Crm.Analytics.Etl.Connectors.SqlServer;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Connectors.Contract;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Connectors.Databases;

/// <summary>SQL Server without a server: its types over recorded results, and the text of the statements it is sent.</summary>
internal sealed class SqlServerTests
{
    private static readonly (string Name, string Type, object? Value, string Landed, string? Text)[] types =
    [
        ("id", "int", 1, "INTEGER", "1"),
        ("b", "bit", true, "BOOLEAN", "true"),
        ("t", "tinyint", (byte)255, "SMALLINT", "255"),
        ("s", "smallint", short.MinValue, "SMALLINT", "-32768"),
        ("l", "bigint", long.MinValue, "BIGINT", "-9223372036854775808"),
        ("rv", "timestamp", 2000L, "BIGINT", "2000"),
        ("r", "real", 1.5f, "FLOAT", "1.5"),
        ("f", "float", -1e300, "DOUBLE", "-1e+300"),
        ("m", "money", -922337203685477.5808m, "DECIMAL(19,4)", "-922337203685477.5808"),
        ("sm", "smallmoney", 214748.3647m, "DECIMAL(10,4)", "214748.3647"),
        ("d", "decimal(18,2)", 9999999999999999.99m, "DECIMAL(18,2)", "9999999999999999.99"),
        ("d0", "numeric(9,3)", 1m, "DECIMAL(9,3)", "1.000"),
        ("dw", "decimal(38,10)", "-1234567890123456789012345678.0123456789", "DECIMAL(38,10)", "-1234567890123456789012345678.0123456789"),
        ("da", "date", new DateTime(1, 1, 1), "DATE", "0001-01-01"),
        ("ti", "time(7)", new TimeSpan(863_999_999_999), "TIME", "23:59:59.999999"),
        ("dt", "datetime", new DateTime(1753, 1, 1), "TIMESTAMP", "1753-01-01 00:00:00"),
        ("d2", "datetime2(7)", new DateTime(1969, 12, 31, 23, 59, 59).AddTicks(9_999_999), "TIMESTAMP", "1969-12-31 23:59:59.999999"),
        ("do", "datetimeoffset(7)", new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.FromHours(5.5)), "TIMESTAMP WITH TIME ZONE", "2024-02-29 06:30:00+00"),
        ("u", "uniqueidentifier", Guid.Parse("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"), "VARCHAR", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("c", "nchar(5)", "ab   ", "VARCHAR", "ab"),
        ("n", "nvarchar(max)", "ü😀'", "VARCHAR", "ü😀'"),
        ("x", "xml", "<a/>", "VARCHAR", "<a/>"),
        ("by", "varbinary(8)", new byte[] { 0, 255 }, "VARCHAR", "00ff"),
        ("g", "geography", "POINT (1 2)", "VARCHAR", "POINT (1 2)"),
        ("null", "datetime2(7)", null, "TIMESTAMP", null),
    ];

    private RecordedSource source = null!;

    [SetUp]
    public void Open() => source = new RecordedSource();

    [TearDown]
    public void Close() => source.Dispose();

    [Test]
    public void Types_WithExtremes_LandExactly()
    {
        source.Answers.Enqueue(Described());
        source.Answers.Enqueue(Recorded.Reader([.. types.Select(t => (t.Name, t.Value?.GetType() ?? typeof(DateTime)))], [.. types.Select(t => t.Value)]));
        var batch = source.Extract(source.Stream(), CommittedStream.Nothing).Batches.Single();
        Assert.That(batch.Columns, Is.EqualTo(types.Select(t => new LandedColumn(t.Name, t.Landed))));
        Assert.That(source.Texts(batch).Single(), Is.EqualTo(string.Join('|', types.Select(t => t.Text ?? "∅"))));
    }

    [Test]
    public void Decimal_BeyondItsColumn_IsPutAside()
    {
        source.Answers.Enqueue(Recorded.Reader([("name", typeof(string)), ("type", typeof(string))], ["id", "int"], ["d", "decimal(4,2)"]));
        source.Answers.Enqueue(Recorded.Reader([("id", typeof(int)), ("d", typeof(decimal))], [1, 99.99m], [2, 100m], [3, 0.001m]));
        var batch = source.Extract(source.Stream(), CommittedStream.Nothing).Batches.Single();
        Assert.That(batch.Rejects.Select(r => (r.Record, r.RawText)), Is.EqualTo(new[] { (2L, "100"), (3L, "0.001") }));
    }

    [Test]
    public void Statements_OfAFullLoad_AreThese()
    {
        source.Answers.Enqueue(Recorded.Reader([("name", typeof(string)), ("type", typeof(string))], ["id", "int"], ["rv", "timestamp"], ["a]b", "sql_variant"], ["w", "decimal(38,0)"]));
        source.Answers.Enqueue(Recorded.Reader([("id", typeof(int)), ("rv", typeof(long)), ("a]b", typeof(string)), ("w", typeof(string))]));
        source.Extract(source.Stream(), CommittedStream.Nothing);
        Assert.That(source.Statements, Is.EqualTo(new[]
        {
            "SELECT name, system_type_name FROM sys.dm_exec_describe_first_result_set(N'SELECT * FROM [dbo].[it''s]', NULL, 0) WHERE is_hidden = 0 ORDER BY column_ordinal",
            "SELECT [id], CAST([rv] AS bigint), CAST([a]]b] AS nvarchar(max)), CONVERT(varchar(50), [w]) FROM [dbo].[it's] WHERE 1 = 1",
        }));
    }

    [TestCase("rowversion", "timestamp", "2000", "CAST(CAST(2000 AS bigint) AS binary(8))", "BIGINT", " AND [c] < MIN_ACTIVE_ROWVERSION()")]
    [TestCase("moments", "datetime2(7)", "2024-02-29 12:00:00.5", "CAST('2024-02-29 12:00:00.5' AS datetime2(7))", "TIMESTAMP", "")]
    [TestCase("instants", "datetimeoffset(7)", "2024-02-29 12:00:00+00", "CAST('2024-02-29 12:00:00+00:00' AS datetimeoffset(7))", "TIMESTAMP WITH TIME ZONE", "")]
    public void Statements_OfAnIncrementalLoad_AreThese(string _, string type, string mark, string literal, string landed, string also)
    {
        source.Answers.Enqueue(Recorded.Reader([("name", typeof(string)), ("type", typeof(string))], ["id", "nvarchar(9)"], ["c", type]));
        var clr = type == "timestamp" ? typeof(long) : type.StartsWith("datetime2", StringComparison.Ordinal) ? typeof(DateTime) : typeof(DateTimeOffset);
        source.Answers.Enqueue(Recorded.Reader([("id", typeof(string)), ("c", clr)]));
        source.Answers.Enqueue(Recorded.Reader([("id", typeof(string)), ("c", clr)]));
        var sync = StreamSync.Default with { Load = LoadMode.Incremental, Cursor = "c", ChunkRows = 1000 };
        source.Extract(source.Stream(sync), new CommittedStream([], $$"""{"cursor":"c","type":"{{landed}}","mark":"{{mark}}"}"""));
        var selected = type == "timestamp" ? "CAST([c] AS bigint)" : "[c]";
        const string complete = "NOT ([c] IS NULL) AND NOT ([id] IS NULL)";
        Assert.That(source.Statements.Skip(1), Is.EqualTo(new[]
        {
            $"SELECT [id], {selected} FROM [dbo].[it's] WHERE NOT ({complete}) AND ([c] IS NULL OR [c] >= {literal})",
            $"SELECT TOP (1000) [id], {selected} FROM [dbo].[it's] WHERE {complete} AND [c] >= {literal}{also} ORDER BY [c], [id] COLLATE Latin1_General_BIN2",
        }));
    }

    [Test]
    public void Statement_OfTheNextChunk_BeginsAtTheLastRecord()
    {
        source.Answers.Enqueue(Recorded.Reader([("name", typeof(string)), ("type", typeof(string))], ["id", "int"], ["c", "date"]));
        source.Answers.Enqueue(Recorded.Reader([("id", typeof(int)), ("c", typeof(DateTime))]));
        var sync = StreamSync.Default with { Load = LoadMode.Incremental, Cursor = "c", ChunkRows = 1000 };
        source.Extract(source.Stream(sync), new CommittedStream([], """{"cursor":"c","type":"DATE","mark":"2024-02-29","after":["2024-02-29","7"]}"""));
        const string day = "CAST('2024-02-29' AS date)";
        Assert.That(source.Statements[^1], Is.EqualTo(
            $"SELECT TOP (1000) [id], [c] FROM [dbo].[it's] WHERE NOT ([c] IS NULL) AND NOT ([id] IS NULL) AND [c] >= {day} AND ([c] > {day} OR ([c] = {day} AND [id] >= 7)) ORDER BY [c], [id]"));
    }

    [Test]
    public void Connection_FromFields_ReadsOnly()
    {
        var built = SqlServerConnection.Text(name => name switch { "host" => "db", "port" => "1444", "database" => "shop", "user" => "crm", "password" => "pw;x=1", _ => null }, "shop");
        Assert.That((built.DataSource, built.InitialCatalog, built.UserID, built.Password, built.ApplicationIntent.ToString(), built.Encrypt),
            Is.EqualTo(("db,1444", "shop", "crm", "pw;x=1", "ReadOnly", true)));
    }

    [TestCase("Server=db;AttachDbFilename=c:\\x.mdf", "option 'attachdbfilename'")]
    [TestCase("Server=db;Column Encryption Setting=Enabled", "option 'column encryption setting'")]
    [TestCase("Server=db;Connect Timeout=soon", "a value of option 'connect timeout'")]
    public void Connection_WithOtherOptions_IsRefusedByName(string text, string found)
    {
        var error = Assert.Throws<CrmException>(() => SqlServerConnection.Text(name => name == "connection" ? text : null, "shop"))!;
        Assert.That((error.Kind, error.Found.StartsWith(found, StringComparison.Ordinal)), Is.EqualTo((FailureKind.CheckFailed, true)), error.Found);
    }

    private static System.Data.DataTableReader Described() =>
        Recorded.Reader([("name", typeof(string)), ("type", typeof(string))], [.. types.Select(t => new object?[] { t.Name, t.Type })]);

    /// <summary>Answers each statement with the next result.</summary>
    private sealed class RecordedSource : SourceUnderTest
    {
        public RecordedSource() => Connector = new SqlServerConnector((_, _, _) => new Recorder(this));

        public Queue<DbDataReader> Answers { get; } = new();

        public List<string> Statements { get; } = [];

        public override IConnector Connector { get; }

        public override IReadOnlyDictionary<string, string> UnreachableOptions => SourceOptions;

        protected override IReadOnlyDictionary<string, string> SourceOptions { get; } = new Dictionary<string, string>();

        protected override IReadOnlyDictionary<string, string> StreamOptions { get; } = new Dictionary<string, string> { ["table"] = "dbo.it's" };

        public override void Create(IEnumerable<TestRow> rows) => throw new NotSupportedException();

        public override void Upsert(params IEnumerable<TestRow> rows) => throw new NotSupportedException();

        public override void Delete(params IEnumerable<long> keys) => throw new NotSupportedException();

        private sealed class Recorder(RecordedSource owner) : ISqlServer
        {
            public DbDataReader Query(string sql, CancellationToken cancellation)
            {
                owner.Statements.Add(string.Join(' ', sql.Split(' ', '\n').Where(w => w.Length > 0)));
                return owner.Answers.Dequeue();
            }

            public DatabaseException? Error(Exception thrown) => null;

            public void Dispose()
            {
            }
        }
    }
}
