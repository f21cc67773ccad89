using System.Text.Json;
using Crm.Analytics.Host.Marts;
using Crm.Analytics.Etl;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Host;

internal sealed class MartFolderTests
{
    private TestProject project = null!;

    private string Root => Path.Combine(project.Folder, "out", "marts");

    [SetUp]
    public void Load()
    {
        project = new TestProject();
        project.Day("2020-01-01", "1,A,Mug,2,2020-01-01 10:00:00,3.50,C1,France", "2,B,Lamp,1,2020-01-01 11:00:00,20,C2,Germany");
        project.Run();
    }

    [TearDown]
    public void Remove() => project.Dispose();

    [Test]
    public void Refresh_AfterARun_WritesWhatHasRows_AndTheManifestCountsThem()
    {
        Assert.That(Refresh(1), Is.GreaterThan(3));

        var manifest = Manifest();
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        foreach (var table in manifest.GetProperty("tables").EnumerateArray())
        {
            var file = Path.Combine(Root, manifest.GetProperty("folder").GetString()!, table.GetProperty("file").GetString()!);
            Assert.That(session.Scalar<long>($"select count(*) from read_parquet({SqlName.Literal(file)})"), Is.EqualTo(table.GetProperty("rows").GetInt64()), file);
        }

        var current = Path.Combine(Root, "current");
        Assert.That(session.Scalar<decimal>($"select sum(revenue) from read_parquet({SqlName.Literal(Path.Combine(current, "fact_sales.parquet"))})"), Is.EqualTo(27m));
        Assert.That(session.Scalar<long>($"""
            select count(*) from read_parquet({SqlName.Literal(Path.Combine(current, "fact_sales.parquet"))}) join read_parquet({SqlName.Literal(Path.Combine(current, "dim_customer.parquet"))}) using (customer_version_key)
            """), Is.EqualTo(2));
        Assert.That(Names(manifest), Does.Contain("sales").And.Contain("customer").And.Not.Contain("support_case"));
    }

    [Test]
    public void Refresh_OfNamedTables_WritesThemAlone()
    {
        Refresh(1, "sales", "product");

        Assert.That(Names(Manifest()), Is.EquivalentTo((string[])["sales", "product"]));
    }

    [Test]
    public void Refresh_OfTheSameRunAndDeclaration_WritesNothing()
    {
        Refresh(1);

        Assert.That(Refresh(1), Is.Null);
        Assert.That(Refresh(1, "sales"), Is.EqualTo(1), "another declaration");
    }

    [Test]
    public void Refresh_AfterFurtherRuns_ShowsTheNewest_AndKeepsTheOneBefore()
    {
        Refresh(1);
        Refresh(2);
        Refresh(3);

        Assert.That(Directory.GetDirectories(Root, "run-*").Select(Path.GetFileName), Is.EquivalentTo((string[])["run-000002", "run-000003"]));
        Assert.That(new DirectoryInfo(Path.Combine(Root, "current")).LinkTarget, Is.EqualTo("run-000003"));
        Assert.That(Manifest().GetProperty("run").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public void Refresh_ThatIsStopped_LeavesWhatWasThere()
    {
        Refresh(1);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();

        Assert.That(() => Refresh(2, stopped.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(Manifest().GetProperty("run").GetInt32(), Is.EqualTo(1));
        Assert.That(Directory.GetDirectories(Root, "run-*").Select(Path.GetFileName), Is.EqualTo((string[])["run-000001"]));
        Assert.That(Refresh(2), Is.GreaterThan(3), "what the stopped one left does not hinder the next");
    }

    private int? Refresh(int run, params string[] tables) => Refresh(run, CancellationToken.None, tables);

    private int? Refresh(int run, CancellationToken cancellation, params string[] tables)
    {
        var declared = ProjectReader.ReadOrThrow(project.Folder, StandardConnectors.Options);
        Directory.CreateDirectory(Path.Combine(project.Folder, "out"));
        using var warehouse = DuckDbInstance.OpenWarehouse(new WarehouseOptions(Path.Combine(project.Folder, "warehouse.duckdb")) { AllowedDirectories = [Path.Combine(project.Folder, "out")] });
        var settings = new MartSettings([.. tables.Select(t => new OptionValue([t], default))]);
        return new MartFolder(declared, settings, Root).Refresh(warehouse, new DataAsOf(run, new DateTime(2020, 1, 1), DateTimeOffset.UnixEpoch), cancellation);
    }

    private JsonElement Manifest() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, MartFolder.Manifest))).RootElement;

    private static IEnumerable<string?> Names(JsonElement manifest) => manifest.GetProperty("tables").EnumerateArray().Select(t => t.GetProperty("name").GetString());
}
