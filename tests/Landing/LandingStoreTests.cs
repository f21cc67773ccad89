using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Landing;

public class LandingStoreTests
{
    [Test]
    public void Extract_PlainCsv_LandsEveryRecordWithItsFileAndNumber()
    {
        using var folder = new LandingFolder();
        folder.Write("data/a.csv", "id,name\n1,Ann\n2,\"Bob, \"\"B\"\"\"\n");
        folder.Write("data/b.csv", "id,name\n3,\n4,\"\"\n");
        var batch = folder.Land("data/*.csv");
        Assert.That(folder.Rows(batch), Is.EqualTo(new[]
        {
            "data/a.csv|1|1|Ann", "data/a.csv|2|2|Bob, \"B\"", "data/b.csv|1|3|∅", "data/b.csv|2|4|",
        }));
    }

    [Test]
    public void Extract_OfWhatAnUnfinishedRunLanded_TakesItAsItIs()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,x\n1,2\n3\n");
        var first = folder.Extract(folder.Stream("*.csv"));
        var second = folder.Extract(folder.Stream("*.csv"));
        Assert.Multiple(() =>
        {
            Assert.That((first.Resumed, second.Resumed), Is.EqualTo((0, 1)));
            Assert.That(second.Batches[0].Files.Single() with { Warnings = [], Lines = [] }, Is.EqualTo(first.Batches[0].Files.Single() with { Warnings = [], Lines = [] }));
            Assert.That(second.Batches[0].Rejects, Is.EqualTo(first.Batches[0].Rejects));
            Assert.That(folder.Rows(second.Batches[0]), Is.EqualTo(folder.Rows(first.Batches[0])));
        });
    }

    [Test]
    public void Extract_WithACorrectedOption_ReadsAgain()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,x\n1,Caf\u00E9\n");
        folder.Land("*.csv");
        var again = folder.Extract(folder.Stream("*.csv", ("encoding", "latin-1")));
        Assert.That((again.Resumed, folder.Rows(again.Batches[0]).Single()), Is.EqualTo((0, "a.csv|1|1|Café")));
    }

    [Test]
    public void Write_AfterAKilledRun_RemovesWhatItLeftAndLandsAgain()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id\n1\n");
        var batch = folder.Land("*.csv");
        var place = Path.GetDirectoryName(batch.ParquetPath)!;
        File.Delete(Path.ChangeExtension(batch.ParquetPath, ".json"));
        folder.Write("landing/shop/lines/.tmp/half.parquet", "PAR1");
        var again = folder.Extract(folder.Stream("*.csv"));
        Assert.Multiple(() =>
        {
            Assert.That((again.Resumed, again.Batches[0].ParquetPath), Is.EqualTo((0, batch.ParquetPath)));
            Assert.That(Directory.EnumerateFileSystemEntries(place).Count(), Is.EqualTo(2));
            Assert.That(folder.Store.Batches("shop", "lines"), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Write_ThatFails_LeavesNothing()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "PK\u0003\u0004");
        Assert.Throws<CrmException>(() => folder.Land("*.csv"));
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Store.Folder, "shop", "lines")), Is.Empty);
    }

    [Test]
    public void Write_WhereNoFolderCanBe_SaysSo()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id\n1\n");
        folder.Write("landing", "a file in the way");
        var error = Assert.Throws<CrmException>(() => folder.Land("*.csv"))!;
        Assert.That((error.Kind, error.Where), Is.EqualTo((FailureKind.Failed, Path.Combine(folder.Folder, "landing", "shop", "lines"))));
    }

    [Test]
    public void Find_DamagedManifest_SaysWhatToDo()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id\n1\n");
        File.WriteAllText(Path.ChangeExtension(folder.Land("*.csv").ParquetPath, ".json"), "{");
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("*.csv"))!.Next, Does.StartWith("Delete the file"));
    }

    [Test]
    public void Run_Cancelled_LeavesNothingAndTheNextRunLands()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id\n1\n");
        var extract = new StreamExtract(new FilesConnector(), folder.Store);
        using var cancelled = new CancellationTokenSource();
        var progress = new Cancelling(cancelled);
        Assert.That(
            () => extract.Run(folder.Stream("*.csv"), CommittedStream.Nothing, progress, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(folder.Store.Batches("shop", "lines"), Is.Empty);
        Assert.That(folder.Extract(folder.Stream("*.csv")).Resumed, Is.Zero);
    }

    [Test]
    public void Run_WithProgress_TellsAllBytesAndRecords()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id,x\n1,2\n3\n");
        folder.Write("b.jsonl", "{}\n{\n");
        var told = new Telling();
        new StreamExtract(new FilesConnector(), folder.Store).Run(folder.Stream("*.csv\n*.jsonl"), CommittedStream.Nothing, told);
        Assert.That(told.Last, Is.EqualTo(new ExtractProgress(2, 2, 16, 16, 4)));
    }

    [Test]
    public void Sql_WithFileIds_GivesThem()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "id\n1\n");
        folder.Write("b.csv", "id\n2\n");
        var sql = LandedRelation.Sql(folder.Land("*.csv"), f => f.Path == "a.csv" ? 70 : 80);
        Assert.That(folder.Session.Query<int>($"SELECT _file FROM ({sql}) ORDER BY id"), Is.EqualTo(new[] { 70, 80 }));
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) => source.Cancel();
    }

    private sealed class Telling : IProgress<ExtractProgress>
    {
        public ExtractProgress Last { get; private set; }

        public void Report(ExtractProgress value) => Last = value;
    }
}
