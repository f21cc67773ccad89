using System.Globalization;
using Crm.Analytics.Warehouse.Storage;
using Dapper;

namespace Crm.Analytics.Host.Jobs;

/// <summary>What jobs did and which are paused. Safe for use from several threads and processes.</summary>
internal sealed class JobHistory
{
    /// <summary>How long runs are remembered.</summary>
    private static readonly TimeSpan kept = TimeSpan.FromDays(90);

    private static readonly SqlFile sql = SqlFile.Beside<JobHistory>();
    private readonly JobStore _store;
    private readonly string _project;
    private readonly TimeProvider _clock;

    /// <summary>Makes its tables where they are not there.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="project">The project; one store may serve several.</param>
    /// <param name="clock">The clock.</param>
    public JobHistory(JobStore store, string project, TimeProvider clock)
    {
        (_store, _project, _clock) = (store, project, clock);
        store.Alone(async () =>
        {
            await using var connection = store.Open();
            await connection.ExecuteAsync(sql.Fill("create", ("id", store.IsShared ? "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT")));
        }).GetAwaiter().GetResult();
    }

    /// <summary>This process, as history names it.</summary>
    public static string ThisServer { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    /// <summary>Notes that an attempt begins; what seems to run of the same job is lost.</summary>
    /// <returns>The attempt's number.</returns>
    public long Begin(JobAttempt attempt)
    {
        using var connection = _store.Open();
        var now = Text(_clock.GetUtcNow());
        connection.Execute(sql.Fill("lost"), new { project = _project, job = attempt.Job.Name, ended = now, message = "the server that ran it went away" });
        connection.Execute(sql.Fill("forget"), new { project = _project, before = Text(_clock.GetUtcNow() - kept) });
        return connection.ExecuteScalar<long>(sql.Fill("begin"), new
        {
            project = _project,
            job = attempt.Job.Name,
            cause = attempt.Cause.ToString(),
            attempt = attempt.Attempt,
            due = Text(attempt.Due),
            started = now,
            server = ThisServer,
        });
    }

    /// <summary>Notes how an attempt ended.</summary>
    public void End(long run, JobRunState state, string? message, string log)
    {
        using var connection = _store.Open();
        connection.Execute(sql.Fill("end"), new { project = _project, run, state = state.ToString(), ended = Text(_clock.GetUtcNow()), message, log });
    }

    /// <summary>Notes that whatever still seems to run is lost: for the one server that may run jobs at all.</summary>
    public void LoseWhatRuns(IEnumerable<string> jobs)
    {
        using var connection = _store.Open();
        foreach (var job in jobs)
        {
            connection.Execute(sql.Fill("lost"), new { project = _project, job, ended = Text(_clock.GetUtcNow()), message = "the server that ran it went away" });
        }
    }

    /// <summary>Runs, newest first.</summary>
    /// <param name="job">Of this job; null for all.</param>
    /// <param name="limit">Most to answer.</param>
    public IReadOnlyList<JobRun> List(string? job, int limit)
    {
        using var connection = _store.Open();
        return [.. connection.Query<Row>(sql.Fill("list"), new { project = _project, job = new DbString { Value = job }, limit }).Select(r => r.ToRun())];
    }

    /// <summary>What an ended run said; null when there is no such run, or it has not ended.</summary>
    public string? Log(long run)
    {
        using var connection = _store.Open();
        return connection.ExecuteScalar<string?>(sql.Fill("log"), new { project = _project, run });
    }

    /// <summary>The jobs that are paused.</summary>
    public IReadOnlySet<string> Paused()
    {
        using var connection = _store.Open();
        return connection.Query<string>(sql.Fill("paused"), new { project = _project }).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Pauses a job, or ends that.</summary>
    public void SetPaused(string job, bool paused)
    {
        using var connection = _store.Open();
        connection.Execute(sql.Fill(paused ? "pause" : "resume"), new { project = _project, job });
    }

    /// <summary>Puts something else where values stand in what runs said, and leaves nothing of them in the file.</summary>
    public void Erase(IReadOnlyList<string> values, string instead)
    {
        using var connection = _store.Open();
        foreach (var value in values)
        {
            connection.Execute(sql.Fill("erase"), new { value, instead });
        }

        if (!_store.IsShared)
        {
            connection.Execute(sql.Fill("compact"));
        }
    }

    // One form for both databases, in the order of time.
    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public long Id { get; set; }

        public string Job { get; set; } = "";

        public string Cause { get; set; } = "";

        public string State { get; set; } = "";

        public int Attempt { get; set; }

        public string Due { get; set; } = "";

        public string Started { get; set; } = "";

        public string? Ended { get; set; }

        public string Server { get; set; } = "";

        public string? Message { get; set; }

        public JobRun ToRun() => new(Id, Job, Enum.Parse<JobCause>(Cause), Enum.Parse<JobRunState>(State), Attempt, Moment(Due), Moment(Started), Ended is null ? null : Moment(Ended), Server, Message);

        private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
