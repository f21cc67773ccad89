using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Churn;

/// <summary>Churn inside a run: learnt when sales, cases, contacts, customers or the settings changed.</summary>
public sealed class ChurnScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "churn";

    /// <inheritdoc/>
    public string Version => ChurnModel.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.fact_support_case", "star.fact_campaign_contact", "star.dim_customer"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Churn;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input) => ChurnModel.Score(input.Session, input.Catalogue, (ChurnSettings)input.Settings, input.Run, input.Cancellation);
}
