using System.Diagnostics;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

public sealed class SessionTests
{
    private const string Endless = "select count(*) from range(100000000) a, range(100000000) b where a.range + b.range = -1";

    private DuckDbInstance _instance = null!;
    private ISession _session = null!;

    [SetUp]
    public void Open()
    {
        _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });
        _session = _instance.Connect();
    }

    [TearDown]
    public void Close()
    {
        _session.Dispose();
        _instance.Dispose();
    }

    [Test]
    public void Query_RecordOfOtherWidths_IsFilledByName()
    {
        var rows = _session.Query<Sale>("select 1::bigint as run_id, date '2020-02-29' as order_day, sum(2.5) as amount, null::integer as customer_key");

        Assert.That(rows, Is.EqualTo(new[] { new Sale(1, new DateOnly(2020, 2, 29), 2.5m, null) }));
    }

    [Test]
    public void Query_SinglesTuplesAndEnums_AreRead()
    {
        Assert.That(_session.Query<long>("select sum(range) from range(4) union all select 7 order by 1"), Is.EqualTo(new[] { 6L, 7L }));
        Assert.That(_session.Query<(string, int?)>("select 'a', null::int union all select 'b', 2 order by 1"), Is.EqualTo(new[] { ("a", (int?)null), ("b", 2) }));
        Assert.That(_session.Query<DayOfWeek>("select 'Friday' union all select 'monday' order by 1"), Is.EqualTo(new[] { DayOfWeek.Friday, DayOfWeek.Monday }));
        Assert.That(_session.Query<Named>("select 'x' as full_name, 3 as row_count").Select(n => (n.FullName, n.RowCount)), Is.EqualTo(new[] { ("x", 3L) }));
    }

    [Test]
    public void Execute_SeveralStatements_ShareParametersAndCountRows()
    {
        var changed = _session.Execute(
            "create table t (i integer, s varchar); insert into t select range, $s from range($n); delete from t where i < $low",
            new { n = 10, s = "it's", low = 3 });

        Assert.That(changed, Is.EqualTo(13));
        Assert.That(_session.Query<string>("select distinct s from t"), Is.EqualTo(new[] { "it's" }));
    }

    [TestCase("selec 1", EngineErrorKind.Syntax, "syntax error at or near \"selec\"")]
    [TestCase("select * from no_such_table", EngineErrorKind.Name, "no_such_table")]
    [TestCase("select no_such_column from range(1)", EngineErrorKind.Name, "no_such_column")]
    [TestCase("select 'x'::integer", EngineErrorKind.Conversion, "Could not convert string 'x'")]
    [TestCase("select 300::utinyint", EngineErrorKind.Conversion, "300")]
    [TestCase("create table k (i integer primary key); insert into k values (1), (1)", EngineErrorKind.Constraint, "duplicate key")]
    [TestCase("create table n (i integer not null); insert into n values (null)", EngineErrorKind.Constraint, "NOT NULL")]
    [TestCase("select * from read_csv('/no/such/file.csv')", EngineErrorKind.Io, "/no/such/file.csv")]
    [TestCase("set memory_limit = '20MB'; set temp_directory = ''; select list(range::varchar || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx') from range(10000000)", EngineErrorKind.OutOfMemory, "failed to")]
    [TestCase("select error('said by the engine')", EngineErrorKind.Other, "said by the engine")]
    public void Error_OfTheEngine_CarriesItsMessageAndKind(string sql, EngineErrorKind kind, string words)
    {
        var error = Assert.Throws<EngineException>(() => _session.Execute(sql));

        Assert.That((error.Kind, error.Message), Is.EqualTo((kind, error.Message)));
        Assert.That(error.Message, Does.Contain(words).IgnoreCase);
    }

    [Test]
    public void Cancellation_OfARunningQuery_StopsItAndTheSessionGoesOn()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var error = Assert.Throws<OperationCanceledException>(() => _session.Scalar<long>(Endless, null, cancellation.Token));

        Assert.That(error.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(_session.Scalar<int>("select 1"), Is.EqualTo(1));
        Assert.That(() => _session.Execute("select 1", null, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Cancellation_InsideATransaction_RollsItBack()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        _session.Execute("create table t (i integer)");

        Assert.That(
            () => _session.InTransaction(() =>
            {
                _session.Execute("insert into t values (1)");
                _session.Scalar<long>(Endless, null, cancellation.Token);
            }),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(_session.Scalar<long>("select count(*) from t"), Is.Zero);
    }

    [Test]
    public void Progress_OfARunningQuery_RisesBetweenNoughtAndOne()
    {
        using var cancellation = new CancellationTokenSource();
        _session.Execute("create table big as select range as i from range(1000000)");
        var query = Task.Run(() => _session.Scalar<long>("select count(distinct hash(i)::varchar) from big a", null, cancellation.Token));

        var seen = new List<double>();
        while (!query.IsCompleted)
        {
            if (_session.Progress is { } share)
                seen.Add(share);
        }

        Assert.That(query.Result, Is.EqualTo(1000000));
        Assert.That(seen, Is.Not.Empty.And.All.InRange(0, 1));
        Assert.That(seen, Has.Some.GreaterThan(0));
    }

    [Test]
    public void Stream_OfALargeResult_KeepsMemoryBounded()
    {
        const long rows = 20_000_000;
        long count = 0, sum = 0;
        using var process = Process.GetCurrentProcess();
        var before = process.PeakWorkingSet64;

        _session.Stream($"select range as i, 'text ' || range as t from range({rows})", null, row =>
        {
            count++;
            sum += row.GetInt64(0);
        });

        process.Refresh();
        Assert.That((count, sum), Is.EqualTo((rows, rows * (rows - 1) / 2)));
        Assert.That(process.PeakWorkingSet64 - before, Is.LessThan(200L << 20), "the whole result would take over 500 MB");
    }

    [Test]
    public void Stream_CancelledByItsReader_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        var count = 0;

        Assert.That(
            () => _session.Stream("select range from range(100000000)", null, _ => { if (++count == 10) cancellation.Cancel(); }, cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(count, Is.EqualTo(10));
    }

    [Test]
    public void Describe_OfAQuery_NamesColumnsWithoutRunningIt()
    {
        var columns = _session.Describe("select 1 as a, 1.5::decimal(18,4) as \"B c\", error('never run') as e");

        Assert.That(columns.Take(2), Is.EqualTo(new[] { new DescribedColumn("a", "INTEGER"), new DescribedColumn("B c", "DECIMAL(18,4)") }));
    }

    [Test]
    public void Transaction_ThatThrowsOrNests_LeavesNothing()
    {
        _session.Execute("create table t (i integer)");

        Assert.That(() => _session.InTransaction(() => { _session.Execute("insert into t values (1)"); throw new TimeoutException(); }), Throws.TypeOf<TimeoutException>());
        Assert.That(() => _session.InTransaction(() => _session.InTransaction(() => { })), Throws.InvalidOperationException);

        Assert.That(_session.Scalar<long>("select count(*) from t"), Is.Zero);
        _session.InTransaction(() => _session.Execute("insert into t values (2)"));
        Assert.That(_session.Scalar<int>("select i from t"), Is.EqualTo(2));
    }

    [Test]
    public void Append_OutsideATransactionOrIncomplete_AddsNoRow()
    {
        _session.Execute("create table t (i integer not null)");

        Assert.That(() => _session.Append("main", "t"), Throws.InvalidOperationException);
        Assert.That(() => _session.InTransaction(() => _session.Append("main", "no_such_table").Dispose()), Throws.TypeOf<EngineException>().With.Message.Contains("no_such_table"));
        _session.InTransaction(() =>
        {
            using var append = _session.Append("main", "t");
            append.Row(1);
            Assert.That(() => append.Row(1, 2), Throws.ArgumentException);
            Assert.That(() => append.Row("x"), Throws.TypeOf<EngineException>().With.Property("Kind").EqualTo(EngineErrorKind.Conversion));
        });

        Assert.That(_session.Scalar<long>("select count(*) from t"), Is.Zero);
    }

    [Test]
    public void Append_BreakingAConstraint_SaysSo()
    {
        _session.Execute("create table t (i integer not null)");

        var error = Assert.Throws<EngineException>(() => _session.InTransaction(() =>
        {
            using var append = _session.Append("main", "t");
            append.Row([null]);
            append.Complete();
        }));

        Assert.That((error.Kind, error.Message), Is.EqualTo((EngineErrorKind.Constraint, error.Message)));
    }

    [Test]
    public void Append_ToATemporaryTable_Works()
    {
        _session.Execute("create temp table stage (i integer, s varchar)");

        _session.InTransaction(() =>
        {
            using var append = _session.Append("temp", "stage");
            append.Row(1, "one");
            append.Complete();
        });

        Assert.That(_session.Query<(int, string)>("select * from stage"), Is.EqualTo(new[] { (1, "one") }));
    }

    private sealed record Sale(int RunId, DateOnly OrderDay, decimal Amount, long? CustomerKey);

    private sealed class Named
    {
        public string FullName { get; set; } = "";

        public long RowCount { get; set; }
    }
}
