using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host;

/// <summary>Scores customers inside a run, so that readers see scores and the facts they stand on change together.</summary>
internal sealed class RfmStep : IRunStep
{
    public string Name => "score rfm";

    public long Execute(RunStepContext context)
    {
        var scores = RfmModel.Score(context.Session, context.Project.Catalogue, context.Project.Settings.Rfm, context.Project.Folder, context.Run).Scores;
        return scores.Inserted + scores.Changed + scores.Removed;
    }
}
