using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report list</c>: the reports there are.</summary>
internal static class ReportListCommand
{
    public static Command Create() => new Command("list", "The reports there are: the library's and the project's own").Does(Run);

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var reports = ReportWriting.List(project).Select(r => (File: r, Plan: ReportFiles.Plan(r, project.Catalogue, project.Settings.Locale))).ToList();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("reports");
                foreach (var (file, plan) in reports)
                {
                    json.WriteStartObject();
                    json.WriteString("name", file.Name);
                    json.WriteString("title", plan.Title);
                    json.WriteString("summary", plan.Summary);
                    json.WriteString("from", file.FromLibrary ? "library" : file.File);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var table = new TextTable(new("Report"), new("Title"), new("From"));
        reports.ForEach(r => table.Add(r.File.Name, r.Plan.Title, r.File.FromLibrary ? "library" : r.File.File));
        table.WriteTo(context);
        return 0;
    }
}
