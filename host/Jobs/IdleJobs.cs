using Crm.Analytics.Warehouse.Declarations;
using Quartz;

namespace Crm.Analytics.Host.Jobs;

/// <summary>Jobs while no server keeps their times: they can be looked at, paused, and run here and now.</summary>
/// <param name="jobs">The project's jobs.</param>
/// <param name="history">What they did.</param>
/// <param name="runner">Runs them here.</param>
/// <param name="clock">The clock.</param>
/// <param name="cancellation">Ends what runs here.</param>
internal sealed class IdleJobs(IReadOnlyList<Job> jobs, JobHistory history, JobRunner runner, TimeProvider clock, CancellationToken cancellation) : IJobs
{
    /// <inheritdoc/>
    public IReadOnlyList<JobState> List()
    {
        var paused = history.Paused();
        return [.. jobs.Select(j => new JobState(j, paused.Contains(j.Name), Next(j), history.List(j.Name, 1).FirstOrDefault()))];
    }

    /// <summary>Runs the job to its end.</summary>
    public void Trigger(string job)
    {
        var found = jobs.First(j => j.Name == job);
        runner.Run(new(found, JobCause.Asked, 1, clock.GetUtcNow()), () => false, cancellation);
    }

    /// <inheritdoc/>
    public void Pause(string job) => history.SetPaused(job, paused: true);

    /// <inheritdoc/>
    public void Resume(string job) => history.SetPaused(job, paused: false);

    /// <inheritdoc/>
    public bool Cancel(string job) => runner.Cancel(job);

    /// <inheritdoc/>
    public string? LiveLog(long run) => runner.LiveLog(run);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DateTimeOffset? Next(Job job) => job.Cron is null ? null
        : CronExpression.Parse(job.Cron, CronFormat.Unix).WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(job.TimeZone)).GetNextValidTimeAfter(clock.GetUtcNow());
}
