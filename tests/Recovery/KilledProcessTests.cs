using Crm.Analytics.Tests.Recovery.Child;
using Crm.Analytics.Tests.Storage;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using DuckDB.NET.Data;

namespace Crm.Analytics.Tests.Recovery;

public sealed class KilledProcessTests
{
    private static int Kills => Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 40 : 4;

    [Test]
    public void OpenWarehouse_LogThatAPlainOpenCannotReplay_RecoversEveryRow()
    {
        using var folder = new WarehouseFolder();
        using (var child = new ChildProcess("fault", folder.Warehouse))
        {
            child.WaitFor("ready");
            child.Kill();
        }

        using (var plain = new DuckDBConnection($"DataSource={folder.Warehouse}"))
            Assert.That(plain.Open, Throws.TypeOf<DuckDBException>().With.Message.Contains("WAL"), "the fault is not there any more");

        using (var instance = DuckDbInstance.OpenWarehouse(folder.Options))
        {
            using var session = instance.Connect();
            Assert.That(session.Scalar<long>("select count(*) from main.ledger where amount is not null"), Is.EqualTo(50));
            Assert.That(session.Query<long>("select id from main.ledger order by id"), Is.EqualTo(Enumerable.Range(1, 150)));
        }

        using var afterwards = new DuckDBConnection($"DataSource={folder.Warehouse}");
        Assert.That(afterwards.Open, Throws.Nothing);
    }

    [Test]
    public void Transactions_KilledAtAnyMoment_LoseAndDoubleNothing()
    {
        using var folder = new WarehouseFolder();
        var random = new Random(20101201);
        var seen = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var child = new ChildProcess("work", folder.Warehouse))
            {
                seen = Math.Max(seen, Round(child.WaitFor("committed")));
                Wait(TimeSpan.FromMilliseconds(random.Next(150)));
                seen = Math.Max(seen, child.Kill().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Round).Append(0).Max());
            }

            using var instance = DuckDbInstance.OpenWarehouse(folder.Options);
            using var session = instance.Connect();
            Assert.That(session.Scalar<int>("select max(round) from star.ledger"), Is.GreaterThanOrEqualTo(seen), "a commit was lost");
            foreach (var offence in Workload.Offences)
                Assert.That(session.Scalar<long>(offence), Is.Zero, offence);
        }
    }

    [Test]
    public void OpenWarehouse_HeldByAnotherProcess_IsBusyUntilThatOneEnds()
    {
        using var folder = new WarehouseFolder();
        using var child = new ChildProcess("hold", folder.Warehouse);
        child.WaitFor("ready");

        foreach (var access in new[] { WarehouseAccess.ReadWrite, WarehouseAccess.Read })
        {
            var error = Assert.Throws<CrmException>(() => DuckDbInstance.OpenWarehouse(folder.Options with { Access = access }));
            Assert.That((error.Kind, error.Retryable), Is.EqualTo((FailureKind.Busy, true)), error.Message);
        }

        child.Kill();
        Assert.That(() => DuckDbInstance.OpenWarehouse(folder.Options).Dispose(), Throws.Nothing);
    }

    // The last line may be cut by the kill.
    private static int Round(string line)
        => line.StartsWith("committed ", StringComparison.Ordinal) && int.TryParse(line.AsSpan("committed ".Length), out var round) ? round : 0;

    // How long the child may work is what the test varies; nothing is asserted of it.
    private static void Wait(TimeSpan time) => Task.Delay(time).GetAwaiter().GetResult();
}
