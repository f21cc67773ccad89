using Crm.Analytics.Models.Clv;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host;

/// <summary>Scores lifetime value inside a run, so that readers see scores and the facts they stand on change together.</summary>
internal sealed class ClvStep : IRunStep
{
    public string Name => "score clv";

    public long Execute(RunStepContext context)
        => ClvModel.Score(context.Session, context.Project.Catalogue, context.Project.Settings.LifetimeValue, context.Run, context.Cancellation);
}
