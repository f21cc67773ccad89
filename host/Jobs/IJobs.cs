using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Jobs;

/// <summary>
/// The seam between the program and its scheduler: what commands and pages may ask of jobs. Behind it times are kept, missed ones caught up once, and no
/// job runs twice at a time. Safe for use from several threads.
/// </summary>
internal interface IJobs : IAsyncDisposable
{
    /// <summary>Every job of the project, in the order declared.</summary>
    IReadOnlyList<JobState> List();

    /// <summary>Has a job run as soon as it may, also one that is paused. Asking again before it began changes nothing.</summary>
    void Trigger(string job);

    /// <summary>Lets a job's times pass without running it; what runs goes on.</summary>
    void Pause(string job);

    /// <summary>Ends <see cref="Pause"/>.</summary>
    void Resume(string job);

    /// <summary>Asks a running job to stop; answers false when it does not run.</summary>
    bool Cancel(string job);

    /// <summary>What a run has said so far, while it runs here; else null.</summary>
    string? LiveLog(long run);
}

/// <summary>A job and how it stands.</summary>
/// <param name="Job">What is declared.</param>
/// <param name="IsPaused">True while its times pass without it.</param>
/// <param name="Next">When it is due next; null when no time is set, or when no server keeps times.</param>
/// <param name="Last">Its newest run, the one under way included; null for none.</param>
internal sealed record JobState(Job Job, bool IsPaused, DateTimeOffset? Next, JobRun? Last);
