using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Landing;
using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

public class DiscoveryTests
{
    [TestCase("data/*.csv", "data/a.csv data/b.csv")]
    [TestCase("data/**/*.csv", "data/a.csv data/b.csv data/sub/deep/d.csv data/sub/c.csv")]
    [TestCase("**/?.csv", "data/a.csv data/b.csv data/sub/deep/d.csv data/sub/c.csv")]
    [TestCase("data/*/*.csv", "data/sub/c.csv")]
    [TestCase("data/b.csv\ndata/*.csv\ndata/x.jsonl", "data/a.csv data/b.csv data/x.jsonl")]
    [TestCase("data/sub/**", "data/sub/c.csv data/sub/deep/d.csv")]
    public void Discover_Patterns_FindFilesInOrdinalOrder(string patterns, string expected)
    {
        using var folder = Some();
        var found = Discover(folder, patterns);
        Assert.That(found.Items.Select(i => i.Path), Is.EqualTo(expected.Split(' ').Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Discover_AbsolutePattern_FindsFilesOutsideTheProject()
    {
        using var folder = Some();
        using var other = new LandingFolder();
        other.Write("out.csv", "a\n1\n");
        var found = Discover(folder, Path.Combine(other.Folder, "*.csv"));
        Assert.That(found.Items.Single().Path, Is.EqualTo(Path.Combine(other.Folder, "out.csv").Replace('\\', '/')));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "links need a privilege there")]
    public void Discover_LinkToAFolderAbove_EndsAndFindsEachFileOnce()
    {
        using var folder = Some();
        Directory.CreateSymbolicLink(Path.Combine(folder.Folder, "data", "sub", "loop"), Path.Combine(folder.Folder, "data"));
        var found = Discover(folder, "data/**/c.csv");
        Assert.That(found.Items.Select(i => i.Path), Does.Contain("data/sub/c.csv"));
        Assert.That(found.Items, Has.Count.LessThan(3));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "links need a privilege there")]
    public void Discover_LinkToNothing_SaysThatItCannotBeRead()
    {
        using var folder = Some();
        File.CreateSymbolicLink(Path.Combine(folder.Folder, "data", "gone.csv"), Path.Combine(folder.Folder, "nothing"));
        var error = Assert.Throws<CrmException>(() => Discover(folder, "data/*.csv"))!;
        Assert.That((error.Kind, error.Where), Is.EqualTo((FailureKind.Failed, "data/gone.csv")));
    }

    [Test]
    public void Discover_KnownFile_IsNotReadAgain()
    {
        using var folder = Some();
        var known = LandingFolder.Known(folder.Land("data/*.csv"));
        var again = folder.Extract(folder.Stream("data/*.csv"), known);
        Assert.That((again.Batches.Count, again.Unchanged), Is.EqualTo((0, 2)));
    }

    [Test]
    public void Discover_KnownFileWithANewTime_IsRememberedUnderIt()
    {
        using var folder = Some();
        var known = LandingFolder.Known(folder.Land("data/*.csv"));
        var time = new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "data", "a.csv"), time);
        var found = Discover(folder, "data/*.csv", known);
        Assert.That((found.Items.Count, found.Unchanged, found.Touched.Single()), Is.EqualTo((0, 1, known[0] with { Modified = time })));
    }

    [Test]
    public void Discover_KnownFileWithAnotherContent_IsChanged()
    {
        using var folder = Some();
        var known = LandingFolder.Known(folder.Land("data/*.csv"));
        folder.Write("data/a.csv", "a\n9\n");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "data", "a.csv"), new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        var batch = folder.Extract(folder.Stream("data/*.csv"), known).Batches[0];
        Assert.That((batch.Files.Single().Path, batch.Files.Single().Change), Is.EqualTo(("data/a.csv", FileChange.Changed)));
    }

    [Test]
    public void Discover_KnownFilesGone_IsNoError()
    {
        using var folder = Some();
        var known = LandingFolder.Known(folder.Land("data/*.csv"));
        Directory.Delete(Path.Combine(folder.Folder, "data"), recursive: true);
        Assert.That(Discover(folder, "data/*.csv", known).Items, Is.Empty);
    }

    [TestCase("a\n2\n3\n", "data/b.csv: it changes while it is read; the next run reads it")]
    [TestCase(null, "data/b.csv: it is gone")]
    public void Extract_FileThatChangedSinceItWasFound_IsLeftForTheNextRun(string? content, string warning)
    {
        using var folder = Some();
        var found = Discover(folder, "data/*.csv");
        File.Delete(Path.Combine(folder.Folder, "data/b.csv"));
        if (content is not null)
        {
            folder.Write("data/b.csv", content);
        }

        var target = new ExtractTarget(Path.Combine(folder.Folder, "x.parquet"), folder.Folder);
        var batch = new FilesConnector().Extract(folder.Stream("data/*.csv"), found, target);
        Assert.Multiple(() =>
        {
            Assert.That(batch.Warnings, Is.EqualTo(new[] { warning }));
            Assert.That(batch.Files.Select(f => f.Path), Is.EqualTo(new[] { "data/a.csv" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "data/a.csv|1|1" }));
        });
    }

    /// <summary>Writing goes on while reading does: progress tells when a file was read through, and then it grows before it is copied.</summary>
    [Test]
    public void Extract_FileThatGrowsWhileItIsRead_IsNotHalfLoaded()
    {
        using var folder = Some();
        var growing = folder.Write("data/b.csv", "a\n1\n2\n");
        var target = new ExtractTarget(Path.Combine(folder.Folder, "x.parquet"), folder.Folder);
        var found = Discover(folder, "data/*.csv");
        var grow = new OnProgress(() => File.AppendAllText(growing, "3\n"));
        var batch = new FilesConnector().Extract(folder.Stream("data/*.csv"), found, target, grow);
        Assert.Multiple(() =>
        {
            Assert.That(batch.Files.Select(f => f.Path), Is.EqualTo(new[] { "data/a.csv" }));
            Assert.That(batch.Warnings, Has.Count.EqualTo(1));
        });
        var next = folder.Extract(folder.Stream("data/*.csv"), LandingFolder.Known(batch)).Batches.Single();
        Assert.That((next.Files.Single().Path, next.Files.Single().Records), Is.EqualTo(("data/b.csv", File.ReadAllLines(growing).Length - 1)));
    }

    [Test]
    public void Discover_UnfinishedAndHiddenFiles_AreLeftOutUnlessNamed()
    {
        using var folder = Some();
        foreach (var name in new[] { ".hidden.csv", "~$b.csv", "c.csv.tmp", "c.csv.part", "c.csv~" })
        {
            folder.Write($"data/{name}", "a\n1\n");
        }

        Assert.Multiple(() =>
        {
            Assert.That(Discover(folder, "data/*").Items.Select(i => i.Path), Is.EqualTo(new[] { "data/a.csv", "data/b.csv", "data/x.jsonl" }));
            Assert.That(Discover(folder, "data/*.tmp").Items.Single().Path, Is.EqualTo("data/c.csv.tmp"));
            Assert.That(Discover(folder, "data/.hidden.csv").Items.Single().Path, Is.EqualTo("data/.hidden.csv"));
        });
    }

    [TestCase("modified_since", "2026-03-01", "data/b.csv")]
    [TestCase("modified_since", "2026-03-09 12:00:01", "")]
    [TestCase("modified_since", "2 days", "data/b.csv")]
    [TestCase("modified_since", "100 weeks", "data/a.csv data/b.csv")]
    [TestCase("settle", "1 day", "data/a.csv")]
    [TestCase("settle", "10 seconds", "data/a.csv data/b.csv")]
    public void Discover_ByTime_FindsTheFilesOfThatTime(string option, string value, string expected)
    {
        using var folder = Some();
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "data", "a.csv"), new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(Path.Combine(folder.Folder, "data", "b.csv"), new DateTime(2026, 3, 9, 12, 0, 0, DateTimeKind.Utc));
        var stream = folder.Stream("data/*.csv", (option, value)) with { Clock = new Standing(new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero)) };
        var found = new FilesConnector().Discover(stream, CommittedStream.Nothing);
        Assert.That(found.Items.Select(i => i.Path), Is.EqualTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [TestCase("modified_since", "yesterday")]
    [TestCase("settle", "soon")]
    [TestCase("settle", "10")]
    public void Discover_ByATimeThatIsNone_PointsAtIt(string option, string value)
    {
        using var folder = Some();
        var error = Assert.Throws<CrmException>(() => new FilesConnector().Discover(folder.Stream("data/*.csv", (option, value)), CommittedStream.Nothing))!;
        Assert.That((error.Found, error.Where), Is.EqualTo(($"{option}: {value}", "sources/shop.yaml:5:11")));
    }

    private sealed class OnProgress(Action act) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) => act();
    }

    private sealed class Standing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static LandingFolder Some()
    {
        var folder = new LandingFolder();
        foreach (var path in new[] { "data/a.csv", "data/b.csv", "data/sub/c.csv", "data/sub/deep/d.csv" })
        {
            folder.Write(path, "a\n1\n");
        }

        folder.Write("data/x.jsonl", "{}\n");
        return folder;
    }

    private static Discovery Discover(LandingFolder folder, string patterns, IReadOnlyList<KnownFile>? known = null) =>
        new FilesConnector().Discover(folder.Stream(patterns), new CommittedStream(known ?? [], null));
}
