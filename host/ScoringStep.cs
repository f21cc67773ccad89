using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host;

/// <summary>Scores by one model inside a run, when anything that it stands on changed, so that readers see scores and the facts they stand on change together.</summary>
internal sealed class ScoringStep(IStarModel model) : IRunStep
{
    public string Name => $"score {model.Name}";

    public long Execute(RunStepContext context) => StarScoring.Execute(model, context.Session, context.Project, context.Run, context.Cancellation);
}
