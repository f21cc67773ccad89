using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

/// <summary>A warehouse with a key: what it writes, sets down and logs on disk, and what it refuses.</summary>
internal sealed class EncryptedWarehouseTests
{
    private static readonly DataKey Key = DataKey.Parse("00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef")!;

    [Test]
    public void Key_Text_IsReadOrNone()
    {
        Assert.That(DataKey.Parse("abc"), Is.Null);
        Assert.That(DataKey.Parse(new string('g', 64)), Is.Null);
        Assert.That(Key.ToString(), Does.Not.Contain("0011"));
    }

    [Test]
    public void Seal_OpensForTheSameNameAndKeyOnly()
    {
        var content = Encoding.UTF8.GetBytes("planted content");
        var made = Key.Seal(content, "a");
        Assert.That(DataKey.IsSealed(made), Is.True);
        Assert.That(made, Has.Length.EqualTo(content.Length + DataKey.SealBytes));
        Assert.That(Key.TryOpen(made, "a", out var opened), Is.True);
        Assert.That(opened, Is.EqualTo(content));
        Assert.That(Key.TryOpen(made, "b", out _), Is.False);
        Assert.That(Other.TryOpen(made, "a", out _), Is.False);
        Assert.That(Key.Seal(content, "a"), Is.Not.EqualTo(made), "each time with a nonce of its own");
        made[^1] ^= 1;
        Assert.That(Key.TryOpen(made, "a", out _), Is.False);
    }

    [Test]
    public void OpenWarehouse_WithAKey_WritesCiphertextIntoFileAndLog()
    {
        using var folder = new WarehouseFolder();
        var (copy, options) = (folder.File("copy.duckdb"), folder.Options with { Key = Key });
        using (var instance = DuckDbInstance.OpenWarehouse(options))
        {
            using var session = instance.Connect();
            session.Execute("CREATE TABLE main.t AS SELECT 'planted_' || i AS name FROM range(1000) r(i)");
            Assert.That(session.TryCheckpoint(), Is.True);
            session.Execute("INSERT INTO main.t VALUES ('planted_late')");

            // As a kill would leave them: rows of the file, and those of its log.
            File.Copy(folder.Warehouse, copy);
            File.Copy($"{folder.Warehouse}.wal", $"{copy}.wal");
        }

        foreach (var file in Directory.EnumerateFiles(folder.Path))
        {
            Assert.That(Encoding.Latin1.GetString(File.ReadAllBytes(file)), Does.Not.Contain("planted"), file);
        }

        using var again = DuckDbInstance.OpenWarehouse(new WarehouseOptions(copy) { Key = Key });
        using var reader = again.Connect();
        Assert.That(reader.Scalar<long>("SELECT count(*) FROM main.t"), Is.EqualTo(1001), "the log is replayed");
    }

    [Test]
    public void OpenWarehouse_WithAnotherStateOrKey_IsRefusedUnharmed()
    {
        using var folder = new WarehouseFolder();
        DuckDbInstance.OpenWarehouse(folder.Options with { Key = Key }).Dispose();
        var bytes = File.ReadAllBytes(folder.Warehouse);
        Refused(folder.Options, "is encrypted");
        Refused(folder.Options with { Key = Other }, "another key");
        Refused(folder.Options with { Key = Other, Access = WarehouseAccess.Read }, "another key");
        Assert.That(File.ReadAllBytes(folder.Warehouse), Is.EqualTo(bytes));
        Assert.That(DuckDbInstance.Opens(folder.Warehouse, Key), Is.True);
        Assert.That(DuckDbInstance.Opens(folder.Warehouse, Other), Is.False);

        using var clear = new WarehouseFolder();
        DuckDbInstance.OpenWarehouse(clear.Options).Dispose();
        Refused(clear.Options with { Key = Key }, "in the clear");
    }

    [Test]
    public void Rewrite_FromOneKeyToAnother_KeepsWhatItHolds()
    {
        using var folder = new WarehouseFolder();
        using (var instance = DuckDbInstance.OpenWarehouse(folder.Options))
        {
            using var session = instance.Connect();
            session.Execute("CREATE TABLE main.t AS SELECT i FROM range(1000) r(i)");
        }

        DuckDbInstance.Rewrite(folder.Warehouse, null, Key);
        Assert.That(DuckDbInstance.IsEncrypted(folder.Warehouse), Is.True);
        DuckDbInstance.Rewrite(folder.Warehouse, Key, Other);
        Assert.That(DuckDbInstance.Opens(folder.Warehouse, Key), Is.False);
        DuckDbInstance.Rewrite(folder.Warehouse, Other, null);
        Assert.That(DuckDbInstance.IsEncrypted(folder.Warehouse), Is.False);
        using var again = DuckDbInstance.OpenWarehouse(folder.Options);
        using var reader = again.Connect();
        Assert.That(reader.Scalar<long>("SELECT sum(i)::BIGINT FROM main.t"), Is.EqualTo(499_500));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Spill_IsCiphertextWithAKey(bool encrypted)
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options with { Key = encrypted ? Key : null, MemoryLimit = "60MB", Threads = 1, TempDirectory = folder.File("spill") });
        using var session = instance.Connect();
        session.Execute("CREATE TEMP TABLE x AS SELECT 'planted_' || hash(i) || repeat('z', 40) AS a FROM range(1000000) r(i)");
        var spilled = Directory.EnumerateFiles(folder.File("spill")).Select(Bytes).ToList();
        Assert.That(spilled.Sum(s => s.Length), Is.GreaterThan(1_000_000), "something was set down");
        Assert.That(spilled.Exists(s => s.Contains("planted_", StringComparison.Ordinal)), Is.EqualTo(!encrypted));
    }

    [Test]
    public void Session_ShowsNobodyTheKey()
    {
        using var folder = new WarehouseFolder();
        using var instance = DuckDbInstance.OpenWarehouse(folder.Options with { Key = Key });
        using var session = instance.Connect();
        var told = session.Query<string>("SELECT CAST(d AS VARCHAR) FROM duckdb_databases() d UNION ALL SELECT CAST(s AS VARCHAR) FROM duckdb_settings() s UNION ALL SELECT CAST(v AS VARCHAR) FROM duckdb_variables() v");
        Assert.That(told, Has.Some.Contain("warehouse"));
        Assert.That(told, Has.None.Contain(Key.Warehouse).And.None.Contain(Key.Parquet));
        Assert.That(session.Query<string?>("SELECT getvariable('parquet_key')"), Is.EqualTo(new string?[] { null }));
    }

    private static DataKey Other { get; } = DataKey.Parse("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100")!;

    private static string Bytes(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    private static void Refused(WarehouseOptions options, string words)
    {
        var error = Assert.Throws<CrmException>(() => DuckDbInstance.OpenWarehouse(options).Dispose());
        Assert.That(error.Kind, Is.EqualTo(FailureKind.CheckFailed));
        Assert.That(error.Found, Does.Contain(words));
        Assert.That(error.Next, Is.Not.Empty);
        Assert.That(error.ToString(), Does.Not.Contain(Key.Warehouse));
    }
}
