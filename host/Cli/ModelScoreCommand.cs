using System.CommandLine;
using Crm.Analytics.Etl;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm model score</c>: a run, after which the scores of all models are those of the newest data.</summary>
internal static class ModelScoreCommand
{
    public static Command Create() => new Command("score", "Score customers by all models, in a run that first loads what is new").Does((context, _) =>
    {
        var project = Composition.ReadProject(context.ProjectFolder);
        var request = new RunRequest();
        RunCommand.Tell(context, RunCommand.Execute(project, context, "crm model score", request), request);
        return 0;
    });
}
