using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors.Contract;

/// <summary>What every connector promises, also those that no cursor is asked of: files, APIs, taps, pushed events.</summary>
/// <param name="kind">The source.</param>
[TestFixture("files")]
[TestFixture("http")]
[TestFixture("singer")]
[TestFixture("push")]
[TestFixture("sqlite")]
internal sealed class DeliveryContractTests(string kind)
{
    private static readonly DateTime Noon = new(2024, 2, 29, 12, 0, 0);
    private SourceUnderTest source = null!;

    [SetUp]
    public void Open() => source = kind switch
    {
        "files" => new FilesUnderTest(),
        "http" => new HttpUnderTest(),
        "singer" => new SingerUnderTest(),
        "push" => new PushUnderTest(),
        _ => new SqliteUnderTest(),
    };

    [TearDown]
    public void Close() => source?.Dispose();

    [Test]
    public void Extract_SameRowsIn_SameRowsLanded()
    {
        TestRow[] rows = [.. Some(300), new(9001, "it's \"quoted\", ü, 😀\n", Noon, -0.01m), new(9003, null, Noon, 9999999999999.99m)];
        source.Create(rows);
        var batches = source.Extract(source.Stream(), CommittedStream.Nothing).Batches;
        Assert.That(batches.SelectMany(source.Rows), Is.EquivalentTo(rows));
        Assert.That(batches.Sum(b => b.Files.Sum(f => f.Records)), Is.EqualTo(rows.Length));
        Assert.That(batches.SelectMany(b => b.Files).Select(f => f.Path), Is.Unique);
    }

    [Test]
    public void Extract_Twice_GivesTheSameBatch()
    {
        source.Create(Some(20));
        var first = source.Extract(source.Stream(), CommittedStream.Nothing);
        var again = source.Extract(source.Stream(), CommittedStream.Nothing);
        Assert.That((again.Resumed, again.Batches[0].ParquetPath), Is.EqualTo((1, first.Batches[0].ParquetPath)));
    }

    [Test]
    public void Extract_Committed_BringsWhatIsNew_UnderANameOfItsOwn()
    {
        source.Create(Some(20));
        var first = source.Extract(source.Stream(), CommittedStream.Nothing);
        source.Upsert(new TestRow(500, "new", Noon, 1));
        var second = source.Extract(source.Stream(), SourceUnderTest.After(CommittedStream.Nothing, first));
        Assert.That(second.Batches.SelectMany(source.Rows).Select(r => r.Id), Does.Contain(500));
        Assert.That(second.Batches.Select(b => b.Id), Has.None.EqualTo(first.Batches[0].Id));
    }

    [Test]
    public void Preview_WithLimit_LandsNoMore_AndMovesNoMark()
    {
        source.Create(Some(100));
        var batch = source.Direct(source.Stream(), t => t with { Limit = 7 });
        Assert.That((source.Rows(batch).Count, batch.State, batch.HasMore, batch.IsSnapshot), Is.EqualTo((7, (string?)null, false, false)));
    }

    [Test]
    public void Columns_AreThoseThatLand()
    {
        source.Create(Some(3));
        var stream = source.Stream();
        using (stream.Shared)
        {
            var columns = source.Connector.Columns(stream);
            Assert.That(columns.Select(c => c.Name), Is.EquivalentTo(source.Extract(source.Stream(), CommittedStream.Nothing).Batches[0].Columns.Select(c => c.Name)));
        }
    }

    [Test]
    public void Extract_Cancelled_LeavesNothing()
    {
        source.Create(Some(2000));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => source.Extract(source.Stream(), CommittedStream.Nothing, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(source.Store.Batches("shop", "lines"), Is.Empty);
    }

    [Test]
    public void Source_ThatIsNotThere_TellsFourFacts_WithoutTheSecret()
    {
        if (kind == "push")
        {
            Assert.That(source.Extract(source.Stream(), CommittedStream.Nothing).Batches, Is.Empty, "nobody pushed anything yet, which is no fault");
            return;
        }

        var error = Assert.Throws(Is.InstanceOf<CrmException>(), () => source.Extract(
            source.Stream(source: source.UnreachableOptions, options: kind == "files" ? source.UnreachableOptions : null), CommittedStream.Nothing)) as CrmException;
        string[] facts = [error!.Found, error.Where, error.Expected, error.Next];
        Assert.That(facts, Has.All.Not.Empty);
        Assert.That(error.ToString(), Does.Not.Contain("hunter2"));
    }

    [Test]
    public void Mark_OfAState_IsShortAndHoldsNoSecret()
    {
        source.Create(Some(3));
        var state = source.Extract(source.Stream(), CommittedStream.Nothing).State;
        Assert.That(state is null ? "" : source.Connector.MarkOf(state) ?? "", Has.Length.LessThan(100).And.Not.Contain("hunter2"));
    }

    private static IReadOnlyList<TestRow> Some(int count) => [.. Enumerable.Range(0, count).Select(i => new TestRow(i, $"name {i}", Noon.AddMinutes(i), i * 1.25m))];
}
