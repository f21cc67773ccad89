using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Forecasting;

/// <summary>Forecasts inside a run: made when sales, products, opportunities or the settings changed.</summary>
public sealed class ForecastScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "forecast";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_product", "star.fact_opportunity_stage", "star.fact_opportunity"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Forecast;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input) => ForecastModel.Score(input.Session, input.Catalogue, (ForecastSettings)input.Settings, input.Run, input.Cancellation);
}
