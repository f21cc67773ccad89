using System.CommandLine;
using Crm.Analytics.Etl;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm quarantine replay</c>: after a map, a rule or a type was corrected, loads the records that are good now, each once.</summary>
internal static class QuarantineReplayCommand
{
    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "Only of this source", HelpName = "NAME" };
        var rule = new Option<string?>("--rule") { Description = "Only what broke this rule", HelpName = "NAME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Tell what would be loaded; change nothing" };
        return new Command("replay", "Load the records that are good now, after a map, a rule or a type was corrected") { source, rule, dryRun }
            .Does((context, parsed) =>
            {
                var project = Composition.ReadProject(context.ProjectFolder);
                var request = new RunRequest
                {
                    Source = RunCommand.KnownSource(project, parsed.GetValue(source)),
                    Replays = true,
                    Quarantined = new(parsed.GetValue(rule)),
                    IsDry = parsed.GetValue(dryRun),
                };
                var summary = RunCommand.Execute(project, context, "crm quarantine replay", request);
                RunCommand.Tell(context, summary, request);
                return 0;
            });
    }
}
