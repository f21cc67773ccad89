using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Host;

/// <summary>Keeps rollups inside a run, after everything that they are made from.</summary>
internal sealed class RollupStep : IRunStep
{
    public string Name => "keep rollups";

    public long Execute(RunStepContext context) => RollupLoad.Apply(context.Session, context.Project.Catalogue, context.Run);
}
