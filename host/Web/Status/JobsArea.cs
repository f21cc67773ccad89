using System.Globalization;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Web.Access;
using Crm.Analytics.Warehouse;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>
/// The jobs in a browser: <c>/jobs</c>, what a run said at <c>/jobs/RUN</c>, and buttons that have a job run, pause, go on or stop, whose forms are taken from this page
/// only. Who may come here may do that: the area is guarded.
/// </summary>
/// <param name="jobs">The jobs.</param>
/// <param name="history">What they did.</param>
internal sealed class JobsArea(IJobs jobs, JobHistory history) : IWebArea
{
    private const int Shown = 50;
    private const long MostBytes = 4096;

    /// <inheritdoc/>
    public string Prefix => "/jobs";

    /// <inheritdoc/>
    public bool HasOwnProof => false;

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        var root = $"{context.Request.PathBase}/jobs";
        var rest = context.Request.Path.Value![Prefix.Length..].Trim('/');
        if (HttpMethods.IsPost(context.Request.Method) && rest.Length == 0)
        {
            return Take(context, root);
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = rest.Length == 0 ? "GET, HEAD, POST" : "GET, HEAD";
            return Task.CompletedTask;
        }

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

    /// <summary>Does what a button says.</summary>
    private async Task Take(HttpContext context, string root)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBytes;
        if (!FormOrigin.IsOurs(context.Request) || !context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (job, does) = (form["job"].ToString(), form["do"].ToString());
        AuditTrail.Tell(context, $"{does} {job}");
        if (!FormOrigin.HasWord(form, Prefix))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        try
        {
            var isDone = does switch
            {
                "run" => Done(() => jobs.Trigger(job)),
                "pause" => Done(() => jobs.Pause(job)),
                "resume" => Done(() => jobs.Resume(job)),
                "cancel" => Done(() => jobs.Cancel(job)),
                _ => false,
            };
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            if (isDone)
            {
                context.Response.Redirect(root);
            }
        }
        catch (CrmException e) when (e.Kind == FailureKind.WrongUse)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static bool Done(Action work)
    {
        work();
        return true;
    }

    private StatusPage List(string root)
    {
        var page = new StatusPage("Jobs")
            .Table(["Job", "Does", "When", "Next (UTC)", "Stands"], jobs.List().Select(s => Row(
                s.Job.Name, s.Job.Work.ToString().ToLowerInvariant(), s.Job.After is null ? $"{s.Job.Cron} {s.Job.TimeZone}" : $"after {s.Job.After}", Text(s.Next),
                s.IsPaused ? "paused" : s.Last?.State == JobRunState.Running ? "running" : "waiting")));
        foreach (var state in jobs.List())
        {
            page.Buttons(root, state.Job.Name, FormOrigin.Field, FormOrigin.WordFor(Prefix), [("run", "Run now"), state.IsPaused ? ("resume", "Resume") : ("pause", "Pause"), ("cancel", "Cancel")]);
        }

        return page.Head("History")
            .Table(["Run", "Job", "Why", "Attempt", "Started (UTC)", "Seconds", "Ended", "Message"], history.List(null, Shown).Select(r =>
                (IReadOnlyList<(string, string?)>)[(r.Id.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{root}/{r.Id}")),
                    .. Row(r.Job, r.Cause.ToString(), r.Attempt.ToString(CultureInfo.InvariantCulture), Text(r.Started),
                        (r.Ended - r.Started)?.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture) ?? "", r.State.ToString(), r.Message ?? "")]));
    }

    private static IReadOnlyList<(string, string?)> Row(params string[] cells) => [.. cells.Select(c => (c, (string?)null))];

    private static string Text(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
