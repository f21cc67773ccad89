using Quartz;

namespace Crm.Analytics.Host.Jobs;

/// <summary>What Quartz.NET makes and calls when a job is due. No two of one job run at a time, on any server of the store.</summary>
/// <param name="jobs">The jobs of this process.</param>
[DisallowConcurrentExecution]
internal sealed class QuartzJob(QuartzJobs jobs) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        // A command blocks its thread for as long as it takes: not one of those that answer requests.
        await Task.Factory.StartNew(() => jobs.Fire(context, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
