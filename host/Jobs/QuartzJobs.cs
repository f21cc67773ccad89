using System.Globalization;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Quartz;

namespace Crm.Analytics.Host.Jobs;

/// <summary>
/// Jobs by Quartz.NET: times and what was missed are in its store, so that they outlive the process; on a store that is shared, its cluster lets each time
/// be run by one server, and has another server take up what a dead one left.
/// </summary>
internal sealed class QuartzJobs : IJobs
{
    private const string ByTime = "time";
    private const string Asked = "asked";
    private const string After = "after ";

    private static readonly TimeSpan longestWait = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<Job> _jobs;
    private readonly JobHistory _history;
    private readonly JobRunner _runner;
    private readonly JobTiming _timing;
    private readonly Action<string> _say;
    private readonly TimeProvider _clock;
    private IScheduler _scheduler = null!;
    private ServiceProvider _services = null!;
    private volatile bool _stopping;

    private QuartzJobs(IReadOnlyList<Job> jobs, JobHistory history, JobRunner runner, JobTiming timing, Action<string> say, TimeProvider clock) =>
        (_jobs, _history, _runner, _timing, _say, _clock) = (jobs, history, runner, timing, say, clock);

    /// <summary>Reads what is due in a project and when; <see cref="Begin"/> then begins.</summary>
    /// <param name="project">Name of the project.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="store">Where times are kept.</param>
    /// <param name="command">Runs a command of the program.</param>
    /// <param name="timing">How often the store is looked at, and how long a stop waits.</param>
    /// <param name="say">Told what happens to jobs.</param>
    /// <param name="clock">The clock.</param>
    public static async Task<QuartzJobs> Start(
        string project, IReadOnlyList<Job> jobs, JobStore store, JobCommand command, JobTiming timing, Action<string> say, TimeProvider clock)
    {
        var history = new JobHistory(store, project, clock);
        var started = new QuartzJobs(jobs, history, new JobRunner(command, history, clock), timing, say, clock);
        if (!store.IsShared)
        {
            history.LoseWhatRuns(jobs.Select(j => j.Name));
        }

        await store.Alone(() => started.Build(project, store));
        return started;
    }

    /// <summary>Begins to run what is due. Before, jobs can be looked at only.</summary>
    public async Task Begin() => await _scheduler.Start();

    /// <inheritdoc/>
    public IReadOnlyList<JobState> List()
    {
        var paused = _history.Paused();
        return [.. _jobs.Select(job => new JobState(job, paused.Contains(job.Name), NextOf(job), _history.List(job.Name, 1).FirstOrDefault()))];
    }

    /// <inheritdoc/>
    public void Trigger(string job) => Schedule(new TriggerKey(Asked, job), Find(job));

    /// <inheritdoc/>
    public void Pause(string job) => _history.SetPaused(Find(job).Name, paused: true);

    /// <inheritdoc/>
    public void Resume(string job) => _history.SetPaused(Find(job).Name, paused: false);

    /// <inheritdoc/>
    public bool Cancel(string job) => _runner.Cancel(Find(job).Name) || Wait(_scheduler.Interrupt(new JobKey(job)));

    /// <inheritdoc/>
    public string? LiveLog(long run) => _runner.LiveLog(run);

    /// <summary>Stops: nothing begins any more, what runs may finish for a while, and what has not is taken up at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _scheduler.Standby();
        if (_runner.IsBusy)
        {
            _say(string.Create(CultureInfo.InvariantCulture, $"waiting up to {_timing.Grace.TotalSeconds:0} s for {string.Join(", ", _runner.Running)} to finish"));
        }

