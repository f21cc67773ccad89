using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Host.Parsing;
using Crm.Analytics.Tests.Privacy;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Security;

/// <summary>Files from outside are read in a process of their own: what it takes, what it is told, what becomes of it.</summary>
internal sealed class ParserProcessTests
{
    private static readonly SourceLocation here = new("sources/shop.yaml", 1, 1);
    private static readonly ParserLimits plenty = new(1500, TimeSpan.FromMinutes(5));
    private string _folder = "";
    private DuckDbInstance _scratch = null!;

    [OneTimeSetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("crm-parser-").FullName;
        _scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        File.WriteAllText(Path.Combine(_folder, "lines.csv"), "id,name\n1,\"two\nlines\"\n2,x,y\n3,z\n");
        File.WriteAllText(Path.Combine(_folder, "people.xml"), "<all><p><id>1</id><n>Ann</n></p><p><id>2</id></p></all>");
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _scratch.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("lines.csv", "csv")]
    [TestCase("people.xml", "xml")]
    public void Extract_InAWorker_LandsWhatItLandsInProcess(string path, string format)
    {
        var (here, there) = (Extract(new FilesConnector(), path, format), Extract(Worker(plenty), path, format));
        Assert.That(there.Batch.Records, Is.EqualTo(here.Batch.Records).And.GreaterThan(0));
        Assert.That(there.Batch.Columns, Is.EqualTo(here.Batch.Columns));
        Assert.That(there.Batch.Rejects, Is.EqualTo(here.Batch.Rejects));
        Assert.That(there.Batch.Files.Select(f => (f.Path, f.Size, f.Sha256, f.Records, f.Rejected)), Is.EqualTo(here.Batch.Files.Select(f => (f.Path, f.Size, f.Sha256, f.Records, f.Rejected))));
        Assert.That(there.Rows, Is.EqualTo(here.Rows).And.Not.Empty);
        using var session = _scratch.Connect();
        Assert.That(Worker(plenty).Columns(Stream(path, format, session)), Is.EqualTo(new FilesConnector().Columns(Stream(path, format, session))));
    }

    [Test]
    public void Error_OfAWorker_IsToldAsInProcess()
    {
        using var session = _scratch.Connect();
        var here = Assert.Throws<CrmException>(() => new FilesConnector().Columns(Stream("nothing*.csv", "csv", session)))!;
        var there = Assert.Throws<CrmException>(() => Worker(plenty).Columns(Stream("nothing*.csv", "csv", session)))!;
        Assert.That((there.Kind, there.Found, there.Where, there.Expected, there.Next), Is.EqualTo((here.Kind, here.Found, here.Where, here.Expected, here.Next)));
    }

    [Test]
    public void Parser_ThatTakesTooMuchMemory_IsEnded_AndTheNextRequestIsAnswered()
    {
        var error = Assert.Throws<CrmException>(() => Extract(Worker(new(20, TimeSpan.FromMinutes(5))), "lines.csv", "csv"))!;
        Assert.That(error.Found, Does.Contain("took more than 20 MB of memory and was ended"));
        Assert.That((error.Kind, error.Where, error.Expected, error.Next), Is.EqualTo((FailureKind.Failed, "shop/lines", "files that can be read within security.parse_memory and security.parse_time",
            "Look at the newest files of the stream: take away what is damaged, or raise the limit in crm.yaml")));
        Assert.That(Extract(Worker(plenty), "lines.csv", "csv").Batch.Records, Is.EqualTo(3));
    }

    [Test]
    public void Parser_ThatTakesTooLong_IsEnded()
    {
        var error = Assert.Throws<CrmException>(() => Extract(Worker(new(1501, TimeSpan.FromMilliseconds(1))), "lines.csv", "csv"))!;
        Assert.That(error.Found, Does.StartWith("the parser took longer than"));
    }

