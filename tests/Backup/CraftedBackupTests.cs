using System.Text;
using Crm.Analytics.Host.Backup;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Backup;

/// <summary>Backups that somebody tampered with, with the key and without it.</summary>
internal sealed class CraftedBackupTests
{
    private string _folder = "";
    private BackupKey _key = null!;

    private string To => Path.Combine(_folder, "restored", "here");

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("crm-crafted-").FullName;
        _key = BackupKey.Parse(BackupKey.New(), "the test");
        Directory.CreateDirectory(Path.Combine(_folder, "restored"));
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestCase("../outside.txt")]
    [TestCase("../here-too/outside.txt")]
    [TestCase("data/../../outside.txt")]
    [TestCase("/tmp/crm-crafted-outside.txt")]
    [TestCase("data/..")]
    [TestCase("")]
    public void Restore_OfAPathThatLeadsOut_WritesNothingThere(string path)
    {
        var store = Store();
        var file = store.Put("ok.txt", Content("evil"), DateTimeOffset.UnixEpoch, CancellationToken.None) with { Path = path };
        Assert.That(Refused(store, Set("warehouse.duckdb", file)).Found, Does.Contain("leads out of the project"));
        Assert.That(Directory.EnumerateFiles(Path.Combine(_folder, "restored"), "*", SearchOption.AllDirectories), Is.Empty);
        Assert.That(File.Exists("/tmp/crm-crafted-outside.txt"), Is.False);
    }

    [TestCase("../warehouse.duckdb")]
    [TestCase("/tmp/crm-crafted-warehouse.duckdb")]
    [TestCase("elsewhere.duckdb")]
    public void Restore_WithAWarehouseThatIsNotInTheBackup_OpensNothing(string warehouse)
    {
        var store = Store();
        var file = store.Put("ok.txt", Content("fine"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        Assert.That(Refused(store, Set(warehouse, file)).Found, Does.Contain("a warehouse that is not in it"));
        Assert.That(File.Exists(Path.GetFullPath(Path.Combine(To, warehouse))), Is.False);
    }

    [Test]
    public void Restore_OfPiecesThatWereSwapped_IsRefused()
    {
        var store = Store();
        var one = store.Put("one.txt", Content("one"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        var two = store.Put("two.txt", Content("two"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        var (first, second) = (PieceOf(one), PieceOf(two));
        var bytes = File.ReadAllBytes(first);
        File.Copy(second, first, overwrite: true);
        File.WriteAllBytes(second, bytes);
        Assert.That(Refused(store, Set("one.txt", one, two)).Found, Does.Contain("a piece of it is damaged"));
    }

    [Test]
    public void Restore_OfAnotherFilesPieces_IsRefused()
    {
        var store = Store();
        var one = store.Put("one.txt", Content("one"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        var two = store.Put("two.txt", Content("two"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        Assert.That(Refused(store, Set("one.txt", one with { Pieces = two.Pieces })).Found, Does.Contain("its content is not what was kept"));
    }

    [TestCase("..")]
    [TestCase("../../../../etc/passwd")]
    [TestCase("x")]
    public void Restore_OfAPieceThatIsNone_IsRefused(string piece)
    {
        var store = Store();
        var file = store.Put("one.txt", Content("one"), DateTimeOffset.UnixEpoch, CancellationToken.None) with { Pieces = [piece] };
        Assert.That(Refused(store, Set("one.txt", file)).Found, Does.Contain("one.txt"));
    }

    [Test]
    public void List_OfAnOlderBackupUnderTheNameOfANewer_IsRefused()
    {
        var store = Store();
        var file = store.Put("one.txt", Content("one"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        store.Put(Set("one.txt", file));
        store.Put(Set("one.txt", file) with { At = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), Run = 2 });
        var sets = Directory.EnumerateFiles(Path.Combine(store.Folder, "sets")).Order(StringComparer.Ordinal).ToList();
        File.Copy(sets[0], sets[1], overwrite: true);
        Assert.That(Assert.Throws<CrmException>(() => store.Sets())!.Found, Does.Contain("damaged"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "links take a right there that not everybody has")]
    public void Restore_ThroughALinkInTheFolder_IsRefused()
    {
        var store = Store();
        var file = store.Put("data/one.txt", Content("one"), DateTimeOffset.UnixEpoch, CancellationToken.None);
        Directory.CreateDirectory(To);
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(To, "data"), elsewhere);
        Assert.That(Refused(store, Set("data/one.txt", file)).Found, Does.Contain("a folder with something in it"));
        Assert.That(Directory.EnumerateFileSystemEntries(elsewhere), Is.Empty);
    }

    private BackupStore Store(string name = "backup") => BackupStore.ToWrite(Path.Combine(_folder, name), _key);

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private static BackupSet Set(string warehouse, params BackupFile[] files) => new(1, "Test", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 1, "1", warehouse, files);

    private string PieceOf(BackupFile file) => Path.Combine(_folder, "backup", "pieces", file.Pieces[0][..2], file.Pieces[0]);

    private CrmException Refused(BackupStore store, BackupSet set) => Assert.Throws<CrmException>(() => Restoring.Restore(store, set, null, To, CancellationToken.None))!;
}
