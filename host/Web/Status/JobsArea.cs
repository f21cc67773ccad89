using System.Globalization;
using Crm.Analytics.Host.Jobs;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>The jobs in a browser: <c>/jobs</c>, and what a run said at <c>/jobs/RUN</c>. It shows; to change anything there is <c>crm jobs</c>.</summary>
/// <param name="jobs">The jobs.</param>
/// <param name="history">What they did.</param>
internal sealed class JobsArea(IJobs jobs, JobHistory history) : IWebArea
{
    private const int Shown = 50;

    /// <inheritdoc/>
    public string Prefix => "/jobs";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        var root = $"{context.Request.PathBase}/jobs";
        var rest = context.Request.Path.Value![Prefix.Length..].Trim('/');
        if (rest.Length == 0)
        {
            return List(root).Answer(context);
        }

        if (long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var run) && (jobs.LiveLog(run) ?? history.Log(run)) is { } log)
        {
            return new StatusPage($"Run {run} of a job").Link(root, "Jobs").Verbatim(log).Answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private StatusPage List(string root) => new StatusPage("Jobs")
        .Table(["Job", "Does", "When", "Next (UTC)", "Stands"], jobs.List().Select(s => Row(
            s.Job.Name, s.Job.Work.ToString().ToLowerInvariant(), s.Job.After is null ? $"{s.Job.Cron} {s.Job.TimeZone}" : $"after {s.Job.After}", Text(s.Next),
            s.IsPaused ? "paused" : s.Last?.State == JobRunState.Running ? "running" : "waiting")))
        .Say("To run, pause, resume or cancel one: crm jobs run JOB, and so on.")
        .Head("History")
        .Table(["Run", "Job", "Why", "Attempt", "Started (UTC)", "Seconds", "Ended", "Message"], history.List(null, Shown).Select(r =>
            (IReadOnlyList<(string, string?)>)[(r.Id.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{root}/{r.Id}")),
                .. Row(r.Job, r.Cause.ToString(), r.Attempt.ToString(CultureInfo.InvariantCulture), Text(r.Started),
                    (r.Ended - r.Started)?.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture) ?? "", r.State.ToString(), r.Message ?? "")]));

    private static IReadOnlyList<(string, string?)> Row(params string[] cells) => [.. cells.Select(c => (c, (string?)null))];

    private static string Text(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
