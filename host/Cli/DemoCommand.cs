using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Demo;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm demo</c>: a whole project on real data, from files to reports, with one command.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var sample = new Option<string>("--sample") { Description = "The sample", HelpName = "NAME", DefaultValueFactory = _ => "online-retail" };
        var serve = new Option<bool>("--serve") { Description = "Show the reports in a browser on this machine, until Ctrl+C" };
        var port = ServeCommand.Port();
        return new Command("demo", "Make a project from a sample, run it, and show what comes out (default folder: ./demo/SAMPLE)") { sample, serve, port }
            .Does((context, parsed) => Run(context, parsed.GetValue(sample)!, parsed.GetValue(serve), parsed.GetValue(port)));
    }

    private static int Run(CommandContext context, string sample, bool serve, int port)
    {
        var folder = Path.GetFullPath(context.ProjectOption ?? Path.Combine("demo", sample), context.WorkingFolder);
        if (DemoProject.Make(sample, folder, context.Cancellation) > 0)
        {
            context.Error.WriteLine($"made the project {folder}");
        }

        var project = Composition.ReadProject(folder);
        var summary = RunCommand.Execute(project, context, "crm demo");
        var reports = new ReportWriting(project, context).Write(ReportWriting.List(project), again: false);
        var figures = Ask(project, context);
        if (context.Json)
        {
            WriteJson(context, folder, summary, figures, reports);
        }
        else
        {
            WriteText(context, project, summary, figures, reports);
        }

        return serve ? ServeCommand.Serve(context, project, port) : 0;
    }

    private static Figures Ask(Project project, CommandContext context)
    {
        using var warehouse = Composition.OpenToRead(project, context);
        var reader = Composition.Reader(warehouse, project);
        var sales = reader.Read(new CubeQuery { Measures = ["sales.revenue", "sales.orders", "sales.customers"] }, context.Cancellation);
        var newest = reader.Read(new CubeQuery { Dimensions = ["rfm.snapshot"], Order = [new("rfm.snapshot", Descending: true)], Limit = 1 }, context.Cancellation);
        if (newest.Rows is not [{ Values: [DateOnly day] }, ..])
        {
            return new(sales, null);
        }

        var segments = reader.Read(new CubeQuery
        {
            Measures = ["rfm.customers", "rfm.revenue"],
            Dimensions = ["rfm.segment"],
            Filters = [new MemberFilter("rfm.snapshot", FilterOperator.Equals, [day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)])],
        }, context.Cancellation);
        return new(sales, segments);
    }

    private static void WriteText(CommandContext context, Project project, RunSummary summary, Figures figures, IReadOnlyList<WrittenFile> reports)
    {
        RunCommand.WriteSummary(context, summary);
        context.WriteLine();
        ResultTable.WriteRows(figures.Sales, project.Settings, context);
        if (figures.Segments is { } segments)
        {
            context.WriteLine();
            ResultTable.WriteRows(segments, project.Settings, context);
        }

        if (summary.Published)
        {
            context.WriteLine();
            context.WriteLine("Where the time went:");
            RunCommand.WriteSteps(context, summary.Steps);
        }

        context.WriteLine();
        foreach (var report in reports)
        {
            context.WriteLine($"{report.Title}: {report.Path}");
        }

        foreach (var failed in reports.SelectMany(r => r.Failed))
        {
            context.Error.WriteLine($"crm: a part of a report could not be made: {failed}");
        }
    }

    private static void WriteJson(CommandContext context, string folder, RunSummary summary, Figures figures, IReadOnlyList<WrittenFile> reports) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        RunCommand.WriteSummary(json, summary);
        json.WriteString("project", folder);
        json.WritePropertyName("sales");
        ResultJson.Write(figures.Sales, json);
        if (figures.Segments is { } segments)
        {
            json.WritePropertyName("segments");
            ResultJson.Write(segments, json);
        }

        json.WriteStartArray("reports");
        foreach (var report in reports)
        {
            json.WriteStringValue(report.Path);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private sealed record Figures(CubeResult Sales, CubeResult? Segments);
}
