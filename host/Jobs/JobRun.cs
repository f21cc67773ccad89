namespace Crm.Analytics.Host.Jobs;

/// <summary>Why a job ran.</summary>
internal enum JobCause
{
    /// <summary>It was due.</summary>
    Time,

    /// <summary>It was due while no server ran.</summary>
    CatchUp,

    /// <summary>The job before it was done.</summary>
    After,

    /// <summary>Somebody asked for it.</summary>
    Asked,

    /// <summary>The attempt before failed.</summary>
    Retry,

    /// <summary>The server that ran it went away before it was done.</summary>
    Resumed,
}

/// <summary>How a run of a job stands, or how it ended.</summary>
internal enum JobRunState
{
    /// <summary>Under way.</summary>
    Running,

    /// <summary>Done well.</summary>
    Done,

    /// <summary>A command of it failed.</summary>
    Failed,

    /// <summary>It took longer than it may.</summary>
    TimedOut,

    /// <summary>Somebody asked it to stop.</summary>
    Cancelled,

    /// <summary>The server stopped before it was done; the next one takes it up.</summary>
    Interrupted,

    /// <summary>The server that ran it went away without a word.</summary>
    Lost,
}

/// <summary>One attempt at a job.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Job">The job.</param>
/// <param name="Cause">Why it ran.</param>
/// <param name="State">How it stands.</param>
/// <param name="Attempt">1 for the first attempt, more for retries.</param>
/// <param name="Due">When it was due, UTC.</param>
/// <param name="Started">When it began, UTC.</param>
/// <param name="Ended">When it ended, UTC; null while it runs.</param>
/// <param name="Server">The process that ran it: machine and process id.</param>
/// <param name="Message">What is to be known of its end; null for nothing.</param>
internal sealed record JobRun(
    long Id, string Job, JobCause Cause, JobRunState State, int Attempt, DateTimeOffset Due, DateTimeOffset Started, DateTimeOffset? Ended, string Server, string? Message);

/// <summary>An attempt about to be made.</summary>
/// <param name="Job">The job.</param>
/// <param name="Cause">Why.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Due">When it was due.</param>
internal sealed record JobAttempt(Warehouse.Declarations.Job Job, JobCause Cause, int Attempt, DateTimeOffset Due);