        var until = _clock.GetTimestamp();
        while (_runner.IsBusy && _clock.GetElapsedTime(until) < _timing.Grace)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        _stopping = true;
        await _scheduler.Shutdown(waitForJobsToComplete: true);
        await _services.DisposeAsync();
    }

    /// <summary>Runs what is due; called by Quartz.</summary>
    internal void Fire(IJobExecutionContext context, CancellationToken cancellation)
    {
        if (_jobs.FirstOrDefault(j => j.Name == context.JobDetail.Key.Name) is not { } job)
        {
            return;
        }

        var due = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        var cause = context.Recovering ? JobCause.Resumed
            : context.RetryAttempt > 0 ? JobCause.Retry
            : context.Trigger.Key.Name == ByTime ? (IsOnTime(job, due, context.FireTimeUtc) ? JobCause.Time : JobCause.CatchUp)
            : context.Trigger.Key.Name.StartsWith(After, StringComparison.Ordinal) ? JobCause.After
            : JobCause.Asked;
        if (cause is JobCause.Time or JobCause.CatchUp or JobCause.After && _history.Paused().Contains(job.Name))
        {
            return;
        }

        var (state, isFinal, message) = Run(new JobAttempt(job, cause, context.RetryAttempt + 1, due), cancellation);
        switch (state)
        {
            case JobRunState.Done:
                foreach (var next in _jobs.Where(j => j.After == job.Name))
                {
                    Schedule(new TriggerKey($"{After}{context.FireInstanceId}", next.Name), next);
                }

                break;
            case JobRunState.Interrupted:
                throw new OperationCanceledException(cancellation);
            case JobRunState.Failed or JobRunState.TimedOut when !isFinal:
                _say($"job {job.Name} {(state == JobRunState.TimedOut ? "took too long" : "failed")}: {message}; `crm jobs history {job.Name}` tells more");

                // What makes Quartz try again.
                throw new JobExecutionException(state.ToString());
            case JobRunState.Failed:
                _say($"job {job.Name} failed: {message}; `crm jobs history {job.Name}` tells more");
                break;
        }
    }

    // What stops an attempt from being noted is said at least: the scheduler itself tells nobody.
    private (JobRunState State, bool IsFinal, string? Message) Run(JobAttempt attempt, CancellationToken cancellation)
    {
        try
        {
            return _runner.Run(attempt, () => _stopping, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _say($"job {attempt.Job.Name} could not be run: {e.Message}");
            throw;
        }
    }

    private async Task Build(string project, JobStore store)
    {
        var services = new ServiceCollection();
        services.AddLogging(log => log.AddProvider(new SaidErrors(_say)));
        services.AddSingleton(this);
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(o =>
            {
                (o.InstanceName, o.IdleWaitTime, o.ShutdownJobInterruption) = (project, _timing.Look, ShutdownJobInterruption.WhenWaitingForJobs);
                o.InstanceId = store.IsShared ? $"{JobHistory.ThisServer}:{Guid.NewGuid():N}" : o.InstanceId;
            });
            quartz.UseTimeProvider(_clock);
            quartz.AddJobType<QuartzJob>();
            quartz.UsePersistentStore(persistent =>
            {
                persistent.ProvisionSchema();
                persistent.ConfigureStore(o =>
                {
                    (o.StoreJobDataAsStrings, o.RecoverFiringsCancelledByShutdown) = (true, true);
                    (o.MisfireThreshold, o.MisfireHandlerFrequency) = (_timing.Look, _timing.Look);
                });
                if (store.IsShared)
                {
                    persistent.UsePostgres(store.Connection);
                    persistent.UseClustering(o => (o.CheckinInterval, o.CheckinMisfireThreshold) = (_timing.Look, _timing.Look));
                }
                else
                {
                    persistent.UseSqlite(store.Connection);
                }
            });
        });
        _services = services.BuildServiceProvider();
        _scheduler = await _services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        await Declare();
    }

    /// <summary>Brings the store to what is declared. A time that did not change is left alone, so that what it missed is not forgotten.</summary>
    private async Task Declare()
    {
        foreach (var key in await _scheduler.GetJobKeys(GroupMatcher<JobKey>.AnyGroup()))
        {
            if (_jobs.All(j => j.Name != key.Name))
            {
                await _scheduler.DeleteJob(key);
            }
        }

        foreach (var job in _jobs)
        {
            await _scheduler.AddJob(JobBuilder.Create<QuartzJob>().WithIdentity(job.Name).StoreDurably().RequestRecovery().Build(), AddJobOptions.Replacing);
            var key = new TriggerKey(ByTime, job.Name);
            var known = await _scheduler.GetTrigger(key) as ICronTrigger;
            if (job.Cron is null)
            {
                await _scheduler.UnscheduleJob(key);
                continue;
            }

            var zone = TimeZoneInfo.FindSystemTimeZoneById(job.TimeZone);
            var wanted = TriggerBuilder.Create(_clock).ForJob(job.Name).WithIdentity(key).WithRetryPolicy(RetryOf(job))
                .WithSchedule(CronScheduleBuilder.Create(job.Cron, CronFormat.Unix).InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();
            if (known is null)
            {
                await _scheduler.ScheduleJob(wanted);
            }
            else if (known.CronExpressionString != ((ICronTrigger)wanted).CronExpressionString || known.TimeZone.Id != zone.Id || known.RetryPolicy != wanted.RetryPolicy)
            {
                await _scheduler.RescheduleJob(key, wanted);
            }
        }
    }

    private void Schedule(TriggerKey key, Job job)
    {
        try
        {
            Wait(_scheduler.ScheduleJob(TriggerBuilder.Create(_clock).ForJob(job.Name).WithIdentity(key).StartNow().WithRetryPolicy(RetryOf(job)).Build()));
        }
        catch (ObjectAlreadyExistsException)
        {
            // It was asked for before and has not ended yet.
        }
    }

    private DateTimeOffset? NextOf(Job job) => job.Cron is null ? null : Wait(_scheduler.GetTrigger(new TriggerKey(ByTime, job.Name)))?.NextFireTimeUtc;

    private Job Find(string job) => _jobs.FirstOrDefault(j => j.Name == job) ?? throw new CrmException(
        FailureKind.WrongUse, $"no job '{job}'", "crm.yaml", NearestName.Expected("a job of the project", job, [.. _jobs.Select(j => j.Name)]), "Correct the name; a job that is new in crm.yaml needs a new start of `crm serve`");

    private static RetryPolicy RetryOf(Job job) =>
        job.Retries == 0 ? RetryPolicy.None : RetryPolicy.Exponential(job.Retries, job.RetryWait, 2, job.RetryWait > longestWait ? job.RetryWait : longestWait);

    // A time that was missed is run late, or as if it were due at the moment it is caught up.
    private bool IsOnTime(Job job, DateTimeOffset due, DateTimeOffset fired)
    {
        var second = new DateTimeOffset(due.Ticks - (due.Ticks % TimeSpan.TicksPerSecond), due.Offset);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(job.TimeZone);
        return fired - due <= _timing.Missed && CronExpression.Parse(job.Cron!, CronFormat.Unix).WithTimeZone(zone).GetNextValidTimeAfter(second.AddSeconds(-1)) == second;
    }

    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}

/// <summary>How the scheduler keeps time.</summary>
/// <param name="Look">How often its store is looked at: how late a change of the clock, or the death of another server, is noticed.</param>
/// <param name="Missed">Lateness from which on a time counts as missed and caught up.</param>
/// <param name="Grace">How long a stop waits for what runs.</param>
internal sealed record JobTiming(TimeSpan Look, TimeSpan Missed, TimeSpan Grace)
{
    /// <summary>What servers use.</summary>
    public static JobTiming Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(60));
}
