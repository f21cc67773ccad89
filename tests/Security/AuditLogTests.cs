using System.Text;
using Crm.Analytics.Host.Security;

namespace Crm.Analytics.Tests.Security;

internal sealed class AuditLogTests
{
    private string _folder = "";
    private SetClock _clock = null!;

    private string Segment => Path.Combine(_folder, "audit", "2026-03.jsonl");

    private string Head => Path.Combine(_folder, "audit", "head");

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("crm-audit-").FullName;
        _clock = new() { Now = new DateTimeOffset(2026, 3, 30, 12, 0, 0, TimeSpan.Zero) };
        for (var i = 1; i <= 6; i++)
        {
            Append(new AuditLog(_folder, _clock), i);
        }
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Log_AsItWasWritten_HasNoFault()
    {
        var found = Look();
        Assert.That(found.Faults, Is.Empty);
        Assert.That(found.Entries, Is.EqualTo(6));
        Assert.That(AuditVerification.Entries(new AuditLog(_folder, _clock)).Select(e => e.Fact.What), Is.EqualTo(Enumerable.Range(1, 6).Select(i => $"thing {i}")));
    }

    [TestCase("thing 3", "thing 8", "entry 3 was changed")]
    [TestCase("\"ada\"", "\"eve\"", "entry 1 was changed")]
    [TestCase("thing 6", "thing 7", "entry 6 was changed")]
    [TestCase("\"n\":4", "\"n\":5", "missing")]
    public void Entry_Changed_IsFound(string was, string becomes, string fault)
    {
        var text = File.ReadAllText(Segment);
        var at = text.IndexOf(was, StringComparison.Ordinal);
        File.WriteAllText(Segment, text[..at] + becomes + text[(at + was.Length)..]);
        Assert.That(Faults(), Does.Contain(fault));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Entry_Removed_IsFound(int which)
    {
        Rewrite(lines => lines.RemoveAt(which - 1));
        Assert.That(Faults(), Does.Contain($"entries {which} to {which} are missing before it"));
    }

    [Test]
    public void Entries_InAnotherOrder_AreFound()
    {
        Rewrite(lines => (lines[2], lines[3]) = (lines[3], lines[2]));
        Assert.That(Faults(), Does.Contain("entry 3 stands behind entry 4"));
    }

    [Test]
    public void Entry_ThatStandsTwice_IsFound()
    {
        Rewrite(lines => lines.Insert(2, lines[1]));
        Assert.That(Faults(), Does.Contain("entry 2 stands behind entry 2"));
    }

    [TestCase(1)]
    [TestCase(6)]
    public void End_CutOff_IsFound(int cut)
    {
        Rewrite(lines => lines.RemoveRange(6 - cut, cut));
        Assert.That(Faults(), Does.Contain($"entries {7 - cut} to 6 are missing at the end"));
    }

    [Test]
    public void End_CutOffAndWrittenOn_IsStillFound()
    {
        Rewrite(lines => lines.RemoveRange(4, 2));
        Append(new AuditLog(_folder, _clock), 7);
        Assert.That(Faults(), Does.Contain("entries 5 to 6 are missing before it"));
    }

    [Test]
    public void End_CutOffTogetherWithTheHead_IsStillFoundAfterWriting()
    {
        Rewrite(lines => lines.RemoveRange(4, 2));
        File.Delete(Head);
        Assert.That(Faults(), Does.Contain("it is gone"));
        Append(new AuditLog(_folder, _clock), 7);
        Assert.That(Faults(), Does.Contain("the head was gone"));
    }

    [Test]
    public void Log_TakenAwayWhole_IsFoundAfterWriting()
    {
        Directory.Delete(Path.Combine(_folder, "audit"), recursive: true);
        Append(new AuditLog(_folder, _clock), 1);
        Assert.That(Faults(), Does.Contain("the head was gone"));
    }

    [Test]
    public void Log_TakenBackToAnEarlierState_IsFoundByANotedEntry()
    {
        var (log, head) = (File.ReadAllBytes(Segment), File.ReadAllBytes(Head));
        Append(new AuditLog(_folder, _clock), 7);
        var noted = Look().Head;
        Assert.That(Look(noted).Faults, Is.Empty);
        File.WriteAllBytes(Segment, log);
        File.WriteAllBytes(Head, head);
        Assert.That(Look().Faults, Is.Empty);
        Assert.That(string.Join('\n', Look(noted).Faults), Does.Contain("taken back"));
    }

    [Test]
    public void Entry_WithoutTheKey_CannotBeMade()
    {
        var elsewhere = Directory.CreateTempSubdirectory("crm-audit-").FullName;
        for (var i = 1; i <= 6; i++)
        {
            Append(new AuditLog(elsewhere, _clock), i == 4 ? 44 : i);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(elsewhere, "audit")))
        {
            File.Copy(file, Path.Combine(_folder, "audit", Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(elsewhere, recursive: true);
        Assert.That(Faults(), Does.Contain("entry 1 was changed, or written with another key").And.Contain("audit/head"));
    }

    [Test]
    public void Writer_ThatDiedInALine_LeavesALogThatGoesOn()
    {
        File.AppendAllText(Segment, "{\"n\":7,\"at\":\"2026-");
        Assert.That(Look().Faults, Is.Empty);
        Append(new AuditLog(_folder, _clock), 7);
        Assert.That(Look().Faults, Is.Empty);
        Assert.That(Look().Entries, Is.EqualTo(7));
    }

    [Test]
    public void Writer_ThatDiedBeforeTheHead_LeavesALogThatGoesOn()
    {
        var head = File.ReadAllBytes(Head);
        Append(new AuditLog(_folder, _clock), 7);
        File.WriteAllBytes(Head, head);
        Assert.That(Look().Faults, Is.Empty);
        Append(new AuditLog(_folder, _clock), 8);
        Assert.That(Look().Faults, Is.Empty);
        Assert.That(Look().Entries, Is.EqualTo(8));
    }

    [Test]
    public void Log_OverMonths_IsOneChain()
    {
        _clock.Now = new DateTimeOffset(2026, 4, 2, 0, 0, 0, TimeSpan.Zero);
        Append(new AuditLog(_folder, _clock), 7);
        _clock.Now = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        Append(new AuditLog(_folder, _clock), 8);
        Assert.That(Look().Faults, Is.Empty);
        Assert.That(Look().Entries, Is.EqualTo(8));
        File.Delete(Segment);
        Assert.That(Faults(), Does.Contain("entries 1 to 6 are missing before it"));
    }

    [Test]
    public async Task Writers_ManyAtOnce_LoseNothing()
    {
        AuditLog[] logs = [new(_folder, _clock), new(_folder, _clock), new(_folder, _clock)];
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => logs[i % 3].AppendAsync(new("ada", "web", "query", $"thing {i}", "200"), isDurable: false))));
        Assert.That(Look().Faults, Is.Empty);
        Assert.That(Look().Entries, Is.EqualTo(306));
    }

    [Test]
    public void Files_AreTheirOwnersAlone()
    {
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in new[] { Segment, Head, Path.Combine(_folder, "secrets", AuditLog.KeyName) })
            {
                Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
            }
        }
    }

    [Test]
    public void Pseudonym_OfAValue_IsTheSameAndTellsNothing()
    {
        var log = new AuditLog(_folder, _clock);
        var again = new AuditLog(_folder, _clock).Pseudonym("ada@example.com");
        Assert.That(log.Pseudonym("ada@example.com"), Is.EqualTo(again).And.Not.EqualTo(log.Pseudonym("bob@example.com")).And.Not.Contain("ada"));
    }

    private static void Append(AuditLog log, int i) => log.Append(new("ada", "console", "query", $"thing {i}", "0"), isDurable: false);

    private AuditFindings Look(string? noted = null) => AuditVerification.Look(new AuditLog(_folder, _clock), noted);

    private string Faults() => string.Join('\n', Look().Faults);

    private void Rewrite(Action<List<string>> change)
    {
        var lines = File.ReadAllLines(Segment).ToList();
        change(lines);
        File.WriteAllText(Segment, string.Concat(lines.Select(l => $"{l}\n")), new UTF8Encoding(false));
    }
}
