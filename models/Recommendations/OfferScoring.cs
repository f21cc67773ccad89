using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Recommendations;

/// <summary>Next offers inside a run: made when sales, customers, products or the settings changed.</summary>
public sealed class OfferScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "offers";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_customer", "star.dim_product"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Offers;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input) => OfferModel.Score(input.Session, input.Catalogue, (OfferSettings)input.Settings, input.Run, input.Cancellation);
}
