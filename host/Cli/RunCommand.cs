using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm run</c>: loads what is new and publishes it in one commit.</summary>
internal static class RunCommand
{
    public static Command Create() => new Command("run", "Load what is new in every source, score customers, publish all in one commit").Does((context, _) =>
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var summary = Execute(project, context, "crm run");
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                WriteSummary(json, summary);
                json.WriteEndObject();
            });
        }
        else
        {
            WriteSummary(context, summary);
        }

        return 0;
    });

    /// <summary>Runs with a progress display where there is a terminal.</summary>
    public static RunSummary Execute(Project project, CommandContext context, string doing)
    {
        using var display = ProgressDisplay.Start(context);
        return Composition.Run(project, context, doing, display);
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
        json.WriteStartArray("streams");
        foreach (var stream in summary.Streams)
        {
            json.WriteStartObject();
            json.WriteString("source", stream.Source);
            json.WriteString("stream", stream.Stream);
            json.WriteNumber("files", stream.Files);
            WriteCounts(json, stream.Counts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("reasons");
        foreach (var reason in summary.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("source", reason.Source);
            json.WriteString("stream", reason.Stream);
            json.WriteString("rule", reason.Rule);
            json.WriteString("column", reason.Column);
            json.WriteNumber("records", reason.Records);
            json.WriteString("example", reason.Example);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("steps");
        foreach (var step in summary.Steps)
        {
            json.WriteStartObject();
            json.WriteString("step", step.Step);
            json.WriteNumber("rows", step.Rows);
            json.WriteNumber("seconds", Math.Round(step.Seconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (var warning in summary.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    /// <summary>Tells people of a run.</summary>
    public static void WriteSummary(CommandContext context, RunSummary summary)
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
        context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Run {summary.Run}: read {c.Read:N0} = loaded {c.Loaded:N0} + unchanged {c.Unchanged:N0} + " +
            $"quarantined {c.Quarantined:N0} records of {summary.Streams.Sum(s => s.Files):N0} files; {c.Removed:N0} rows removed."));
        foreach (var reason in summary.Reasons)
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  quarantined {reason.Records:N0}: {reason.Rule}{(reason.Column is null ? "" : $" ({reason.Column})")}, e.g. {reason.Example}"));
        }
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
