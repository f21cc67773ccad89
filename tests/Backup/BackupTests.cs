using System.Text;

namespace Crm.Analytics.Tests.Backup;

internal sealed class BackupTests
{
    private SmallShop _shop = null!;

    [SetUp]
    public void Make()
    {
        _shop = new SmallShop("backup: {to: ../backup}\n");
        _shop.Deliver(1, 100);
        _shop.Json("run");
        Assert.That(_shop.Run(_shop.Folder, "backup", "--make-key").Code, Is.Zero);
    }

    [TearDown]
    public void Delete() => _shop.Dispose();

    [Test]
    public void Backup_WithoutAKey_WritesNothing()
    {
        File.Delete(Path.Combine(_shop.Folder, "secrets", "CRM_BACKUP_KEY"));
        var (code, _, error) = _shop.Run(_shop.Folder, "backup");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("CRM_BACKUP_KEY").And.Contain("--make-key"));
        Assert.That(Directory.Exists(_shop.Beside("backup")), Is.False);
    }

    [TestCase("short")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    public void Backup_WithAKeyThatIsNone_IsRefused(string key)
    {
        File.WriteAllText(Path.Combine(_shop.Folder, "secrets", "CRM_BACKUP_KEY"), key);
        var (code, _, error) = _shop.Run(_shop.Folder, "backup");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("64 hexadecimal digits").And.Not.Contain(key));
    }

    [Test]
    public void Backup_Again_WritesOnlyWhatIsNew()
    {
        var first = _shop.Json("backup");
        var same = _shop.Json("backup");
        Assert.That(same.GetProperty("written").GetInt64(), Is.LessThan(first.GetProperty("written").GetInt64() / 10));
        Assert.That(_shop.Json("backup", "--list").GetProperty("backups").GetArrayLength(), Is.EqualTo(2));
        var (code, output, error) = _shop.Run(_shop.Folder, "backup", "--verify");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("2 backups"));
    }

    [Test]
    public void Backup_HoldsNothingInTheClear()
    {
        _shop.Json("backup");
        foreach (var file in Directory.EnumerateFiles(_shop.Beside("backup"), "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file)) + file;
            Assert.That(text, Does.Not.Contain("SECRETPRODUCT").And.Not.Contain("DUCK").And.Not.Contain("Small shop").And.Not.Contain("lines.parquet").And.Not.Contain("order_line"));
        }
    }

    [Test]
    public void Restore_OnACleanMachine_GivesEqualFigures_AndLoadsGoOn()
    {
        var totals = _shop.Totals(_shop.Folder);
        _shop.Json("backup");
        var made = Restore("restored");
        Assert.That(made.GetProperty("run").GetString(), Is.EqualTo("1"));
        var restored = _shop.Beside("restored");
        Assert.That(_shop.Totals(restored), Is.EqualTo(totals));
        _shop.Deliver(2, 50);
        CopyData(restored);
        Assert.That(_shop.JsonIn(restored, "run").GetProperty("loaded").GetInt64(), Is.EqualTo(50));
        Assert.That(_shop.Totals(restored).Lines, Is.EqualTo(150));
    }

    [Test]
    public void Restore_ToAPastRunWithABackupOfItsOwn_IsThatBackup()
    {
        _shop.Json("backup");
        _shop.Deliver(2, 50);
        _shop.Json("run");
        _shop.Json("backup");
        var made = Restore("restored", "--run", "1");
        Assert.That(made.GetProperty("rewound").GetBoolean(), Is.False);
        Assert.That(_shop.Totals(_shop.Beside("restored")).Lines, Is.EqualTo(100));
        Assert.That(_shop.JsonIn(_shop.Beside("restored"), "runs").GetProperty("runs").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public void Restore_ToAPastRunWithoutABackup_TakesTheNextOneBackByItsHistory_AndLoadsGoOn()
    {
        _shop.Deliver(2, 50);
        _shop.Json("run");
        var second = _shop.Totals(_shop.Folder);
        _shop.Deliver(3, 7);
        _shop.Json("run");
        var third = _shop.Totals(_shop.Folder);
        _shop.Json("backup");
        var made = Restore("restored", "--run", "2");
        Assert.That(made.GetProperty("rewound").GetBoolean(), Is.True);
        Assert.That(_shop.Totals(_shop.Beside("restored")), Is.EqualTo(second));
        Assert.That(second.Lines, Is.EqualTo(150));
        Assert.That(made.GetProperty("canLoad").GetBoolean(), Is.True);
        CopyData(_shop.Beside("restored"));
        _shop.JsonIn(_shop.Beside("restored"), "run");
        Assert.That(_shop.Totals(_shop.Beside("restored")), Is.EqualTo(third));
        Assert.That(third.Lines, Is.EqualTo(157));
    }

    [Test]
    public void Restore_ToAPastRunWhoseFilesChangedLater_ShowsItAsItWas_AndRefusesLoads()
    {
        _shop.Deliver(2, 50);
        _shop.Json("run");
        _shop.Deliver(1, 90);
        _shop.Json("run");
        _shop.Json("backup");
        var made = Restore("restored", "--run", "2");
        Assert.That(_shop.Totals(_shop.Beside("restored")).Lines, Is.EqualTo(150));
        Assert.That(made.GetProperty("canLoad").GetBoolean(), Is.False);
        var (code, _, error) = _shop.Run(_shop.Beside("restored"), "run");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("taken back to run 2"));
    }

    [Test]
    public void Restore_ToARunThatNeverWas_IsRefused()
    {
        _shop.Json("backup");
        var (code, _, error) = _shop.Run(_shop.Folder, "restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside("restored"), "--run", "9");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("no backup reaches run 9"));
        Assert.That(Directory.Exists(_shop.Beside("restored")), Is.False);
    }

    [Test]
    public void Restore_OfADamagedPiece_IsRefused()
    {
        _shop.Json("backup");
        var piece = Directory.EnumerateFiles(Path.Combine(_shop.Beside("backup"), "pieces"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = File.ReadAllBytes(piece);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(piece, bytes);
        var (code, _, error) = _shop.Run(_shop.Folder, "restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside("restored"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("damaged"));
        Assert.That(_shop.Run(_shop.Folder, "backup", "--verify").Code, Is.EqualTo(1));
    }

    [Test]
    public void Restore_WithAnotherKey_IsRefused()
    {
        _shop.Json("backup");
        File.Delete(Path.Combine(_shop.Folder, "secrets", "CRM_BACKUP_KEY"));
        _shop.Run(_shop.Folder, "backup", "--make-key");
        var (code, _, error) = _shop.Run(_shop.Folder, "restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside("restored"));
        Assert.That(code, Is.EqualTo(3));
        Assert.That(error, Does.Contain("another key"));
    }

    [Test]
    public void Restore_IntoAFolderThatIsNotEmpty_ChangesNothing()
    {
        _shop.Json("backup");
        var before = Directory.EnumerateFileSystemEntries(_shop.Folder).ToList();
        var (code, _, error) = _shop.Run(_shop.Folder, "restore", "--from", _shop.Beside("backup"), "--to", _shop.Folder);
        Assert.That(code, Is.EqualTo(2), error);
        Assert.That(Directory.EnumerateFileSystemEntries(_shop.Folder), Is.EquivalentTo(before));
    }

    private System.Text.Json.JsonElement Restore(string name, params string[] more) =>
        _shop.Json(["restore", "--from", _shop.Beside("backup"), "--to", _shop.Beside(name), .. more]);

    private void CopyData(string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "data"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_shop.Folder, "data")))
        {
            File.Copy(file, Path.Combine(to, "data", Path.GetFileName(file)));
        }
    }
}
