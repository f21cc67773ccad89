using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Tests.Servers;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Jobs;

/// <summary>Two servers on one PostgreSQL.</summary>
internal sealed class SharedStoreTests
{
    [Test]
    public async Task Jobs_OfTwoServers_RunOnceForEachTime()
    {
        var store = NewStore();
        await using var first = new JobServer { Store = store };
        await using var second = new JobServer { Store = store };
        foreach (var server in new[] { first, second })
        {
            server.Clock.Set("2026-03-02T09:58:30Z");
            await server.Start(JobServer.Job("load", "* * * * *"), JobServer.Job("reports", after: "load"));
        }

        for (var minute = 0; minute < 4; minute++)
        {
            first.Clock.Shift(TimeSpan.FromMinutes(1));
            second.Clock.Shift(TimeSpan.FromMinutes(1));
            var wanted = minute + 1;
            await first.Until(() => first.History.List("reports", 99), runs => runs.Count(r => r.Ended is not null) >= wanted);
        }

        var loads = first.History.List("load", 99);
        Assert.That(loads.Select(r => r.Due), Is.Unique);
        Assert.That(first.History.List("reports", 99), Has.Count.EqualTo(loads.Count));
        Assert.That(first.Ran.Count + second.Ran.Count, Is.EqualTo(2 * loads.Count));
    }

    [Test]
    public async Task Cancel_InAnotherServer_ReachesTheOneThatRuns()
    {
        var store = NewStore();
        await using var first = new JobServer { Store = store };
        await using var second = new JobServer { Store = store };
        first.Does = second.Does = (_, cancellation) => cancellation.WaitHandle.WaitOne() ? (int)FailureKind.Failed : 0;
        await first.Start(JobServer.Job("load"));
        first.Jobs.Trigger("load");
        await first.Until(() => first.Ran.Count, ran => ran == 1);
        await second.Start(JobServer.Job("load"));
        Assert.That(second.Jobs.Cancel("load"), Is.True);
        Assert.That((await first.Ended(1))[0].State, Is.EqualTo(JobRunState.Cancelled));
    }

    [Test]
    public void Store_ThatCannotBeReached_IsToldWithoutItsPassword()
    {
        var error = Assert.Throws<CrmException>(() => JobStore.InPostgres("Host=127.0.0.1;Port=1;Username=crm;Password=hidden-word;Timeout=2", "crm.yaml:3:4"))!;
        Assert.That(error.ToString(), Does.Not.Contain("hidden-word"));
        Assert.That(error.Where, Is.EqualTo("crm.yaml:3:4"));
    }

    private static JobStore NewStore() => JobStore.InPostgres(PostgresServer.Shared.ConnectionString(PostgresServer.Shared.NewDatabase()), "the test");
}