    [Test]
    public void Parser_ThatBreaksDown_IsTold_AndAnotherTakesItsPlace()
    {
        using (var parser = new ParserProcess(plenty))
        {
            var end = parser.Ask(Encoding.UTF8.GetBytes("""{"Connector": 7}"""), (_, _) => { }, CancellationToken.None);
            Assert.That(end!.Why, Does.StartWith("the parser broke down (exit code"));
            Assert.That(parser.IsAlive, Is.False);
        }

        Assert.That(Extract(Worker(plenty), "lines.csv", "csv").Batch.Records, Is.EqualTo(3));
    }

    [Test]
    public void Bomb_InAnArchive_FailsItsStreamOrIsSetAside_AndWhatIsGoodLoadsAfterwards()
    {
        using var shop = new PersonShop("security: {parse_memory: 400MB}\n");
        using (var packed = new GZipStream(File.Create(Path.Combine(shop.Beside("outside"), "people9.csv.gz")), CompressionLevel.SmallestSize))
        {
            packed.Write("id,name,email,phone,street,city,at\n9,"u8);
            var zeros = new byte[1 << 20];
            Array.Fill(zeros, (byte)'0');
            for (var i = 0; i < 600; i++)
            {
                packed.Write(zeros);
            }
        }

        shop.Write("sources/shop.yaml", File.ReadAllText(Path.Combine(shop.Folder, "sources", "shop.yaml")).Replace("people*.csv,", "people*.csv*,", StringComparison.Ordinal));
        var bombed = PersonShop.Run(shop.Folder, "run");
        Assert.That(bombed.Code == 0 ? PersonShop.Run(shop.Folder, "quarantine", "list").Output : bombed.Error, Does.Contain("people9.csv.gz").Or.Contain("shop/people"), bombed.Error);

        File.Delete(Path.Combine(shop.Beside("outside"), "people9.csv.gz"));
        Assert.That(PersonShop.Run(shop.Folder, "run").Code, Is.Zero);
        Assert.That(PersonShop.Totals(shop.Folder), Does.Contain("sales.revenue"));
    }

    [Test]
    [Platform("Linux", Reason = "there a process's environment can be looked at")]
    public void Environment_OfAParser_HoldsNoSecret()
    {
        Environment.SetEnvironmentVariable("CRM_PLANTED_FOR_PARSER", "planted-secret");
        try
        {
            using var parser = new ParserProcess(plenty);
            var environment = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{parser.Id}/environ"));
            Assert.That(environment, Does.Contain("DOTNET_GCHeapHardLimit=0x2cb41780").And.Not.Contain("planted-secret").And.Not.Contain("CRM_"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("CRM_PLANTED_FOR_PARSER", null);
        }
    }

    [Test]
    public async Task Parser_WhoseParentIsGone_EndsAtOnce()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "crm.dll"), ParserService.Argument, "100MB"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(12));
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.HasExited);
    }

    private static WorkerConnector Worker(ParserLimits limits) => new(new FilesConnector(), ParserPool.Of(limits));

    private StreamContext Stream(string path, string format, ISession session)
    {
        Dictionary<string, OptionValue> options = new() { ["path"] = new([path], here), ["format"] = new([format], here) };
        var stream = new SourceStream("lines", options, [], [], here);
        return new(_folder, new Source("shop", "files", new Dictionary<string, OptionValue>(), null, [stream], [], [], here), stream, session);
    }

    private (LandedBatch Batch, IReadOnlyList<string> Rows) Extract(IConnector connector, string path, string format)
    {
        using var session = _scratch.Connect();
        var work = Directory.CreateDirectory(Path.Combine(_folder, $"work-{Guid.NewGuid():N}")).FullName;
        var stream = Stream(path, format, session);
        var batch = connector.Extract(stream, connector.Discover(stream, CommittedStream.Nothing), new ExtractTarget(Path.Combine(work, "batch.parquet"), work));
        return (batch, session.Query<string>($"SELECT CAST(t AS VARCHAR) FROM read_parquet({SqlName.Literal(batch.ParquetPath)}) t"));
    }
}
