using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm jobs</c>: what the server does by itself.</summary>
internal static class JobsCommand
{
    public static Command Create() => new("jobs", "What `crm serve` does by itself: look, run now, pause, cancel")
    {
        new Command("list", "The jobs: when they are due, how they stand, what they did last").Does((context, _) => List(context)),
        OfOne("run", "Run a job now: in the server, or here when none runs", Run),
        OfOne("pause", "Let a job's times pass without it, until `crm jobs resume`", (context, project, jobs, job) => Tell(context, project, jobs, job, () => jobs.Pause(job), "is paused")),
        OfOne("resume", "End a pause", (context, project, jobs, job) => Tell(context, project, jobs, job, () => jobs.Resume(job), "is no longer paused")),
        OfOne("cancel", "Ask a running job to stop; what was published before stays", Cancel),
        JobsHistoryCommand.Create(),
    };

    /// <summary>The jobs, from the server or from their store.</summary>
    public static IJobs Reach(CommandContext context, Project project) => JobsOfProject.Reach(project, context, (arguments, output, error, cancellation) =>
        CommandLine.Run([.. arguments, "--project", project.Folder], output, error, cancellation));

    /// <summary>Words of a state.</summary>
    public static string Text(JobRunState state) => state switch
    {
        JobRunState.TimedOut => "timed out",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>Words of a cause.</summary>
    public static string Text(JobCause cause) => cause switch
    {
        JobCause.CatchUp => "catch-up",
        _ => cause.ToString().ToLowerInvariant(),
    };

    /// <summary>A moment in UTC, to the second.</summary>
    public static string Text(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A moment for machines.</summary>
    public static string? Iso(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Command OfOne(string name, string what, Func<CommandContext, Project, IJobs, string, int> run)
    {
        var job = new Argument<string>("JOB") { Description = "Its name in crm.yaml" };
        return new Command(name, what) { job }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            return run(context, project, Reach(context, project), JobsOfProject.Find(project, parsed.GetValue(job)!).Name);
        });
    }

    private static int List(CommandContext context)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var jobs = Reach(context, project);
        var states = jobs.List();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("served", jobs is not IdleJobs);
                json.WriteStartArray("jobs");
                foreach (var state in states)
                {
                    json.WriteStartObject();
                    json.WriteString("job", state.Job.Name);
                    json.WriteString("does", state.Job.Work.ToString().ToLowerInvariant());
                    json.WriteString("cron", state.Job.Cron);
                    json.WriteString("timeZone", state.Job.TimeZone);
                    json.WriteString("after", state.Job.After);
                    json.WriteBoolean("paused", state.IsPaused);
                    json.WriteString("next", Iso(state.Next));
                    json.WriteString("lastState", state.Last is null ? null : Text(state.Last.State));
                    json.WriteString("lastStarted", Iso(state.Last?.Started));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        if (states.Count == 0)
        {
            context.WriteLine("No jobs. Declare them under `jobs` in crm.yaml.");
            return 0;
        }

        var table = new TextTable(new("Job"), new("Does"), new("When"), new("Next (UTC)"), new("Stands"), new("Last run (UTC)"));
        foreach (var state in states)
        {
            table.Add(state.Job.Name, state.Job.Work.ToString().ToLowerInvariant(), When(state.Job), Text(state.Next),
                state.IsPaused ? "paused" : state.Last?.State == JobRunState.Running ? "running" : "waiting", state.Last is null ? "" : $"{Text(state.Last.State)}, {Text(state.Last.Started)}");
        }

        table.WriteTo(context);
        if (jobs is IdleJobs && states.Any(s => s.Job.Cron is not null))
        {
            context.Error.WriteLine("crm: no server runs, so nothing is done at these times; start `crm serve`");
        }

        return 0;
    }

    private static string When(Job job) => string.Join(", ", new[] { job.Cron is null ? null : $"{job.Cron} {job.TimeZone}", job.After is null ? null : $"after {job.After}" }.Where(w => w is not null)) is { Length: > 0 } when
        ? when : "when asked";

    private static int Run(CommandContext context, Project project, IJobs jobs, string job)
    {
        if (jobs is not IdleJobs)
        {
            return Tell(context, project, jobs, job, () => jobs.Trigger(job), $"was asked to run; `crm jobs history {job}` tells how it goes");
        }

        jobs.Trigger(job);
        var history = JobsOfProject.History(project);
        var run = history.List(job, 1)[0];
        if (context.Json)
        {
            context.WriteJson(json => JobsHistoryCommand.Write(json, run, history.Log(run.Id)));
        }
        else
        {
            context.Out.Write(history.Log(run.Id));
            context.WriteLine($"{job}: {Text(run.State)}");
        }

        return run.State == JobRunState.Done ? 0 : (int)FailureKind.Failed;
    }

    private static int Cancel(CommandContext context, Project project, IJobs jobs, string job)
    {
        if (!jobs.Cancel(job))
        {
            throw new CrmException(FailureKind.Failed, $"job '{job}' does not run", project.Settings.Name, "a running job", "`crm jobs list` tells which run");
        }

        return Tell(context, project, jobs, job, () => { }, "was asked to stop");
    }

    private static int Tell(CommandContext context, Project project, IJobs jobs, string job, Action act, string said)
    {
        act();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("project", project.Settings.Name);
                json.WriteString("job", job);
                json.WriteBoolean("paused", jobs.List().First(j => j.Job.Name == job).IsPaused);
                json.WriteEndObject();
            });
        }
        else
        {
            context.WriteLine($"{job} {said}");
        }

        return 0;
    }
}
