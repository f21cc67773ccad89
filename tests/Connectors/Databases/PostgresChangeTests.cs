using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Connectors.Contract;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Databases;

/// <summary>Following a table by the log of a real server, with either output plugin.</summary>
/// <param name="decoder">The plugin.</param>
[TestFixture("pgoutput")]
[TestFixture("test_decoding")]
internal sealed class PostgresChangeTests(string decoder)
{
    private PostgresUnderTest source = null!;

    [SetUp]
    public void Open() => source = new PostgresUnderTest();

    [TearDown]
    public void Close()
    {
        source?.Run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()");
        source?.Dispose();
    }

    [Test]
    public void Changes_InsertsUpdatesDeletes_ComeInTheOrderOfTheLog()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text, n numeric(9,2), at timestamptz, d date, b bool); INSERT INTO t VALUES (1, 'a', 1.5, '2024-01-01 00:00+00', '2024-01-01', true), (2, 'b')");
        var (first, committed) = Next(CommittedStream.Nothing);
        Assert.That((first!.IsSnapshot, first.Files[0].Records), Is.EqualTo((true, 2L)));

        source.Run("INSERT INTO t VALUES (3, 'it''s [x]: \"q\" new-tuple: ü', -0.01, '1999-12-31 23:59:59.999999+00', 'infinity', false); UPDATE t SET v = NULL WHERE id = 1");
        source.Run("UPDATE t SET id = 20 WHERE id = 2; DELETE FROM t WHERE id = 3");
        var (second, after) = Next(committed);
        Assert.That((second!.MarksDeleted, second.IsSnapshot), Is.EqualTo((true, false)));
        Assert.That(Changes(second), Is.EqualTo(new[]
        {
            "1|false|3|it's [x]: \"q\" new-tuple: ü|-0.01|1999-12-31 23:59:59.999999+00|∅|false",
            "2|false|1|∅|1.50|2024-01-01 00:00:00+00|2024-01-01|true",
            "3|true|2|∅|∅|∅|∅|∅",
            "4|false|20|b|∅|∅|∅|∅",
            "5|true|3|∅|∅|∅|∅|∅",
        }));
        Assert.That(Next(after).Committed.State, Is.EqualTo(after.State), "nothing more");
    }

    [Test]
    public void Changes_OfARunThatDied_ComeAgain()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text)");
        var (_, committed) = Next(CommittedStream.Nothing);
        source.Run("INSERT INTO t VALUES (1, 'a')");
        Assert.That(Changes(Next(committed).Batch!), Has.Length.EqualTo(1), "landed, and never committed");
        Directory.Delete(Path.Combine(source.Folder, "landing"), recursive: true);
        source.Run("INSERT INTO t VALUES (2, 'b')");
        var (again, after) = Next(committed);
        Assert.That(Changes(again!), Is.EqualTo(new[] { "1|false|1|a", "2|false|2|b" }));
        Assert.That(Next(after).Committed.State, Is.EqualTo(after.State));
    }

    [Test]
    public void Changes_LandedButNotCommitted_AreFollowedByWhatCameSince()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text)");
        var (_, committed) = Next(CommittedStream.Nothing);
        source.Run("INSERT INTO t VALUES (1, 'a')");
        source.Extract(Stream(), committed);
        source.Run("INSERT INTO t VALUES (2, 'b')");
        var resumed = source.Extract(Stream(), committed);
        Assert.That(resumed.Batches.Select(b => string.Join(' ', Changes(b))), Is.EqualTo(new[] { "1|false|1|a", "1|false|2|b" }));
    }

    [Test]
    public void Change_WithALongValueThatDidNotChange_KeepsIt()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v int, long text); ALTER TABLE t ALTER long SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 1, repeat('x', 10000))");
        var (_, committed) = Next(CommittedStream.Nothing);
        source.Run("UPDATE t SET v = 2");
        var (batch, after) = Next(committed);
        Assert.That(Changes(batch!).Single(), Is.EqualTo($"1|false|1|2|{new string('x', 10000)}"));

        source.Run("ALTER TABLE t REPLICA IDENTITY FULL; UPDATE t SET v = 3");
        Assert.That(Changes(Next(after).Batch!).Single(), Is.EqualTo($"1|false|1|3|{new string('x', 10000)}"));
    }

    [Test]
    public void Truncate_ReadsTheTableAnew()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
        var (_, committed) = Next(CommittedStream.Nothing);
        source.Run("INSERT INTO t VALUES (2, 'b'); TRUNCATE t; INSERT INTO t VALUES (3, 'c')");
        var (batch, after) = Next(committed);
        Assert.That((batch!.IsSnapshot, string.Join(' ', source.Texts(batch))), Is.EqualTo((true, "3|c")));
        source.Run("DELETE FROM t");
        Assert.That(Changes(Next(after).Batch!), Is.EqualTo(new[] { "1|true|3|∅" }));
    }

    [Test]
    public void Slot_ThatIsGone_ReadsTheTableAnew()
    {
        source.Run("CREATE TABLE t (id int PRIMARY KEY, v text)");
        var (_, committed) = Next(CommittedStream.Nothing);
        source.Run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database(); INSERT INTO t VALUES (1, 'a')");
        var batch = Next(committed).Batch!;
        Assert.That((batch.IsSnapshot, batch.Files[0].Records), Is.EqualTo((true, 1L)));
        Assert.That(batch.Warnings.Single(), Does.Contain("was gone"));
    }

    [Test]
    public void Table_WithoutKey_IsRefused_WithWhatToRun()
    {
        source.Run("CREATE TABLE t (id int, v text)");
        var error = Assert.Throws<CrmException>(() => Next(CommittedStream.Nothing))!;
        Assert.That((error.Kind, error.Next), Is.EqualTo((FailureKind.CheckFailed, "Run as its owner: ALTER TABLE \"public\".\"t\" REPLICA IDENTITY FULL")));
    }

    private StreamContext Stream() => source.Stream(
        StreamSync.Default with { Load = LoadMode.Changes },
        options: new Dictionary<string, string> { ["table"] = "public.t", ["decoder"] = decoder, ["slot"] = $"s_{source.Database}" });

    private (LandedBatch? Batch, CommittedStream Committed) Next(CommittedStream committed)
    {
        var extracted = source.Extract(Stream(), committed);
        return (extracted.Batches.LastOrDefault(), SourceUnderTest.After(committed, extracted));
    }

    private string[] Changes(LandedBatch batch)
    {
        var rows = new List<string>();
        source.Session.Stream($"SELECT COLUMNS(*)::VARCHAR FROM (SELECT _record, _deleted, * EXCLUDE (_file, _record, _deleted) FROM read_parquet({SqlName.Literal(batch.ParquetPath)}))", null, r =>
            rows.Add(string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "∅" : r.GetString(i)))));
        return [.. rows];
    }
}
