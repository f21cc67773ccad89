using Crm.Analytics.Models.Costs;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Clv;

/// <summary>Lifetime value inside a run: scored when sales, costs, customers or the settings changed.</summary>
public sealed class LifetimeValueScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "lifetime_value";

    /// <inheritdoc/>
    public string Version => ClvModel.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", .. CustomerCosts.Reads];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.LifetimeValue is { Purchases: not "none" } settings ? settings : null;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input) => ClvModel.Score(input.Session, input.Catalogue, (LifetimeValueSettings)input.Settings, input.Run, input.Cancellation);
}
