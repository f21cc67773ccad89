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

    [Test]
    public void Extract_FileThatChangedSinceItWasFound_IsRefusedForNow()
    {
        using var folder = Some();
        var found = Discover(folder, "data/*.csv");
        folder.Write("data/b.csv", "a\n2\n3\n");
        var target = new ExtractTarget(Path.Combine(folder.Folder, "x.parquet"), folder.Folder);
        var error = Assert.Throws<CrmException>(() => new FilesConnector().Extract(folder.Stream("data/*.csv"), found, target))!;
        Assert.That((error.Kind, error.Retryable, error.Where), Is.EqualTo((FailureKind.Busy, true, "data/b.csv")));
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
