using System.Globalization;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

/// <summary>Statements that a connection keeps: they answer what any query answers, whatever is written meanwhile.</summary>
internal sealed class KeptStatementTests
{
    private static readonly string[] literals =
    [
        "NULL::VARCHAR", "'short'", "'longer than the twelve bytes that stand inline'", "'öß' || chr(0) || '€🙂'", "''", "true", "false", "(-7)::TINYINT", "(-300)::SMALLINT", "(-70000)::INTEGER", "9223372036854775807::BIGINT",
        "(-170141183460469231731687303715884105727)::HUGEINT", "1.5::FLOAT", "-2.25::DOUBLE", "12.3::DECIMAL(4,1)", "-12345.678::DECIMAL(9,3)", "-99999999999999.9999::DECIMAL(18,4)", "0.0000::DECIMAL(18,4)",
        "12345678901234567890.1234::DECIMAL(38,4)", "-0.5::DECIMAL(38,4)", "DATE '2020-02-29'", "DATE '0001-01-01'", "TIMESTAMP '2020-02-29 23:59:59.123456'",
    ];

    private DuckDbInstance _instance = null!;
    private ISession _session = null!;

    [SetUp]
    public void Open()
    {
        _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
        _session = _instance.ConnectToAsk();
    }

    [TearDown]
    public void Close()
    {
        _session.Dispose();
        _instance.Dispose();
    }

    [TestCaseSource(nameof(literals))]
    public void StreamKept_EveryType_GivesWhatTheProviderGives(string literal)
    {
        var (kept, plain) = (new List<object>(), new List<object>());
        _session.StreamKept($"SELECT {literal}", new Dictionary<string, object?>(), r => kept.Add(r.GetValue(0)));
        _session.Stream($"SELECT {literal}", null, r => plain.Add(r.GetValue(0)));
        Assert.That(kept, Is.EqualTo(plain));
        Assert.That(kept[0].GetType(), Is.EqualTo(plain[0].GetType()));
    }

    [Test]
    public void StreamKept_TypesThatAreNotReadByChunk_AnswersThemAllTheSame()
    {
        List<object> rows = [];
        _session.StreamKept("SELECT [1, 2]", new Dictionary<string, object?>(), r => rows.Add(r.GetValue(0)));
        Assert.That(rows, Is.EqualTo(new object[] { new List<int?> { 1, 2 } }));
    }

    [Test]
    public void StreamKept_OtherValuesEachTime_AnswersForThem()
    {
        const string sql = "SELECT $text || $number || coalesce(CAST($day AS VARCHAR), 'none') FROM range(5000) t(i) WHERE i % 2500 = $rest";
        List<string> rows = [];
        for (var i = 0; i < 3; i++)
        {
            _session.StreamKept(sql, new Dictionary<string, object?> { ["text"] = $"{(char)('a' + i)}", ["number"] = (long)i, ["day"] = new DateOnly(2024, 1, 1 + i), ["rest"] = (long)i }, r => rows.Add((string)r.GetValue(0)));
        }

        Assert.That(rows, Is.EqualTo(new[] { "a02024-01-01", "a02024-01-01", "b12024-01-02", "b12024-01-02", "c22024-01-03", "c22024-01-03" }));
    }

    [Test]
    public void StreamKept_TableChangedMeanwhile_SeesTheTableAsItIs()
    {
        List<string> rows = [];
        void Read() => _session.StreamKept("SELECT * FROM t ORDER BY 1", new Dictionary<string, object?>(), r => rows.Add(string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture)))));
        _session.Execute("CREATE TABLE t AS SELECT 1 AS a");
        Read();
        using (var other = _instance.Connect())
        {
            other.Execute("INSERT INTO t VALUES (2)");
            Read();
            other.Execute("ALTER TABLE t ADD COLUMN b VARCHAR");
            Read();
            other.Execute("DROP TABLE t; CREATE TABLE t AS SELECT 'text' AS a");
            Read();
        }

        Assert.That(rows, Is.EqualTo(new[] { "1", "1", "2", "1|", "2|", "text" }));
    }

    [Test]
    public void StreamKept_Fault_IsToldAndTheNextOneAnswers()
    {
        const string sql = "SELECT CAST($text AS INTEGER)";
        var fault = Assert.Throws<EngineException>(() => _session.StreamKept(sql, new Dictionary<string, object?> { ["text"] = "none" }, _ => { }));
        Assert.That(fault!.Kind, Is.EqualTo(EngineErrorKind.Conversion));
        Assert.That(Assert.Throws<EngineException>(() => _session.StreamKept("SELECT nowhere", new Dictionary<string, object?>(), _ => { }))!.Kind, Is.EqualTo(EngineErrorKind.Name));
        List<object> rows = [];
        _session.StreamKept(sql, new Dictionary<string, object?> { ["text"] = "7" }, r => rows.Add(r.GetValue(0)));
        Assert.That(rows, Is.EqualTo(new object[] { 7 }));
    }

    [Test]
    public void StreamKept_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => _session.StreamKept("SELECT i FROM range(10) t(i)", new Dictionary<string, object?>(), _ => stop.Cancel(), stop.Token));
    }

    [Test]
    public void State_WhoReads_StandsStill()
    {
        _session.Execute("CREATE TABLE t (a INTEGER)");
        var before = _session.State;
        _session.Query<int>("SELECT a FROM t");
        _session.InTransaction(() => _session.Scalar<long>("SELECT count(*) FROM t"));
        Assert.That(_session.State, Is.EqualTo(before).And.Not.Null);
    }

    [Test]
    public void State_WhoWrites_MovesWhenOthersCanSeeIt()
    {
        _session.Execute("CREATE TABLE t (a INTEGER)");
        List<long?> states = [_session.State];
        using var other = _instance.Connect();
        other.Execute("INSERT INTO t VALUES (1)");
        states.Add(_session.State);
        other.InTransaction(() =>
        {
            other.Execute("INSERT INTO t VALUES (2)");
            Assert.That(_session.State, Is.EqualTo(states[^1]), "nobody sees it before the commit");
        });
        states.Add(_session.State);
        other.InTransaction(() =>
        {
            using var append = other.Append("main", "t");
            append.Row(3);
            append.Complete();
        });
        states.Add(_session.State);
        other.Query<int>("INSERT INTO t VALUES (4) RETURNING a");
        states.Add(_session.State);
        Assert.That(states, Is.Unique.And.None.Null);
    }

    [Test]
    public void State_OfTwoInstances_IsNeverTheSame()
    {
        using var other = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var theirs = other.Connect();
        Assert.That(theirs.State, Is.Not.EqualTo(_session.State));
    }
}
