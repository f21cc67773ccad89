using Crm.Analytics.Host.Serving;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Host;

internal sealed class RunFileTests
{
    private string _folder = "";

    private string Warehouse => Path.Combine(_folder, "warehouse.duckdb");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crm-run-file-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Hold_WhileAnotherHolds_IsBusyAndNamesIt()
    {
        using var first = RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None);
        var error = Assert.Throws<CrmException>(() => RunFile.Hold(Warehouse, "crm demo", TimeSpan.Zero, Ignore, CancellationToken.None))!;
        Assert.That(error.Kind, Is.EqualTo(FailureKind.Busy));
        Assert.That(error.Retryable, Is.True);
        Assert.That(error.Found, Does.Contain("crm run").And.Contain($"process {Environment.ProcessId}"));
    }

    [Test]
    public void Share_WhileAnotherHolds_IsBusy()
    {
        using var first = RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None);
        Assert.That(() => RunFile.Share(Warehouse, TimeSpan.Zero, Ignore, CancellationToken.None), Throws.TypeOf<CrmException>());
    }

    [Test]
    public void Hold_WhileReadersShare_IsBusy()
    {
        using var reader = RunFile.Share(Warehouse, TimeSpan.Zero, Ignore, CancellationToken.None);
        Assert.That(() => RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None), Throws.TypeOf<CrmException>());
    }

    [Test]
    public void Share_BySeveralReaders_Works()
    {
        using var first = RunFile.Share(Warehouse, TimeSpan.Zero, Ignore, CancellationToken.None);
        using var second = RunFile.Share(Warehouse, TimeSpan.Zero, Ignore, CancellationToken.None);
        Assert.That(RunFile.Holder(Warehouse), Is.Null);
    }

    [Test]
    public void Hold_AfterTheOtherIsDone_WorksAndLeavesNoName()
    {
        RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None).Dispose();
        RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None).Dispose();
        Assert.That(File.Exists(Warehouse + ".run"), Is.False);
    }

    [Test]
    public void Hold_OverTheNameOfADeadProcess_Works()
    {
        File.WriteAllText(Warehouse + ".run", """{"pid":1,"doing":"crm run","since":"2020-01-01T00:00:00Z"}""");
        using var held = RunFile.Hold(Warehouse, "crm demo", TimeSpan.Zero, Ignore, CancellationToken.None);
        Assert.That(RunFile.Holder(Warehouse), Does.StartWith("crm demo"));
    }

    [Test]
    public void Hold_Waiting_SaysSoOnceAndStopsWhenAsked()
    {
        using var first = RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var said = new List<string>();
        Assert.That(
            () => RunFile.Hold(Warehouse, "crm demo", TimeSpan.FromMinutes(1), line => { said.Add(line); stop.Cancel(); }, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(said, Has.Count.EqualTo(1));
        Assert.That(said[0], Does.Contain("crm run").And.Contain("waiting"));
    }

    // On Windows rights come from the folder, so there the test is told as skipped.
    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Hold_OnUnix_IsTheOwnersAlone()
    {
        using var held = RunFile.Hold(Warehouse, "crm run", TimeSpan.Zero, Ignore, CancellationToken.None);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(File.GetUnixFileMode(Warehouse + ".run"), Is.EqualTo(owner));
        Assert.That(File.GetUnixFileMode(Warehouse + ".lock"), Is.EqualTo(owner));
    }

    [TestCase("")]
    [TestCase("not json")]
    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("""{"pid":"x","doing":1,"since":2}""")]
    public void Holder_OfANonsenseFile_IsUnknown(string text)
    {
        File.WriteAllText(Warehouse + ".run", text);
        Assert.That(RunFile.Holder(Warehouse), Is.Null);
    }

    private static void Ignore(string line)
    {
    }
}
