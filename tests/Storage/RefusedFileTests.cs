using System.Buffers.Binary;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Storage;

/// <summary>A file that is no warehouse is refused with the four facts, and is afterwards as it was before.</summary>
public sealed class RefusedFileTests
{
    [TestCase("just some text that somebody named so")]
    [TestCase("x")]
    public void OpenWarehouse_TextFile_IsRefusedUnharmed(string content)
    {
        using var folder = new WarehouseFolder();
        folder.File("warehouse.duckdb", content);

        Refused(folder.Options, FailureKind.Failed, "not a whole DuckDB file");

        Assert.That(File.ReadAllText(folder.Warehouse), Is.EqualTo(content));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void OpenWarehouse_DamagedFile_IsRefusedUnharmed()
    {
        using var folder = new WarehouseFolder();
        DuckDbInstance.OpenWarehouse(folder.Options).Dispose();
        var bytes = File.ReadAllBytes(folder.Warehouse);
        bytes[100] ^= 0xFF;
        File.WriteAllBytes(folder.Warehouse, bytes);

        Refused(folder.Options, FailureKind.Failed, "not a whole DuckDB file");

        Assert.That(File.ReadAllBytes(folder.Warehouse).AsSpan().SequenceEqual(bytes), Is.True, "the file was changed");
    }

    [Test]
    public void OpenWarehouse_StorageVersionOfALaterDuckDb_IsRefusedUnharmed()
    {
        using var folder = new WarehouseFolder();
        DuckDbInstance.OpenWarehouse(folder.Options).Dispose();
        var bytes = File.ReadAllBytes(folder.Warehouse);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(12), 9999);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, BlockChecksum(bytes.AsSpan(8, 4096 - 8)));
        File.WriteAllBytes(folder.Warehouse, bytes);

        Refused(folder.Options, FailureKind.Failed, "storage version");

        Assert.That(File.ReadAllBytes(folder.Warehouse).AsSpan().SequenceEqual(bytes), Is.True, "the file was changed");
    }

    [Test]
    public void OpenWarehouse_Folder_IsRefused()
    {
        using var folder = new WarehouseFolder();
        Directory.CreateDirectory(folder.Warehouse);

        Refused(folder.Options, FailureKind.Failed, "a folder");
    }

    [Test]
    public void OpenWarehouse_FolderThatIsNotThere_IsRefused()
    {
        using var folder = new WarehouseFolder();

        Refused(new WarehouseOptions(Path.Combine(folder.Path, "missing", "warehouse.duckdb")), FailureKind.Failed, "does not exist");
    }

    [Test]
    public void OpenWarehouse_FileInPlaceOfItsFolder_IsRefused()
    {
        using var folder = new WarehouseFolder();
        var file = folder.File("file", "text");

        Refused(new WarehouseOptions(Path.Combine(file, "warehouse.duckdb")), FailureKind.Failed, "does not exist");
    }

    [Test]
    public void OpenWarehouse_ReadOnlyWithoutAFile_SaysToRunFirst()
    {
        using var folder = new WarehouseFolder();

        var error = Refused(folder.Options with { Access = WarehouseAccess.Read }, FailureKind.Failed, "no warehouse yet");

        Assert.That(error.Next, Does.Contain("crm run"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void OpenWarehouse_EmptyFile_IsMadeAWarehouse()
    {
        using var folder = new WarehouseFolder();
        folder.File("warehouse.duckdb", "");

        using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
        using var session = instance.Connect();

        Assert.That(session.Scalar<long>("select count(*) from meta.run"), Is.Zero);
    }

    [TestCase("IO Error: Cannot open file \"/data/w.duckdb\": Permission denied", FailureKind.Failed, "may not be written")]
    [TestCase("IO Error: Cannot open file \"C:\\w.duckdb\": Access is denied.", FailureKind.Failed, "may not be written")]
    [TestCase("IO Error: Cannot open file \"/data/w.duckdb\": Read-only file system", FailureKind.Failed, "may not be written")]
    [TestCase("IO Error: Could not write file \"w.duckdb\": No space left on device", FailureKind.Failed, "disk is full")]
    [TestCase("IO Error: Cannot open file \"w.duckdb\": The process cannot access the file because it is being used by another process.", FailureKind.Busy, "another process")]
    public void Refusal_WordsOfEachOperatingSystem_AreUnderstood(string message, FailureKind kind, string found)
    {
        var error = WarehouseFile.At("w.duckdb").Refusal(message, null);

        Assert.That((error.Kind, error.Found), Is.EqualTo((kind, error.Found)));
        Assert.That(error.Found, Does.Contain(found));
    }

    private static CrmException Refused(WarehouseOptions options, FailureKind kind, string found)
    {
        var error = Assert.Throws<CrmException>(() => DuckDbInstance.OpenWarehouse(options).Dispose());
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Kind, Is.EqualTo(kind));
        Assert.That(new[] { error.Where, error.Expected, error.Next }, Has.All.Not.Empty);
        return error;
    }

    // DuckDB's own: the words of the block hashed and xored, from 5381.
    private static ulong BlockChecksum(ReadOnlySpan<byte> block)
    {
        ulong sum = 5381;
        for (; block.Length >= 8; block = block[8..])
            sum ^= BinaryPrimitives.ReadUInt64LittleEndian(block) * 0xbf58476d1ce4e5b9;
        return sum;
    }
}
