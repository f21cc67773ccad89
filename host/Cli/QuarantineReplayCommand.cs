using System.CommandLine;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm quarantine replay</c>: loads what was set aside again from the landing, after a map, a rule or an option was corrected.</summary>
internal static class QuarantineReplayCommand
{
    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "Only of this source", HelpName = "NAME" };
        var rule = new Option<string?>("--rule") { Description = "Only what broke this rule", HelpName = "NAME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Tell what would be loaded; change nothing" };
        return new Command("replay", "Load what was set aside again, after a map or a rule was corrected; what is still bad stays") { source, rule, dryRun }
            .Does((context, parsed) => Run(context, parsed.GetValue(source), parsed.GetValue(rule), parsed.GetValue(dryRun)));
    }

    private static int Run(CommandContext context, string? source, string? rule, bool isDry)
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        if (source is not null)
        {
            SourceAccess.Find(project, source);
        }

        if (!File.Exists(Composition.WarehouseOf(project)))
        {
            throw new CrmException(FailureKind.Failed, "nothing is loaded yet", Composition.WarehouseOf(project), "the warehouse that a run makes", "Run `crm run` first");
        }

        var request = new RunRequest { Source = source, Replays = true, Quarantined = new QuarantineChoice(rule), IsDry = isDry };
        var summary = RunCommand.Execute(project, context, "crm quarantine replay", request);
        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                RunCommand.WriteSummary(json, summary);
                json.WriteEndObject();
            });
        }
        else
        {
            RunCommand.WriteSummary(context, summary, request);
        }

        return 0;
    }
}
