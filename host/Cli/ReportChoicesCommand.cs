using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report choices</c>: the parameters of a report, and what may be chosen for each.</summary>
internal static class ReportChoicesCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The report" };
        return new Command("choices", "The parameters of a report, with what may be chosen from the data") { name }.Does((context, parsed) => Run(context, parsed.GetValue(name)!));
    }

    private static int Run(CommandContext context, string name)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var plan = ReportFiles.Plan(ReportDeliveries.Find(project, name), project.Catalogue, project.Settings.Locale);
        using var warehouse = Composition.OpenToRead(project, context);
        var reader = Composition.Reader(warehouse, project);
        var choices = plan.Parameters.Select(p => (Parameter: p, Values: ParameterValues.Choices(p, reader, context.Cancellation))).ToList();
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("parameters");
                foreach (var (parameter, values) in choices)
                {
                    json.WriteStartObject();
                    json.WriteString("name", parameter.Name);
                    json.WriteString("title", parameter.Title);
                    json.WriteString("type", parameter.Type.ToString().ToLowerInvariant());
                    json.WriteBoolean("several", parameter.Several);
                    json.WriteStartArray("default");
                    parameter.Default.ToList().ForEach(json.WriteStringValue);
                    json.WriteEndArray();
                    json.WriteStartArray("choices");
                    values.ToList().ForEach(json.WriteStringValue);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }

        var table = new TextTable(new("Parameter"), new("Type"), new("Default"), new("Choices"));
        choices.ForEach(c => table.Add(
            c.Parameter.Name, c.Parameter.Type.ToString().ToLowerInvariant(), string.Join(", ", c.Parameter.Default),
            c.Values.Count == 0 ? "any" : string.Join(", ", c.Values.Take(12)) + (c.Values.Count > 12 ? $" and {c.Values.Count - 12} more" : "")));
        table.WriteTo(context);
        return 0;
    }
}
