using System.Text.Json.Serialization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Models.Rfm;

/// <summary>RFM inside a run: scored when sales, customers, products, the settings or the grid changed.</summary>
public sealed class RfmScoring : IStarModel
{
    /// <inheritdoc/>
    public string Name => "rfm";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_customer", "star.dim_product"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project)
    {
        var settings = project.Settings.Rfm;
        var grid = RfmGrid.Load(settings.Grid, project.Folder);
        return new Declared(
            settings.Ties, settings.Grid, settings.MonthEnds, settings.Weights, settings.By, grid.Segments.ToDictionary(s => s.Name, s => $"{s.Rule} ({s.Standing}): {s.Description}"))
        { Settings = settings };
    }

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var summary = RfmModel.Score(input.Session, input.Catalogue, ((Declared)input.Settings).Settings!, input.ProjectFolder, input.Run);
        var customers = summary.Segments.Sum(s => s.Customers);
        return new(
            summary.Newest, summary.Scores.Inserted + summary.Scores.Changed + summary.Scores.Removed, customers,
            customers is > 0 and < 5 ? [$"{customers} customers: fifths of fewer than five customers tell nothing"] : []);
    }

    // What is recorded: the grid's rules too, so that a file that changed is noticed; not where in crm.yaml it stands.
    private sealed record Declared(string Ties, string Grid, int MonthEnds, RfmWeights Weights, IReadOnlyList<string> By, IReadOnlyDictionary<string, string> Segments)
    {
        [JsonIgnore]
        public RfmSettings? Settings { get; init; }
    }
}
