using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>What every connector that reads on from a cursor promises, whatever its source.</summary>
/// <param name="kind">The source.</param>
[TestFixture("sqlite")]
[TestFixture("postgres")]
[TestFixture("sqlserver")]
internal sealed class ConnectorContractTests(string kind)
{
    private static readonly DateTime Noon = new(2024, 2, 29, 12, 0, 0);
    private SourceUnderTest source = null!;

    [SetUp]
    public void Open() => source = kind switch
    {
        "sqlite" => new SqliteUnderTest(),
        "postgres" => new PostgresUnderTest(),
        _ => new SqlServerUnderTest(),
    };

    [TearDown]
    public void Close() => source?.Dispose();

    [Test]
    public void FullLoad_SameRowsIn_SameRowsLanded()
    {
        TestRow[] rows = [.. Some(5000), new(9001, "it's \"quoted\", ü, 😀\n", Noon, -0.01m), new(9002, "", null, null), new(9003, null, Noon, 9999999999999.99m)];
        source.Create(rows);
        var batch = source.Extract(source.Stream(), CommittedStream.Nothing).Batches.Single();
        Assert.That(source.Rows(batch), Is.EquivalentTo(rows));
        Assert.That((batch.IsSnapshot, batch.HasMore, batch.Files[0].Records, batch.Files[0].Path), Is.EqualTo((true, false, (long)rows.Length, "shop/lines#1")));
    }

    [Test]
    public void FullLoad_Unchanged_SaysTheStateThatIsCommitted()
    {
        source.Create(Some(50));
        var first = source.Extract(source.Stream(), CommittedStream.Nothing);
        var committed = SourceUnderTest.After(CommittedStream.Nothing, first);
        Assert.That(source.Extract(source.Stream(), committed).State, Is.EqualTo(committed.State));

        source.Upsert(Row(7) with { Name = "other" });
        Assert.That(source.Extract(source.Stream(), committed).State, Is.Not.EqualTo(committed.State));
    }

    [Test]
    public void FullLoad_EmptyTable_LandsNoRows()
    {
        source.Create([]);
        var batch = source.Extract(source.Stream(), CommittedStream.Nothing).Batches.Single();
        Assert.That((source.Rows(batch).Count, batch.IsSnapshot, batch.Columns.Count), Is.EqualTo((0, true, 4)));
    }

    [Test]
    public void FullLoadInChunks_AllChunksTogether_AreTheSnapshot()
    {
        source.Create(Some(2500));
        var extracted = source.Extract(source.Stream(StreamSync.Default with { ChunkRows = 1000 }), CommittedStream.Nothing);
        Assert.That(extracted.Batches.Select(b => (b.HasMore, b.IsSnapshot)), Is.EqualTo(new[] { (true, false), (true, false), (false, true) }));
        Assert.That(Union(extracted), Is.EquivalentTo(Some(2500)));
    }

    [Test]
    public void Incremental_NothingNew_SaysTheStateThatIsCommitted()
    {
        source.Create([.. Some(30), new(99, "never", null, 1)]);
        var committed = SourceUnderTest.After(CommittedStream.Nothing, source.Extract(source.Stream(Cursor()), CommittedStream.Nothing));
        var again = source.Extract(source.Stream(Cursor()), committed);
        Assert.That(again.State, Is.EqualTo(committed.State));
    }

    [Test]
    public void Incremental_TiesAtTheMark_AreNeitherLostNorDoubled()
    {
        source.Create([new(1, "a", Noon, 1), new(2, "b", Noon, 2)]);
        var first = source.Extract(source.Stream(Cursor()), CommittedStream.Nothing);
        var committed = SourceUnderTest.After(CommittedStream.Nothing, first);
        source.Upsert(new TestRow(3, "c", Noon, 3), new TestRow(0, "late", null, 4));
        var second = source.Extract(source.Stream(Cursor()), committed);
        Assert.That(second.State, Is.Not.EqualTo(committed.State));
        Assert.That(Union(first, second), Is.EquivalentTo(new TestRow[] { new(0, "late", null, 4), new(1, "a", Noon, 1), new(2, "b", Noon, 2), new(3, "c", Noon, 3) }));
    }

    [Test]
    public void Incremental_ChangedRow_ComesAgain_AndOldOnesDoNot()
    {
        source.Create(Some(100));
        var first = source.Extract(source.Stream(Cursor()), CommittedStream.Nothing);
        var committed = SourceUnderTest.After(CommittedStream.Nothing, first);
        source.Upsert(new TestRow(5, "new", Noon.AddYears(1), 5));
        var second = source.Extract(source.Stream(Cursor()), committed);
        Assert.That(Union(second).Select(r => r.Id), Is.EquivalentTo(new[] { 5L, 99L }), "the changed one, and the one at the mark");
    }

