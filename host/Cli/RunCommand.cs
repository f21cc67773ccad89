using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm run</c>: loads what is new and publishes it in one commit.</summary>
internal static class RunCommand
{
    private static readonly Option<string?> source = new("--source") { Description = "Only this source", HelpName = "NAME" };
    private static readonly Option<string?> stream = new("--stream") { Description = "Only this stream of the source", HelpName = "NAME" };
    private static readonly Option<string?> from = new("--from")
    {
        Description = "Load a range again, from here: a value of the cursor; with --replay a date of files and deliveries (UTC)",
        HelpName = "VALUE",
    };

    private static readonly Option<string?> to = new("--to") { Description = "End of the range, exclusive", HelpName = "VALUE" };
    private static readonly Option<bool> replay = new("--replay") { Description = "Take the records from the landing instead of the source: after a map or a rule was corrected" };
    private static readonly Option<bool> dryRun = new("--dry-run") { Description = "Tell what would be read, changed and rebuilt; change nothing" };

    public static Command Create() => new Command("run", "Load what is new in every source, score customers, publish all in one commit")
    {
        source, stream, from, to, replay, dryRun,
    }.Does((context, parsed) =>
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var request = Request(project, parsed);
        Tell(context, Execute(project, context, "crm run", request), request);
        return 0;
    });

    /// <summary>Tells people or machines of a run.</summary>
    public static void Tell(CommandContext context, RunSummary summary, RunRequest request)
    {
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                WriteSummary(json, summary);
                json.WriteBoolean("dry", request.IsDry);
                json.WriteEndObject();
            });
        }
        else
        {
            WriteSummary(context, summary, request);
        }
    }

    /// <summary>The name of a source that the project has; null stays null.</summary>
    /// <exception cref="CrmException">The project has no such source.</exception>
    public static string? KnownSource(Project project, string? name) => name is null || project.Sources.Any(s => s.Name == name) ? name : throw new CrmException(
        FailureKind.WrongUse, $"'{name}'", "--source", NearestName.Expected("a source of the project", name, [.. project.Sources.Select(s => s.Name)]), "Correct the name");

    private static RunRequest Request(Project project, ParseResult parsed)
    {
        var request = new RunRequest
        {
            Source = KnownSource(project, parsed.GetValue(source)),
            Stream = parsed.GetValue(stream),
            Range = new(parsed.GetValue(from), parsed.GetValue(to)),
            Replays = parsed.GetValue(replay),
            IsDry = parsed.GetValue(dryRun),
        };
        if (request.Stream is not null && request.Source is null)
        {
            throw new CrmException(FailureKind.WrongUse, "--stream without --source", "crm run", "the source the stream belongs to", "Add --source NAME");
        }

        var streams = project.Sources.FirstOrDefault(s => s.Name == request.Source)?.Streams.Select(s => s.Name).ToArray() ?? [];
        if (request.Stream is { } wanted && !streams.Contains(wanted))
        {
            throw new CrmException(FailureKind.WrongUse, $"'{wanted}'", "--stream", NearestName.Expected($"a stream of {request.Source}", wanted, streams), "Correct the name");
        }

        if (!request.Range.IsAll && request.Source is null)
        {
            throw new CrmException(FailureKind.WrongUse, "--from or --to without --source", "crm run", "the source whose range is loaded again", "Add --source NAME");
        }

        return request;
    }

    /// <summary>Runs with a progress display where there is a terminal.</summary>
    public static RunSummary Execute(Project project, CommandContext context, string doing, RunRequest? request = null)
    {
        using var display = ProgressDisplay.Start(context);
        var summary = Composition.Run(project, context, doing, request ?? new RunRequest(), display);

        // What a run says may stay in a log of jobs, which is in the clear.
        return project.Settings.Encrypt ? summary with { Reasons = [.. summary.Reasons.Select(r => r with { Example = "see `crm quarantine list`" })] } : summary;
    }

    /// <summary>Writes the properties of a run.</summary>
    public static void WriteSummary(Utf8JsonWriter json, RunSummary summary)
    {
        if (summary.Run is { } run)
        {
            json.WriteNumber("run", run);
        }
        else
        {
            json.WriteNull("run");
        }

        WriteCounts(json, summary.Counts);
        json.WriteBoolean("published", summary.Published);
        WriteArray(json, "streams", summary.Streams, stream =>
        {
            json.WriteString("source", stream.Source);
            json.WriteString("stream", stream.Stream);
            json.WriteNumber("files", stream.Files);
            WriteCounts(json, stream.Counts);
        });
        WriteArray(json, "tables", summary.Tables, table =>
        {
            json.WriteString("table", table.Table);
            json.WriteNumber("inserted", table.Inserted);
            json.WriteNumber("changed", table.Changed);
            json.WriteNumber("removed", table.Removed);
        });
        WriteArray(json, "reasons", summary.Reasons, reason =>
        {
            json.WriteString("source", reason.Source);
            json.WriteString("stream", reason.Stream);
            json.WriteString("rule", reason.Rule);
            json.WriteString("column", reason.Column);
            json.WriteNumber("records", reason.Records);
            json.WriteString("example", reason.Example);
        });
        WriteArray(json, "steps", summary.Steps, step =>
        {
            json.WriteString("step", step.Step);
            json.WriteNumber("rows", step.Rows);
            json.WriteNumber("seconds", Math.Round(step.Seconds, 3));
        });
        json.WriteStartArray("warnings");
        foreach (var warning in summary.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> properties)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            properties(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Tells people of a run.</summary>
    public static void WriteSummary(CommandContext context, RunSummary summary, RunRequest? request = null)
    {
        foreach (var warning in summary.Warnings)
        {
            context.Error.WriteLine($"warning: {warning}");
        }

        if (!summary.Published)
        {
            context.WriteLine(summary.Run is null ? "Nothing to load." : $"Nothing new; the warehouse stands as run {summary.Run} left it.");
            return;
        }

        var c = summary.Counts;
        var what = request?.IsDry == true ? "A run would" : $"Run {summary.Run}:";
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} read {c.Read:N0} = loaded {c.Loaded:N0} + unchanged {c.Unchanged:N0} + " +
            $"quarantined {c.Quarantined:N0} records of {summary.Streams.Sum(s => s.Files):N0} files; {c.Removed:N0} rows removed."));
        if (request?.IsDry == true)
        {
            WritePlan(context, summary);
        }

        foreach (var reason in summary.Reasons)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  quarantined {reason.Records:N0}: {reason.Rule}{(reason.Column is null ? "" : $" ({reason.Column})")}, e.g. {reason.Example}"));
        }
    }

    private static void WritePlan(CommandContext context, RunSummary summary)
    {
        foreach (var stream in summary.Streams)
        {
            var n = stream.Counts;
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {stream.Source}/{stream.Stream}: {n.Read:N0} records of {stream.Files:N0} files or deliveries: {n.Loaded:N0} to load, {n.Unchanged:N0} unchanged, {n.Quarantined:N0} to the quarantine"));
        }

        foreach (var table in summary.Tables)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {table.Table}: {table.Inserted:N0} rows new, {table.Changed:N0} changed, {table.Removed:N0} removed"));
        }

        context.WriteLine("Nothing was changed.");
    }

    /// <summary>Tells people where the time went.</summary>
    public static void WriteSteps(CommandContext context, IReadOnlyList<StepSummary> steps)
    {
        var table = new TextTable(new("Step"), new("Rows", IsNumber: true), new("Seconds", IsNumber: true));
        foreach (var step in steps)
        {
            table.Add(step.Step, step.Rows.ToString("N0", CultureInfo.InvariantCulture), step.Seconds.ToString("N2", CultureInfo.InvariantCulture));
        }

        table.WriteTo(context, "  ");
    }

    private static void WriteCounts(Utf8JsonWriter json, RecordCounts counts)
    {
        json.WriteNumber("read", counts.Read);
        json.WriteNumber("loaded", counts.Loaded);
        json.WriteNumber("unchanged", counts.Unchanged);
        json.WriteNumber("quarantined", counts.Quarantined);
        json.WriteNumber("removed", counts.Removed);
    }
}
