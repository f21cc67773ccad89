using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Crm.Analytics.Host.Observation;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Jobs;

/// <summary>Runs a command of the program; answers its exit code.</summary>
/// <param name="arguments">The command.</param>
/// <param name="output">Where its answer goes.</param>
/// <param name="error">Where all else goes.</param>
/// <param name="cancellation">Asks it to stop.</param>
internal delegate int JobCommand(IReadOnlyList<string> arguments, Stream output, TextWriter error, CancellationToken cancellation);

/// <summary>Makes attempts at jobs: their commands one after the other, within their time, with everything they say kept.</summary>
/// <param name="command">Runs a command.</param>
/// <param name="history">Where attempts are noted.</param>
/// <param name="clock">The clock.</param>
internal sealed class JobRunner(JobCommand command, JobHistory history, TimeProvider clock)
{
    private readonly ConcurrentDictionary<long, (string Job, JobLog Log, CancellationTokenSource Cancel)> _running = [];

    /// <summary>True while anything runs here.</summary>
    public bool IsBusy => !_running.IsEmpty;

    /// <summary>The jobs that run here.</summary>
    public IReadOnlyList<string> Running => [.. _running.Values.Select(r => r.Job)];

    /// <summary>The commands that a job stands for.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> CommandsOf(Job job) => job.Work switch
    {
        JobWork.Run when job.Of.Count > 0 => [.. job.Of.Select(s => (IReadOnlyList<string>)["run", "--source", s.Text])],
        JobWork.Run => [["run"]],
        JobWork.Reports => [["report", "run", .. job.Of.Select(r => r.Text)]],
        JobWork.Backup => [["backup"]],
        JobWork.Models => [["model", "score"]],
        JobWork.Deliver => [["report", "deliver", .. job.Of.Select(r => r.Text)]],
        _ => throw new UnreachableException(),
    };

    /// <summary>Makes one attempt.</summary>
    /// <param name="attempt">What and why.</param>
    /// <param name="stopping">Says whether it is the server that stops when <paramref name="cancellation"/> asks.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>How it ended, whether trying again is of no use, and why it ended so; null when all is well.</returns>
    public (JobRunState State, bool IsFinal, string? Message) Run(JobAttempt attempt, Func<bool> stopping, CancellationToken cancellation)
    {
        using var activity = Telemetry.Source.StartActivity($"job {attempt.Job.Name}");
        var started = clock.GetTimestamp();
        var run = history.Begin(attempt);
        using var timeout = new CancellationTokenSource(attempt.Job.Timeout, clock);
        using var cancel = new CancellationTokenSource();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel.Token, cancellation);
        using var log = new JobLog();
        _running[run] = (attempt.Job.Name, log, cancel);
        var (state, message, isFinal) = (JobRunState.Failed, (string?)"a fault of the program", false);
        try
        {
            var code = Run(attempt.Job, log, end.Token);
            (state, message) = !end.IsCancellationRequested || code == 0 ? (code == 0 ? JobRunState.Done : JobRunState.Failed, Said(code, log))
                : cancel.IsCancellationRequested ? (JobRunState.Cancelled, "somebody asked it to stop")
                : timeout.IsCancellationRequested ? (JobRunState.TimedOut, string.Create(CultureInfo.InvariantCulture, $"it took longer than {attempt.Job.Timeout}"))
                : stopping() ? (JobRunState.Interrupted, "the server stopped; the next one takes it up")
                : (JobRunState.Cancelled, "somebody asked it to stop");
            isFinal = code is (int)FailureKind.WrongUse or (int)FailureKind.CheckFailed;
        }
        finally
        {
            history.End(run, state, message, log.ToString());
            _running.TryRemove(run, out _);
            activity?.SetTag("crm.job.state", state.ToString()).SetTag("crm.job.attempt", attempt.Attempt);
            Telemetry.JobEnded(attempt.Job.Name, state.ToString(), clock.GetElapsedTime(started));
        }

        return (state, isFinal, message);
    }

    /// <summary>Asks a job that runs here to stop.</summary>
    public bool Cancel(string job)
    {
        var found = _running.Values.Where(r => r.Job == job).ToList();
        found.ForEach(r => r.Cancel.Cancel());
        return found.Count > 0;
    }

    /// <summary>What a run that is under way here has said.</summary>
    public string? LiveLog(long run) => _running.TryGetValue(run, out var found) ? found.Log.ToString() : null;

    private int Run(Job job, JobLog log, CancellationToken cancellation)
    {
        var code = 0;
        foreach (var arguments in CommandsOf(job))
        {
            log.WriteLine($"$ crm {string.Join(' ', arguments)}");
            using var output = new JobLogStream(log);
            code = command(arguments, output, log, cancellation);
            if (code != 0)
            {
                break;
            }
        }

        return code;
    }

    // An error says in its first line what was found; wrong declarations, which are told a line each, in their last.
    private static string? Said(int code, JobLog log)
    {
        if (code == 0)
        {
            return null;
        }

        var lines = log.ToString().Split('\n').Select(l => l.Trim()).ToList();
        return lines.LastOrDefault(l => l.StartsWith("crm: ", StringComparison.Ordinal))?[5..]
            ?? lines.LastOrDefault(l => l.Length > 0 && !l.StartsWith("$ ", StringComparison.Ordinal))
            ?? string.Create(CultureInfo.InvariantCulture, $"it ended with code {code}");
    }
}
