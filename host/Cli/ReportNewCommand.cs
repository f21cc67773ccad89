using System.CommandLine;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Reports.Definitions;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm report new</c>: proposes a report from a question and writes its YAML.</summary>
internal static class ReportNewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the report: lower-case letters, digits and _" };
        var question = new Argument<string[]>("QUESTION") { Description = "Measures and dimensions, as `revenue and orders by month and country` or `sales.revenue date.month`", Arity = ArgumentArity.OneOrMore };
        var force = new Option<bool>("--force") { Description = "Replace a report of the project that has this name" };
        return new Command("new", "Propose a report from a question, and write its YAML") { name, question, force }.Does((context, parsed) =>
            Run(context, parsed.GetValue(name)!, string.Join(' ', parsed.GetValue(question)!), parsed.GetValue(force)));
    }

    private static int Run(CommandContext context, string name, string question, bool force)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var (path, plan) = new NewReport(project, "crm report new").Save(name, () => ReportProposal.Propose(name, question, project.Catalogue), force);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("title", plan.Title);
                json.WriteString("path", path);
                json.WriteEndObject();
            });
            return 0;
        }

        context.WriteLine($"{plan.Title}: {path}");
        context.WriteLine($"Next: `crm report run {name}`");
        return 0;
    }
}
