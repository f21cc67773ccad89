using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Segmentation;

/// <summary>The project's own segments inside a run: listed when what happened to customers, or a segment's file, changed.</summary>
public sealed class SegmentScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "segments";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } =
    [
        "star.fact_sales", "star.fact_support_case", "star.fact_campaign_contact", "star.fact_interaction", "star.fact_web_event", "star.fact_loyalty_entry",
        "star.fact_survey_response", "star.dim_customer",
    ];

    /// <inheritdoc/>
    public object? SettingsOf(Project project)
        => SegmentReader.ReadAll(project.Folder, [.. project.Catalogue.Dimensions["customer"].Attributes.Select(a => a.Column)]) is { Count: > 0 } segments ? segments : null;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
        => SegmentModel.Score(input.Session, input.Catalogue, (IReadOnlyList<SegmentDeclaration>)input.Settings, input.Run, input.Cancellation);
}
