using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

/// <summary>SQL that reaches the warehouse can touch the landing and out folders and nothing else of the machine.</summary>
public sealed class LockedConfigurationTests
{
    private WarehouseFolder _folder = null!;
    private DuckDbInstance _instance = null!;
    private ISession _session = null!;

    [SetUp]
    public void Open()
    {
        _folder = new WarehouseFolder();
        Directory.CreateDirectory(_folder.File("landing"));
        Directory.CreateDirectory(_folder.File("landing-secret"));
        _folder.File(Path.Combine("landing", "in.csv"), "a,b\n1,2\n");
        _folder.File(Path.Combine("landing-secret", "in.csv"), "a,b\n1,2\n");
        _folder.File("outside.csv", "a,b\n1,2\n");
        _instance = DuckDbInstance.OpenWarehouse(_folder.Options with { AllowedDirectories = [_folder.File("landing")] });
        _session = _instance.Connect();
    }

    [TearDown]
    public void Close()
    {
        _session.Dispose();
        _instance.Dispose();
        _folder.Dispose();
    }

    [TestCase("select * from read_csv('/etc/passwd')")]
    [TestCase("select * from read_csv('{outside.csv}')")]
    [TestCase("select * from read_text('{outside.csv}')")]
    [TestCase("select * from '{outside.csv}'")]
    [TestCase("select * from read_csv('{landing}/../outside.csv')")]
    [TestCase("select * from read_csv('{landing-secret}/in.csv')")]
    [TestCase("select * from glob('{landing}/../*')")]
    [TestCase("copy (select 1) to '{out.csv}'")]
    [TestCase("copy (select 1) to '{landing}/../out.parquet'")]
    [TestCase("export database '{exported}'")]
    [TestCase("attach '{other.duckdb}' as other")]
    [TestCase("attach '{warehouse.duckdb}' as twice")]
    [TestCase("install httpfs")]
    [TestCase("load httpfs")]
    [TestCase("load '{outside.csv}'")]
    [TestCase("set enable_external_access = true")]
    [TestCase("set allowed_directories = ['/']")]
    [TestCase("set lock_configuration = false")]
    [TestCase("reset lock_configuration")]
    [TestCase("pragma enable_external_access = true")]
    [TestCase("set temp_directory = '{outside}'")]
    [TestCase("set memory_limit = '1TB'")]
    [TestCase("create persistent secret s (type s3)")]
    public void Statement_ReachingOutside_IsRefused(string template)
    {
        var sql = System.Text.RegularExpressions.Regex.Replace(template, @"\{(.*?)\}", match => _folder.File(match.Groups[1].Value));
        var before = Directory.GetFileSystemEntries(_folder.Path);

        Assert.That(() => _session.Execute(sql), Throws.TypeOf<EngineException>());

        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EqualTo(before));
    }

    [Test]
    public void Statement_InsideTheAllowedFolder_Works()
    {
        var landing = _folder.File("landing");

        _session.Execute($"copy (select 42 as answer) to {SqlName.Literal(Path.Combine(landing, "x.parquet"))}");

        Assert.That(_session.Scalar<int>($"select answer from {SqlName.Literal(Path.Combine(landing, "x.parquet"))}"), Is.EqualTo(42));
        Assert.That(_session.Scalar<long>($"select b from read_csv({SqlName.Literal(Path.Combine(landing, "in.csv"))})"), Is.EqualTo(2));
    }

    [Test]
    public void Connect_AfterTheLock_StillKnowsProgress()
    {
        _session.Execute("create table star.big as select range as i from range(1000000)");
        var query = Task.Run(() => _session.Scalar<long>("select count(distinct hash(i)::varchar) from star.big"));

        var known = false;
        while (!query.IsCompleted)
            known |= _session.Progress is > 0;

        Assert.That((query.Result, known), Is.EqualTo((1000000L, true)));
    }
}
