using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Jobs;

internal sealed class QuartzJobsTests
{
    [Test]
    public async Task Jobs_ThatWereDueWhileNoServerRan_AreCaughtUpOnce()
    {
        await using var server = new JobServer();
        server.Clock.Set("2026-03-02T09:00:00Z");
        await server.Start(JobServer.Job("load", "0 10 * * *"));
        await server.Stop();
        server.Clock.Set("2026-03-05T12:34:00Z");
        await server.Start(JobServer.Job("load", "0 10 * * *"));
        var runs = await server.Ended(1);
        var state = server.Jobs.List().Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs, Has.Count.EqualTo(1));
            Assert.That(runs[0].Cause, Is.EqualTo(JobCause.CatchUp));
            Assert.That(runs[0].State, Is.EqualTo(JobRunState.Done));
            Assert.That(state.Next, Is.EqualTo(new DateTimeOffset(2026, 3, 6, 10, 0, 0, TimeSpan.Zero)));
        }
    }

    [Test]
    public async Task Jobs_WhenTheClockJumpsOverSeveralTimes_RunOnce_AndNotAgainWhenItIsSetBack()
    {
        await using var server = new JobServer();
        server.Clock.Set("2026-03-02T09:00:00Z");
        await server.Start(JobServer.Job("load", "0 10 * * *"), JobServer.Job("mark", "*/5 * * * *"));
        server.Clock.Set("2026-03-04T10:30:00Z");
        await server.Until(() => server.History.List("load", 9), runs => runs.Count(r => r.State == JobRunState.Done) == 1);
        server.Clock.Set("2026-03-04T09:59:58Z");
        server.Clock.Set("2026-03-04T10:59:58Z");

        // The other job was due after all that, so the first one had its chance to run again.
        await server.Until(() => server.History.List("mark", 9), runs => runs.Any(r => r.Due >= new DateTimeOffset(2026, 3, 4, 11, 0, 0, TimeSpan.Zero) && r.Ended is not null));
        Assert.That(server.History.List("load", 9), Has.Count.EqualTo(1));
    }

    // 29 March 2026: 01:00–02:00 does not exist in London; 25 October: 01:00–02:00 comes twice.
    [TestCase("2026-03-28T12:00:00Z", "30 1 * * *", "2026-03-29T01:00:00Z")]
    [TestCase("2026-03-29T12:00:00Z", "30 1 * * *", "2026-03-30T00:30:00Z")]
    [TestCase("2026-10-24T12:00:00Z", "30 1 * * *", "2026-10-25T00:30:00Z")]
    [TestCase("2026-10-25T00:30:01Z", "30 1 * * *", "2026-10-26T01:30:00Z")]
    [TestCase("2026-10-25T00:30:01Z", "@hourly", "2026-10-25T01:00:00Z")]
    [TestCase("2026-07-01T00:00:00Z", "0 9 * * mon-fri", "2026-07-01T08:00:00Z")]
    [TestCase("2026-07-03T09:00:00Z", "0 9 * * mon-fri", "2026-07-06T08:00:00Z")]
    public async Task Next_AroundAChangeOfTheClocks_IsOnceADay(string now, string cron, string next)
    {
        await using var server = new JobServer();
        server.Clock.Set(now);
        await server.Start(JobServer.Job("load", cron) with { TimeZone = "Europe/London" });
        Assert.That(server.Jobs.List().Single().Next, Is.EqualTo(DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Jobs_InTheHourThatComesTwice_RunOnce()
    {
        await using var server = new JobServer();
        server.Clock.Set("2026-10-25T00:29:59Z");
        await server.Start(JobServer.Job("load", "30 1 * * *") with { TimeZone = "Europe/London" }, JobServer.Job("mark", "31 1 * * *"));
        await server.Until(() => server.History.List("load", 9), runs => runs.Any(r => r.Ended is not null));
        server.Clock.Set("2026-10-25T01:30:58Z");
        await server.Until(() => server.History.List("mark", 9), runs => runs.Any(r => r.Ended is not null));
        Assert.That(server.History.List("load", 9), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Jobs_AskedForWhileTheyRun_NeverRunTwiceAtATime()
    {
        await using var server = new JobServer();
        var (now, most) = (0, 0);
        using var open = new SemaphoreSlim(0);
        server.Does = (_, cancellation) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            open.Wait(cancellation);
            Interlocked.Decrement(ref now);
            return 0;
        };
        server.Clock.Set("2026-03-02T09:59:59Z");
        await server.Start(JobServer.Job("load", "* * * * *"));
        await server.Until(() => now, n => n == 1);
        server.Jobs.Trigger("load");
        server.Jobs.Trigger("load");
        server.Clock.Shift(TimeSpan.FromMinutes(3));
        open.Release(100);
        await server.Ended(2);
        Assert.That(most, Is.EqualTo(1));
    }

    [Test]
    public async Task Job_ThatFails_IsTriedAgainWithGrowingWaits()
    {
        await using var server = new JobServer();
        server.Does = (_, _) => server.Ran.Count < 3 ? (int)FailureKind.Failed : 0;
        await server.Start(JobServer.Job("load") with { Retries = 3, RetryWait = TimeSpan.FromMilliseconds(200) });
        server.Jobs.Trigger("load");
        var runs = await server.Ended(3);
        Assert.That(runs.Reverse().Select(r => (r.Attempt, r.Cause, r.State)), Is.EqualTo(new[]
        {
            (1, JobCause.Asked, JobRunState.Failed), (2, JobCause.Retry, JobRunState.Failed), (3, JobCause.Retry, JobRunState.Done),
        }));
        var waits = runs.Reverse().Zip(runs.Reverse().Skip(1), (a, b) => b.Started - a.Ended!.Value).ToList();
        Assert.That(waits[0], Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(190)));
        Assert.That(waits[1], Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(390)));
    }

    [Test]
    public async Task Job_ThatFailsForGood_IsNotTriedAgain_AndNothingFollows()
    {
        await using var server = new JobServer();
        server.Does = (name, _) => name == "load" ? (int)FailureKind.CheckFailed : 0;
        await server.Start(JobServer.Job("load") with { Retries = 3, RetryWait = TimeSpan.FromMilliseconds(1) }, JobServer.Job("reports", after: "load"), JobServer.Job("last"));
        server.Jobs.Trigger("load");
        await server.Ended(1);
        server.Jobs.Trigger("last");
        await server.Until(() => server.History.List("last", 1), runs => runs.Any(r => r.Ended is not null));
        Assert.That(server.Ran, Is.EqualTo(new[] { "load", "last" }));
    }

    [Test]
    public async Task Jobs_AfterOthers_FollowThemInOrder()
    {
        await using var server = new JobServer();
        await server.Start(JobServer.Job("backup", after: "reports"), JobServer.Job("reports", after: "load"), JobServer.Job("load"));
        server.Jobs.Trigger("load");
        var runs = await server.Ended(3);
        Assert.That(server.Ran, Is.EqualTo(new[] { "load", "reports", "backup" }));
        Assert.That(runs[0].Cause, Is.EqualTo(JobCause.After));
        Assert.That(server.History.Log(runs[0].Id), Does.Contain("$ crm run --source backup").And.Contain("backup was here"));
    }

    [Test]
    public async Task Job_ThatTakesTooLong_IsStopped()
    {
        await using var server = new JobServer();
        server.Does = WaitUntilAsked;
        await server.Start(JobServer.Job("load") with { Timeout = TimeSpan.FromMilliseconds(100) });
        server.Jobs.Trigger("load");
        Assert.That((await server.Ended(1))[0].State, Is.EqualTo(JobRunState.TimedOut));
    }

    [Test]
    public async Task Cancel_OfARunningJob_StopsIt_AndItIsNotTriedAgain()
    {
        await using var server = new JobServer();
        server.Does = WaitUntilAsked;
        await server.Start(JobServer.Job("load") with { Retries = 3, RetryWait = TimeSpan.FromMilliseconds(1) });
        Assert.That(server.Jobs.Cancel("load"), Is.False);
        server.Jobs.Trigger("load");
        var live = await server.Until(() => server.History.List("load", 1).Select(r => server.Jobs.LiveLog(r.Id)).FirstOrDefault(), log => log?.Contains("was here", StringComparison.Ordinal) == true);
        Assert.That(live, Does.Contain("load was here"));
        Assert.That(server.Jobs.Cancel("load"), Is.True);
        Assert.That((await server.Ended(1)).Select(r => r.State), Is.EqualTo(new[] { JobRunState.Cancelled }));
    }

    [Test]
    public async Task Job_ThatIsPaused_LetsItsTimesPass_AlsoOverANewStart_UntilItIsResumed()
    {
        await using var server = new JobServer();
        server.Clock.Set("2026-03-02T09:00:30Z");
        var jobs = new[] { JobServer.Job("load", "* * * * *"), JobServer.Job("mark", "* * * * *") };
        await server.Start(jobs);
        server.Jobs.Pause("load");
        await server.Stop();
        await server.Start(jobs);
        await server.Pass(() => server.History.List("mark", 99), runs => runs.Any(r => r.Due >= new DateTimeOffset(2026, 3, 2, 9, 5, 0, TimeSpan.Zero) && r.Ended is not null));
        Assert.That(server.History.List("load", 9), Is.Empty);
        Assert.That(server.Jobs.List()[0].IsPaused, Is.True);
        server.Jobs.Resume("load");
        await server.Pass(() => server.History.List("load", 9), runs => runs.Any(r => r.Ended is not null));
    }

    [Test]
    public async Task Stop_WhileAJobRuns_WaitsForIt()
    {
        await using var server = new JobServer();
        using var begun = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        server.Does = (_, _) =>
        {
            begun.Set();
            open.Wait();
            return 0;
        };
        await server.Start(JobServer.Job("load"));
        server.Jobs.Trigger("load");
        await server.Until(() => begun.IsSet, set => set);
        var stop = server.Stop();
        await server.Until(() => server.Said.Count, said => said > 0);
        Assert.That(stop.IsCompleted, Is.False);
        open.Set();
        await stop;
        Assert.That(server.History.List("load", 1)[0].State, Is.EqualTo(JobRunState.Done));
    }

    [Test]
    public async Task Stop_WhileAJobRunsTooLong_InterruptsIt_AndTheNextStartTakesItUp()
    {
        await using var server = new JobServer { Grace = TimeSpan.Zero };
        server.Does = WaitUntilAsked;
        await server.Start(JobServer.Job("load"));
        server.Jobs.Trigger("load");
        await server.Until(() => server.Ran.Count, ran => ran == 1);
        await server.Stop();
        Assert.That(server.History.List("load", 1)[0].State, Is.EqualTo(JobRunState.Interrupted));
        server.Does = (_, _) => 0;
        await server.Start(JobServer.Job("load"));
        var runs = await server.Ended(2);
        Assert.That((runs[0].Cause, runs[0].State), Is.EqualTo((JobCause.Resumed, JobRunState.Done)));
    }

    [Test]
    public async Task Jobs_WhoseTimeWasChanged_KeepNothingOfTheOldOne_AndThoseTakenAwayGo()
    {
        await using var server = new JobServer();
        server.Clock.Set("2026-03-02T09:00:00Z");
        await server.Start(JobServer.Job("load", "0 10 * * *"), JobServer.Job("old", "0 10 * * *"));
        await server.Stop();
        await server.Start(JobServer.Job("load", "0 12 * * *"));
        Assert.That(server.Jobs.List().Single().Next, Is.EqualTo(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)));
        server.Clock.Set("2026-03-02T12:00:10Z");
        await server.Ended(1);
        Assert.That(server.Ran, Is.EqualTo(new[] { "load" }));
    }

    private static int WaitUntilAsked(string job, CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne();
        return (int)FailureKind.Failed;
    }
}
