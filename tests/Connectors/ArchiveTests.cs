using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

public class ArchiveTests
{
    private static readonly byte[] One = "id,name\n1,Ann\n"u8.ToArray();
    private static readonly byte[] Two = "id,name\n2,\"B\nob\"\n"u8.ToArray();

    [Test]
    public void Extract_Archive_ReadsEachEntryAsAFile()
    {
        using var folder = new LandingFolder();
        folder.Session.Execute($"COPY (SELECT 9 AS id) TO '{Path.Combine(folder.Folder, "x.parquet")}' (FORMAT parquet)");
        folder.Write("data/a.zip", WorkbookBytes.Zip(
            ("one.csv", One), ("sub/../../two.csv", Two), ("three.jsonl.gz", BadInputTests.Gzip("{\"id\": 3}\n")), ("four.xlsx", WorkbookBytes.Xlsx(("S", WorkbookBytes.Row(1, "id") + WorkbookBytes.Row(2, "4"), []))),
            ("nine.parquet", File.ReadAllBytes(Path.Combine(folder.Folder, "x.parquet"))), ("readme.md", One), ("__MACOSX/._one.csv", [0]), (".DS_Store", [0])));
        var batch = folder.Land("data/*.zip");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch).Order(StringComparer.Ordinal), Is.EqualTo(new[]
            {
                "data/a.zip/four.xlsx|1|4|∅", "data/a.zip/nine.parquet|1|9|∅", "data/a.zip/one.csv|1|1|Ann", "data/a.zip/sub/../../two.csv|1|2|B\nob", "data/a.zip/three.jsonl.gz|1|3|∅",
            }));
            Assert.That(batch.Rejects, Is.Empty);
            Assert.That(batch.Warnings.Single(), Is.EqualTo("data/a.zip: entries left out, by their names no such files: readme.md"));
            Assert.That(new FilesConnector().Columns(folder.Stream("data/*.zip")).Select(c => c.Name), Is.EqualTo(new[] { "id", "name" }));
        });
    }

    [TestCase("*.txt", "a.zip/sub/b.txt")]
    [TestCase("sub/*", "a.zip/sub/b.txt")]
    [TestCase("one.*\n*/*.txt", "a.zip/one.csv a.zip/sub/b.txt")]
    public void Discover_WithEntryPatterns_FindsThose(string entry, string expected)
    {
        using var folder = new LandingFolder();
        folder.Write("a.zip", WorkbookBytes.Zip(("one.csv", One), ("sub/b.txt", One)));
        Assert.That(folder.Land("a.zip", ("entry", entry)).Files.Select(f => f.Path).Order(StringComparer.Ordinal), Is.EqualTo(expected.Split(' ')));
    }

    [Test]
    public void Extract_ArchiveDeliveredAgain_ReadsOnlyEntriesThatChanged()
    {
        using var folder = new LandingFolder();
        folder.Write("a.zip", WorkbookBytes.Zip(("one.csv", One), ("two.csv", Two)));
        var known = LandingFolder.Known(folder.Land("*.zip"));
        folder.Write("a.zip", WorkbookBytes.Zip(("two.csv", "id,name\n7,x\n"u8.ToArray()), ("one.csv", One)));
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "a.zip"), new DateTime(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var again = folder.Extract(folder.Stream("*.zip"), known);
        Assert.Multiple(() =>
        {
            Assert.That(again.Batches[0].Files.Select(f => (f.Path, f.Change)), Is.EqualTo(new[] { ("a.zip/two.csv", FileChange.Changed) }));
            Assert.That(again.Touched.Single().Path, Is.EqualTo("a.zip/one.csv"));
        });
    }

    [Test]
    public void Extract_BadEntries_AreRefusedAndTheOthersLand()
    {
        using var folder = new LandingFolder();
        var bytes = WorkbookBytes.Zip(("a.csv", One), ("b.csv", Two), ("c.zip", WorkbookBytes.Zip(("d.csv", One))), ("e.csv", "id,name\n5,Eve\n"u8.ToArray()));
        Central(bytes, "b.csv")[8] |= 1;
        Central(bytes, "e.csv")[16] ^= 0xFF;
        folder.Write("a.zip", bytes);
        var batch = folder.Land("a.zip");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.zip/a.csv|1|1|Ann" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[]
            {
                "a.zip/b.csv|0|0|0|it is encrypted in its archive; pack it without a password", "a.zip/c.zip|0|0|0|it is an archive within an archive; unpack the outer one",
                "a.zip/e.csv|0|0|0|it cannot be read: it is damaged: its checksum is another",
            }));
        });
    }

    [Test]
    public void Extract_ArchiveThatClaimsToBurst_IsRefusedWithoutUnpacking()
    {
        using var folder = new LandingFolder();
        var bytes = WorkbookBytes.Zip(("a.csv", One));
        BitConverter.TryWriteBytes(Central(bytes, "a.csv").AsSpan(24), 4_000_000_000u);
        folder.Write("a.zip", bytes);
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("a.zip"))!.Found, Does.Contain("raise max_unpacked_bytes"));
    }

    [Test]
    public void Extract_EntryThatUnpacksToMoreThanItSays_IsRefused()
    {
        using var folder = new LandingFolder();
        var bytes = WorkbookBytes.Zip(("a.csv", Encoding.UTF8.GetBytes("id\n" + string.Concat(Enumerable.Repeat("1\n", 100_000)))), ("b.csv", One));
        BitConverter.TryWriteBytes(Central(bytes, "a.csv").AsSpan(24), 50_000u);
        folder.Write("a.zip", bytes);
        var batch = folder.Land("a.zip");
        Assert.Multiple(() =>
        {
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[] { "a.zip/a.csv|0|0|0|it unpacks to more than its archive says" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.zip/b.csv|1|1|Ann" }));
        });
    }

    [TestCase("not a zip at all", "it is not a whole zip archive")]
    [TestCase("", "it is not a whole zip archive")]
    public void Extract_ArchiveThatIsNone_IsRefused(string content, string reason)
    {
        using var folder = new LandingFolder();
        folder.Write("a.zip", content);
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("a.zip"))!.Found, Is.EqualTo(reason));
    }

    [Test]
    public void Extract_ArchiveWithoutAFittingEntry_SaysWhatItHolds()
    {
        using var folder = new LandingFolder();
        folder.Write("a.zip", WorkbookBytes.Zip(("one.md", One)));
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("a.zip"))!.Found, Is.EqualTo("no entry of the archive fits; it holds one.md; name the entries to read: entry"));
    }

    [Test]
    public void Extract_GzipBeyondTheLimit_IsRefused()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv.gz", BadInputTests.Gzip("id\n" + new string('1', 5000)));
        Assert.That(Assert.Throws<CrmException>(() => folder.Land("*.gz", ("max_unpacked_bytes", "1000")))!.Found, Does.Contain("unpacks to more than 1,000 bytes"));
    }

    /// <summary>The entry's header in the directory, as a view.</summary>
    private static ArraySegment<byte> Central(byte[] zip, string name)
    {
        var at = zip.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(name)) - 46;
        return new(zip, at, zip.Length - at);
    }
}