    [Test]
    public void Incremental_RowBelowTheMark_IsReadWithinTheLag()
    {
        source.Create(Some(100));
        var sync = Cursor() with { Lag = new CursorLag(TimeSpan.FromMinutes(10), 0) };
        var committed = SourceUnderTest.After(CommittedStream.Nothing, source.Extract(source.Stream(sync), CommittedStream.Nothing));
        source.Upsert(new TestRow(500, "late", Row(99).ChangedAt!.Value.AddMinutes(-9.5), 1));
        var second = Union(source.Extract(source.Stream(sync), committed));
        Assert.That(second.Select(r => r.Id), Is.EquivalentTo(Enumerable.Range(89, 11).Select(i => (long)i).Append(500)));
    }

    [Test]
    public void Incremental_MarkThatIsDeleted_NeverDecreases()
    {
        source.Create(Some(100));
        var committed = SourceUnderTest.After(CommittedStream.Nothing, source.Extract(source.Stream(Cursor()), CommittedStream.Nothing));
        source.Delete(99);
        var second = source.Extract(source.Stream(Cursor()), committed);
        Assert.That(Union(second), Is.Empty);
        source.Upsert(new TestRow(98, "old", Row(98).ChangedAt, 1));
        Assert.That(Union(source.Extract(source.Stream(Cursor()), SourceUnderTest.After(committed, second))), Is.Empty);
    }

    [Test]
    public void Incremental_FirstLoadInChunks_ResumesBehindTheLastThatLanded()
    {
        TestRow[] rows = [.. Some(3500), new(-1, "no cursor", null, 1)];
        source.Create(rows);
        using var stop = new CancellationTokenSource();
        var sync = Cursor() with { ChunkRows = 1000 };
        var died = source.Stream(sync);
        var store = source.Store;
        var connector = new StoppingConnector(source.Connector, 2);
        Assert.Throws<InvalidOperationException>(() => new StreamExtract(connector, store).Run(died, CommittedStream.Nothing));
        died.Shared.Dispose();
        var resumed = source.Extract(source.Stream(sync), CommittedStream.Nothing);
        Assert.That((resumed.Resumed, resumed.Batches[^1].HasMore), Is.EqualTo((2, false)));
        Assert.That(Union(resumed), Is.EquivalentTo(rows));
    }

    [Test]
    public void Incremental_ManyTiesAtAChunksEnd_AreNotLost()
    {
        TestRow[] rows = [.. Enumerable.Range(0, 3000).Select(i => new TestRow(i, "same", Noon, i))];
        source.Create(rows);
        var extracted = source.Extract(source.Stream(Cursor() with { ChunkRows = 1000 }), CommittedStream.Nothing);
        Assert.That(Union(extracted), Is.EquivalentTo(rows));
    }

    [Test]
    public void Incremental_WithoutKey_SaysThatItNeedsOne()
    {
        source.Create(Some(3));
        var error = Assert.Throws<CrmException>(() => source.Extract(source.Stream(Cursor(), hasKey: false), CommittedStream.Nothing))!;
        Assert.That((error.Kind, error.Found), Is.EqualTo((FailureKind.CheckFailed, "a cursor without a key")));
    }

    [Test]
    public void Extract_Twice_GivesTheSameBatch()
    {
        source.Create(Some(20));
        var first = source.Extract(source.Stream(Cursor()), CommittedStream.Nothing);
        var again = source.Extract(source.Stream(Cursor()), CommittedStream.Nothing);
        Assert.That((again.Resumed, again.Batches[0].ParquetPath), Is.EqualTo((1, first.Batches[0].ParquetPath)));
    }

    [Test]
    public void Preview_WithLimit_LandsNoMore_AndMovesNoMark()
    {
        source.Create(Some(100));
        var batch = source.Direct(source.Stream(Cursor()), t => t with { Limit = 7 });
        Assert.That((source.Rows(batch).Count, batch.State, batch.HasMore, batch.IsSnapshot), Is.EqualTo((7, (string?)null, false, false)));
    }

    [Test]
    public void Backfill_FromTo_LandsTheRange_AndMovesNoMark()
    {
        source.Create(Some(100));
        var committed = new CommittedStream([], "{\"cursor\":\"changed_at\",\"mark\":\"2024-02-29 12:10:00\"}");
        var batch = source.Direct(source.Stream(Cursor()), t => t with { From = "2024-02-29 12:05:00", To = "2024-02-29 12:08:00" }, committed);
        Assert.That(source.Rows(batch).Select(r => r.Id), Is.EquivalentTo(new[] { 5L, 6L, 7L }));
        Assert.That(batch.State, Is.EqualTo(committed.State));
    }

