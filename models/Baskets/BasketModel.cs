using System.Globalization;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Baskets;

/// <summary>What is bought together in the orders of the star: <c>star.score_basket_rule</c>, by the same exact counts as of a file.</summary>
public sealed class BasketModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<BasketModel>();

    /// <inheritdoc/>
    public string Name => "baskets";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_product"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Learning.Baskets;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (BasketSettings)input.Settings);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        session.Execute(Sql.Fill("bought", ("item", Sql.Fill(settings.Of).Trim())), null, input.Cancellation);
        var found = FrequentSets.Find(
            session, "basket_bought", "order_id", "item", new BasketOptions(settings.Support, settings.Confidence) { LongestSet = 5, Limit = settings.Rules }, input.Cancellation);
        session.Execute(Sql.Fill("rows"), new { newest, rules = ScoreTable.Json(found.Rules) }, input.Cancellation);
        var changed = ScoreTable.Write(input, "basket_rule", "snapshot_date", "bought", "also_bought");
        session.Execute(Sql.Fill("forget"));
        string?[] notes =
        [
            found.Note,
            found.RuleCount == 0 ? string.Create(CultureInfo.InvariantCulture, $"no rules: nothing is in {found.LeastBaskets:N0} of {found.Counts.Baskets:N0} orders together, {settings.Confidence:0.##} of the times") : null,
            found.RuleCount > settings.Rules ? string.Create(CultureInfo.InvariantCulture, $"{found.RuleCount:N0} rules were found; the {settings.Rules:N0} of the largest lift are kept") : null,
        ];
        return new(newest, changed, found.Rules.Count, [.. notes.OfType<string>()])
        {
            Quality = new Dictionary<string, double?> { ["orders"] = found.Counts.Baskets, ["items"] = found.Counts.Items, ["rules"] = found.RuleCount },
        };
    }
}
