using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Tests.Etl;

/// <summary>Streams that are followed from run to run by key, cursor or log of changes.</summary>
public sealed class FollowedStreamTests
{
    private const string Map =
        """
        map:
          order_line: {from: orders, order_id: id, ordered_at: "TIMESTAMP '2026-01-01' + to_days(CAST(mark AS INTEGER))", customer_id: customer, product_id: "'P'", quantity: "1", unit_price: price, country: country}
          customer: {from: orders, where: customer IS NOT NULL, customer_id: customer, effective_at: "TIMESTAMP '2026-01-01' + to_days(CAST(mark AS INTEGER))", country: country}
        """;

    private const string Incremental = "source: shop\nconnector: table\nstreams:\n  orders: {key: id, cursor: mark, lag: 2}\n" + Map;
    private const string Full = "source: shop\nconnector: table\nstreams:\n  orders: {key: id}\n" + Map;
    private const string Changes = "source: shop\nconnector: table\nstreams:\n  orders: {key: id, load: changes}\n" + Map;

    private const string Sales = "SELECT concat_ws('|', order_id, CAST(unit_price AS INTEGER)) FROM star.fact_sales ORDER BY order_id";

    [Test]
    public void Incremental_TiesAndLateRows_AreNeitherLostNorDoubled()
    {
        using var project = new TestProject(Incremental);
        var table = project.Table;
        table.Put("a", 10, ("price", "1"), ("customer", "c1"));
        table.Put("b", 10, ("price", "2"));
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(2, 2, 0, 0, 0)));
        table.Put("c", 10, ("price", "3"));
        table.Put("d", 9, ("price", "4"));
        table.Put("a", 11, ("price", "5"), ("customer", "c1"));
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(4, 3, 1, 0, 0)));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|5", "b|2", "c|3", "d|4" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales_history"), Is.EqualTo(1));
    }

    [Test]
    public void Incremental_OnlyTheOverlapComesAgain_PublishesNothingAndLandsNothing()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 10, ("price", "1"));
        project.Run();
        var before = project.Hashes();
        var files = project.LandedFiles();
        Assert.That(project.Run().Published, Is.False);
        Assert.That(project.Hashes(), Is.EqualTo(before));
        Assert.That(project.LandedFiles(), Is.EqualTo(files));
        project.Table.Put("b", 12, ("price", "2"));
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(2, 1, 1, 0, 0)));
    }

    [Test]
    public void Incremental_FirstLoadInChunks_ResumesBehindWhatLanded()
    {
        using var project = new TestProject(Incremental.Replace("lag: 2", "lag: 2, chunk_rows: 1000"));
        foreach (var i in Enumerable.Range(0, 3500))
        {
            project.Table.Put($"k{i:0000}", i / 700, ("price", "1"));
        }

        var broken = new BreakingReads(project.Table, 3);
        project.Connector = broken;
        Assert.Throws<CrmException>(() => project.Run());
        project.Connector = project.Table;
        var reads = project.Table.Reads;
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(3500, 3500, 0, 0, 0)));
        Assert.That(project.Table.Reads - reads, Is.EqualTo(2), "two of four chunks had landed");
    }

    [Test]
    public void Full_ChangedAndGoneRows_ReplaceAndRemoveTheirFacts()
    {
        using var project = new TestProject(Full);
        project.Table.Put("a", 1, ("price", "1"), ("customer", "c1"), ("country", "France"));
        project.Table.Put("b", 2, ("price", "2"), ("customer", "c2"), ("country", "Spain"));
        project.Table.Put("c", 3, ("price", "3"), ("customer", "c3"), ("country", "Italy"));
        project.Run();
        Assert.That(project.Run().Published, Is.False, "the same table again");
        project.Table.Put("b", 2, ("price", "7"), ("customer", "c2"), ("country", "Spain"));
        project.Table.Remove("c");
        var second = project.Run();
        Assert.That(second.Counts, Is.EqualTo(new RecordCounts(3, 2, 1, 0, 1)), "two rows and one deletion");
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "b|7" }));
        project.Table.Put("c", 3, ("price", "3"), ("customer", "c3"), ("country", "Italy"));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "b|7", "c|3" }), "it came back");
    }

    [Test]
    public void Full_WithoutAKey_KnowsRecordsByWhatTheySay()
    {
        using var project = new TestProject(Full.Replace("{key: id}", "{load: full}"));
        project.Table.Put("a", 1, ("price", "1"));
        project.Table.Put("b", 2, ("price", "2"));
        project.Table.Rows.Add(project.Table.Rows[1]);
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(3, 3, 0, 0, 0)), "one row stands there twice");
        Assert.That(project.Run().Published, Is.False);
        project.Table.Rows.RemoveAt(2);
        project.Table.Put("a", 1, ("price", "5"));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|5", "b|2" }));
        project.Run(new RunRequest { Replays = true });
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|5", "b|2" }), "replayed");
    }

    [Test]
    public void Full_TheTableIsEmpty_RemovesEverything()
    {
        using var project = new TestProject(Full);
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        project.Table.Remove("a");
        Assert.That(project.Run().Counts.Removed, Is.EqualTo(1));
        Assert.That(project.Query<string>(Sales), Is.Empty);
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1" }));
    }

    [Test]
    public void Keys_RecordIsGone_IsDeletedThoughTheCursorDoesNotTell()
    {
        using var project = new TestProject(Incremental.Replace("lag: 2", "lag: 2, deletes: keys"));
        project.Table.Put("a", 1, ("price", "1"));
        project.Table.Put("b", 50, ("price", "2"));
        project.Run();
        project.Table.Remove("a");
        var second = project.Run();
        Assert.That((second.Published, second.Counts.Removed), Is.EqualTo((true, 1)));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "b|2" }));
        Assert.That(project.Run().Published, Is.False);
    }

    [Test]
    public void SoftDelete_ConditionHolds_RemovesTheFact()
    {
        using var project = new TestProject(Incremental.Replace("lag: 2", "lag: 2, deleted_when: country = 'gone'"));
        project.Table.Put("a", 1, ("price", "1"), ("country", "France"));
        project.Run();
        project.Table.Put("a", 2, ("price", "1"), ("country", "gone"));
        Assert.That(project.Run().Counts.Removed, Is.EqualTo(1));
        Assert.That(project.Query<string>(Sales), Is.Empty);
    }

    [Test]
    public void Changes_LogOfInsertsUpdatesAndDeletes_IsFollowed()
    {
        using var project = new TestProject(Changes);
        project.Table.Log.Add(Entry("a", ("price", "1")));
        project.Table.Log.Add(Entry("b", ("price", "2")));
        project.Table.Log.Add(Entry("a", ("price", "3")));
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(3, 2, 1, 0, 0)));
        project.Table.Log.Add(Entry("b") with { IsDeletion = true });
        project.Table.Log.Add(Entry("b", ("price", "9")));
        project.Table.Log.Add(Entry("a") with { IsDeletion = true });
        Assert.That(project.Run().Counts.Removed, Is.EqualTo(1));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "b|9" }));
        Assert.That(project.Run().Published, Is.False);
    }

    [Test]
    public void Key_Missing_PutsTheRecordAside()
    {
        using var project = new TestProject(Full);
        project.Table.Put("a", 1, ("price", "1"));
        project.Table.Rows.Add(new(null, 1, new Dictionary<string, string?> { ["price"] = "2" }));
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(2, 1, 0, 1, 0)));
        Assert.That(project.Query<string>("SELECT rule FROM meta.quarantine"), Does.Contain("key"));
    }

    [Test]
    public void BadVersion_OfALoadedRecord_LeavesItsFactUntilItIsMended()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        project.Table.Put("a", 2, ("price", "much"));
        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(1));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1" }));
        Assert.That(project.Run().Published, Is.False, "the bad record came again in the overlap and is known");
        project.Table.Put("a", 3, ("price", "4"));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|4" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.quarantine"), Is.Zero, "a good version took its place");
    }

    [Test]
    public void QuarantineReplay_MapCorrected_LoadsTheRepairedRecordsOnce()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"));
        project.Table.Put("b", 2, ("price", "two"));
        project.Table.Put("c", 3, ("price", "three"));
        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(2));
        project.Write("sources/shop.yaml", Incremental.Replace("unit_price: price", "unit_price: \"replace(price, 'two', '2')\""));
        var replay = new RunRequest { Replays = true, Quarantined = new(null) };
        Assert.That(project.Run(replay).Counts, Is.EqualTo(new RecordCounts(2, 1, 0, 1, 0)));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "b|2" }));
        Assert.That(project.Query<string>("SELECT rule || ' ' || raw FROM meta.quarantine").Single(), Does.Contain("three"));
        Assert.That(project.Run(replay).Counts, Is.EqualTo(new RecordCounts(1, 0, 0, 1, 0)), "only what is still bad");
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "b|2" }));
    }

    [Test]
    public void QuarantineReplay_FilesWithoutKeys_LoadsTheRepairedRecordsOnce()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,two,2011-01-01 10:00:00,3.50,c2,France");
        project.Run();
        project.Write("sources/shop.yaml", TestProject.Lines.Replace("columns: {qty: integer, ", "columns: {").Replace("quantity: qty", "quantity: \"replace(qty, 'two', '2')\""));
        var replay = new RunRequest { Replays = true, Quarantined = new(null) };
        Assert.That(project.Run(replay).Counts, Is.EqualTo(new RecordCounts(1, 1, 0, 0, 0)));
        Assert.That(project.Scalar<decimal>("SELECT sum(revenue) FROM star.fact_sales"), Is.EqualTo(14m));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.quarantine"), Is.Zero);
        Assert.That(project.Run(replay).Published, Is.False);
        Assert.That(project.Scalar<decimal>("SELECT sum(revenue) FROM star.fact_sales"), Is.EqualTo(14m));
    }

    [Test]
    public void Replay_MapCorrected_DerivesTheRowsAgainFromTheLanding()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"), ("customer", "c1"), ("country", "France"));
        project.Table.Put("b", 2, ("price", "2"), ("customer", "c2"), ("country", "Spain"));
        project.Run();
        project.Table.Put("a", 3, ("price", "3"), ("customer", "c1"), ("country", "France"));
        project.Run();
        var reads = project.Table.Reads;
        project.Write("sources/shop.yaml", Incremental.Replace("unit_price: price", "unit_price: CAST(price AS INTEGER) * 10"));
        project.Run(new RunRequest { Replays = true, Source = "shop" });
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|30", "b|20" }));
        Assert.That(project.Table.Reads, Is.EqualTo(reads), "the source is not asked");
    }

    [Test]
    public void Backfill_ARangeOfTheCursor_LoadsWhatIsMissingAndMovesNoMark()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"));
        project.Table.Put("z", 50, ("price", "1"));
        project.Run();
        project.Table.Put("late", 5, ("price", "7"));
        Assert.That(project.Run().Published, Is.False, "far below the mark");
        Assert.That(project.Run(new RunRequest { Source = "shop", Range = new("4", "6") }).Counts, Is.EqualTo(new RecordCounts(1, 1, 0, 0, 0)));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "late|7", "z|1" }));
        Assert.That(project.Scalar<string>("SELECT state FROM meta.stream_state"), Is.EqualTo("50"));
    }

    [Test]
    public void DryRun_TellsWhatARunWouldDo_AndLeavesNothing()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        project.Table.Put("a", 2, ("price", "2"), ("colour", "red"));
        project.Table.Put("b", 3, ("price", "3"));
        var (before, files) = (project.Hashes(), project.LandedFiles());
        var plan = project.Run(new RunRequest { IsDry = true });
        Assert.That(plan.Counts, Is.EqualTo(new RecordCounts(2, 2, 0, 0, 0)));
        Assert.That(plan.Tables.Single(t => t.Table == "fact_sales"), Is.EqualTo(new TableSummary("fact_sales", 1, 1, 0)));
        Assert.That(plan.Warnings, Has.Some.EqualTo("shop/orders: column colour (VARCHAR) is new"));
        Assert.That(project.Hashes(), Is.EqualTo(before));
        Assert.That(project.LandedFiles(), Is.EqualTo(files));
        Assert.That(project.Run().Counts, Is.EqualTo(plan.Counts));
    }

    [TestCase("freeze")]
    [TestCase("quarantine")]
    [TestCase("evolve")]
    public void Drift_NewColumn_DoesWhatTheStreamSays(string policy)
    {
        using var project = new TestProject(Incremental.Replace("lag: 2", $"lag: 2, schema: {policy}"));
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        project.Table.Put("b", 2, ("price", "2"), ("colour", "red"));
        project.Table.Put("c", 3, ("price", "3"));
        if (policy == "freeze")
        {
            Assert.That(Assert.Throws<CrmException>(() => project.Run())!.Found, Is.EqualTo("column colour (VARCHAR) is new"));
            Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1" }));
            return;
        }

        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(policy == "quarantine" ? 1 : 0));
        Assert.That(project.Query<string>(Sales), Is.EqualTo(policy == "quarantine" ? new[] { "a|1", "c|3" } : ["a|1", "b|2", "c|3"]));
    }

    [Test]
    public void Source_BreaksWhileItIsRead_PublishesNothingAndGoesOnFromTheMark()
    {
        using var project = new TestProject(Incremental);
        project.Table.Put("a", 1, ("price", "1"));
        project.Run();
        var before = project.Hashes();
        project.Table.Put("b", 2, ("price", "2"));
        project.Table.Failure = new CrmException(FailureKind.Failed, "connection reset", "shop/orders", "an answer", "Run again");
        Assert.Throws<CrmException>(() => project.Run());
        Assert.That(project.Hashes(), Is.EqualTo(before));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "a|1", "b|2" }));
    }

    [Test]
    public void Deliveries_ManySmallOnes_DeriveALateMemberFromAllOfThem()
    {
        using var project = new TestProject(Changes);
        for (var i = 0; i < 12; i++)
        {
            project.Table.Log.Add(Entry($"o{i}", ("price", "1"), ("customer", "c1"), ("country", i % 2 == 0 ? "France" : "Spain")) with { Mark = 10 + (i * 10) });
            project.Run();
        }

        project.Table.Log.Add(Entry("late", ("price", "1"), ("customer", "c1"), ("country", "Italy")) with { Mark = 15 });
        project.Run();
        Assert.That(project.Query<string>("SELECT country FROM star.dim_customer WHERE customer_key > 0 ORDER BY valid_from"), Is.EqualTo(
            new[] { "France", "Italy", "Spain", "France", "Spain", "France", "Spain", "France", "Spain", "France", "Spain", "France", "Spain" }));
    }

    private static SourceRow Entry(string id, params (string Column, string? Value)[] values) => new(id, 1, values.ToDictionary(v => v.Column, v => v.Value));

    /// <summary>Passes reads on until one too many.</summary>
    private sealed class BreakingReads(SourceTable table, int breaksAt) : Crm.Analytics.Etl.Connectors.IConnector
    {
        private int reads;

        public Warehouse.Declarations.ConnectorOptions Options => table.Options;

        public IReadOnlyList<Crm.Analytics.Etl.Connectors.FoundStream> Streams(Crm.Analytics.Etl.Connectors.SourceContext source, CancellationToken cancellation = default) => [];

        public IReadOnlyList<Crm.Analytics.Etl.Landing.LandedColumn> Columns(Crm.Analytics.Etl.Connectors.StreamContext stream, CancellationToken cancellation = default) => table.Columns(stream, cancellation);

        public Crm.Analytics.Etl.Connectors.Discovery Discover(
            Crm.Analytics.Etl.Connectors.StreamContext stream, Crm.Analytics.Etl.Connectors.CommittedStream committed, CancellationToken cancellation = default) => table.Discover(stream, committed, cancellation);

        public Crm.Analytics.Etl.Landing.LandedBatch Extract(
            Crm.Analytics.Etl.Connectors.StreamContext stream, Crm.Analytics.Etl.Connectors.Discovery found, Crm.Analytics.Etl.Connectors.ExtractTarget target,
            IProgress<Crm.Analytics.Etl.Connectors.ExtractProgress>? progress = null, CancellationToken cancellation = default) => ++reads == breaksAt
                ? throw new CrmException(FailureKind.Failed, "connection reset", stream.Name, "an answer", "Run again")
                : table.Extract(stream, found, target, progress, cancellation);
    }
}
