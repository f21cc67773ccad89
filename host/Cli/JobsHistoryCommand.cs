using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm jobs history</c>: what jobs did, newest first, and what one of these runs said.</summary>
internal static class JobsHistoryCommand
{
    public static Command Create()
    {
        var job = new Argument<string?>("JOB") { Description = "Only this job", Arity = ArgumentArity.ZeroOrOne };
        var log = new Option<long?>("--log") { Description = "Show what this run said", HelpName = "RUN" };
        var limit = new Option<int>("--limit") { Description = "Most runs to show", HelpName = "N", DefaultValueFactory = _ => 20 };
        return new Command("history", "What jobs did: when, why, how it ended; with --log all that a run said") { job, log, limit }
            .Does((context, parsed) => Run(context, parsed.GetValue(job), parsed.GetValue(log), parsed.GetValue(limit)));
    }

    /// <summary>Writes a run as an object.</summary>
    public static void Write(Utf8JsonWriter json, JobRun run, string? log)
    {
        json.WriteStartObject();
        json.WriteNumber("run", run.Id);
        json.WriteString("job", run.Job);
        json.WriteString("cause", JobsCommand.Text(run.Cause));
        json.WriteString("state", JobsCommand.Text(run.State));
        json.WriteNumber("attempt", run.Attempt);
        json.WriteString("due", JobsCommand.Iso(run.Due));
        json.WriteString("started", JobsCommand.Iso(run.Started));
        json.WriteString("ended", JobsCommand.Iso(run.Ended));
        json.WriteString("server", run.Server);
        json.WriteString("message", run.Message);
        if (log is not null)
        {
            json.WriteString("log", log);
        }

        json.WriteEndObject();
    }

    private static int Run(CommandContext context, string? job, long? log, int limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var jobs = JobsCommand.Reach(context, project);
        var history = JobsOfProject.History(project);
        if (job is not null)
        {
            JobsOfProject.Find(project, job);
        }

        if (log is { } wanted)
        {
            var text = jobs.LiveLog(wanted) ?? history.Log(wanted) ?? throw new CrmException(
                FailureKind.WrongUse, string.Create(CultureInfo.InvariantCulture, $"no run {wanted} that said anything"), "--log", "a run of `crm jobs history`", "Correct the number");
            if (context.Json)
            {
                context.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("run", wanted);
                    json.WriteString("log", text);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Out.Write(text);
            }

            return 0;
        }

        var runs = history.List(job, limit);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("runs");
                foreach (var run in runs)
                {
                    Write(json, run, null);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var table = new TextTable(new("Run", IsNumber: true), new("Job"), new("Why"), new("Attempt", true), new("Started (UTC)"), new("Seconds", true), new("Ended"), new("Message"));
        foreach (var run in runs)
        {
            table.Add(run.Id.ToString(CultureInfo.InvariantCulture), run.Job, JobsCommand.Text(run.Cause), run.Attempt.ToString(CultureInfo.InvariantCulture), JobsCommand.Text(run.Started),
                (run.Ended - run.Started)?.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture) ?? "", JobsCommand.Text(run.State), run.Message ?? "");
        }

        table.WriteTo(context);
        return 0;
    }
}
