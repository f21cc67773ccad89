using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm runs</c>: the log of runs, newest first.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "Most runs to show", HelpName = "N", DefaultValueFactory = _ => 20 };
        return new Command("runs", "The log of runs: when, what was read, loaded, set aside") { limit }
            .Does((context, parsed) => Run(context, parsed.GetValue(limit)));
    }

    private static int Run(CommandContext context, int limit)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        var runs = session.Query<LoggedRun>(SqlFile.Beside(typeof(RunsCommand)).Fill(""), new { limit }, context.Cancellation);
        if (context.Json)
        {
            WriteJson(context, runs);
            return 0;
        }

        var table = new TextTable(new("Run", IsNumber: true), new("Published (UTC)"), new("Data up to"), new("Read", true), new("Loaded", true),
            new("Unchanged", true), new("Quarantined", true), new("Removed", true), new("Seconds", true));
        foreach (var run in runs)
        {
            table.Add(Text(run.RunId), Text(run.PublishedAt), Text(run.Newest), Text(run.Read), Text(run.Loaded), Text(run.Unchanged), Text(run.Quarantined),
                Text(run.Removed), run.Seconds?.ToString("N1", CultureInfo.InvariantCulture) ?? "");
        }

        table.WriteTo(context);
        return 0;
    }

    private static void WriteJson(CommandContext context, IReadOnlyList<LoggedRun> runs) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("runs");
        foreach (var run in runs)
        {
            json.WriteStartObject();
            json.WriteNumber("run", run.RunId);
            json.WriteString("status", run.Status);
            json.WriteString("started", Iso(run.StartedAt));
            json.WriteString("published", Iso(run.PublishedAt));
            json.WriteString("dataAsOf", run.Newest?.ToString("s", CultureInfo.InvariantCulture));
            json.WriteNumber("read", run.Read);
            json.WriteNumber("loaded", run.Loaded);
            json.WriteNumber("unchanged", run.Unchanged);
            json.WriteNumber("quarantined", run.Quarantined);
            json.WriteNumber("removed", run.Removed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(DateTime? moment) => moment?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static string? Iso(DateTime? moment) => moment?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record LoggedRun(
        int RunId, string Status, DateTime StartedAt, DateTime? PublishedAt, DateTime? Newest,
        long Read, long Loaded, long Unchanged, long Quarantined, long Removed, double? Seconds);
}