    [Test]
    public void ReadKeys_AreThoseOfTheSource_TypedAsLanded()
    {
        source.Create(Some(10));
        var stream = source.Stream();
        var path = Path.Combine(source.Folder, "keys.parquet");
        using (stream.Shared)
        {
            source.Connector.ReadKeys(stream, path);
        }

        Assert.That(source.Session.Query<long>($"SELECT id FROM read_parquet({SqlName.Literal(path)})"), Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(source.Session.Describe($"SELECT * FROM read_parquet({SqlName.Literal(path)})"), Is.EqualTo(new[] { new DescribedColumn("id", "BIGINT") }));
    }

    [Test]
    public void Columns_AreThoseThatLand()
    {
        source.Create(Some(3));
        var stream = source.Stream();
        using (stream.Shared)
        {
            var columns = source.Connector.Columns(stream);
            Assert.That(columns, Is.EqualTo(source.Extract(source.Stream(), CommittedStream.Nothing).Batches[0].Columns));
        }
    }

    [Test]
    public void Extract_Cancelled_LeavesNothing()
    {
        source.Create(Some(2000));
        using var stop = new CancellationTokenSource();
        var stream = source.Stream();
        using (stream.Shared)
        {
            var stopped = new StreamExtract(new StoppingConnector(source.Connector, 0) { Stop = stop }, source.Store);
            Assert.Throws<OperationCanceledException>(() => stopped.Run(stream, CommittedStream.Nothing, null, stop.Token));
        }

        Assert.That(source.Store.Batches("shop", "lines"), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(source.Folder, "landing"), "*", SearchOption.AllDirectories).Where(File.Exists), Is.Empty);
    }

    [Test]
    public void Source_Unreachable_TellsFourFacts_WithoutTheSecret()
    {
        var error = Assert.Throws<Analytics.Etl.Connectors.Databases.DatabaseException>(
            () => source.Extract(source.Stream(source: source.UnreachableOptions), CommittedStream.Nothing))!;
        string[] facts = [error.Found, error.Where, error.Expected, error.Next];
        Assert.That(facts, Has.All.Not.Empty);
        Assert.That(error.ToString(), Does.Not.Contain("hunter2"));
        Assert.That(error.Where, Does.Contain("shop"));
    }

    [Test]
    public void Streams_ListTheTable_WithKeyAndCursor()
    {
        source.Create(Some(3));
        using var shared = new SharedResources();
        var found = source.Connector.Streams(source.Source()).Single(s => s.Columns.Any(c => c.Name == "changed_at"));
        Assert.That((found.Cursor, string.Join(',', found.Key), found.Columns.Count), Is.EqualTo(("changed_at", "id", 4)));
        var stream = source.Stream(options: found.Options);
        Assert.That(source.Extract(stream, CommittedStream.Nothing).Batches[0].Files[0].Records, Is.EqualTo(3));
    }

    private static StreamSync Cursor() => StreamSync.Default with { Load = LoadMode.Incremental, Cursor = "changed_at" };

    private static TestRow Row(int i) => new(i, $"name {i}", Noon.AddMinutes(i), i * 1.25m);

    private static IReadOnlyList<TestRow> Some(int count) => [.. Enumerable.Range(0, count).Select(Row)];

    /// <summary>What a warehouse has that keeps the last record of each key.</summary>
    private IReadOnlyCollection<TestRow> Union(params Extracted[] extracted)
    {
        var known = new Dictionary<long, TestRow>();
        foreach (var row in extracted.SelectMany(e => e.Batches).SelectMany(source.Rows))
        {
            known[row.Id] = row;
        }

        return known.Values;
    }

    /// <summary>A connector that dies after some extracts, or is stopped while it reads.</summary>
    private sealed class StoppingConnector(IConnector inner, int extracts) : IConnector
    {
        private int done;

        public CancellationTokenSource? Stop { get; init; }

        public ConnectorOptions Options => inner.Options;

        public IReadOnlyList<FoundStream> Streams(SourceContext source, CancellationToken cancellation = default) => inner.Streams(source, cancellation);

        public IReadOnlyList<LandedColumn> Columns(StreamContext stream, CancellationToken cancellation = default) => inner.Columns(stream, cancellation);

        public Discovery Discover(StreamContext stream, CommittedStream committed, CancellationToken cancellation = default) =>
            inner.Discover(stream, committed, cancellation);

        public LandedBatch Extract(
            StreamContext stream, Discovery found, ExtractTarget target, IProgress<ExtractProgress>? progress = null, CancellationToken cancellation = default)
        {
            Stop?.Cancel();
            return Stop is null && done++ == extracts ? throw new InvalidOperationException("died") : inner.Extract(stream, found, target, progress, cancellation);
        }
    }
}
