using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Recommendations;

/// <summary>Up-sell paths in the star: which dearer product of a category customers bought next, how many of them, and after how long.</summary>
public sealed class UpSellModel : IStarModel
{
    private static readonly SqlFile Sql = SqlFile.Beside<UpSellModel>();

    /// <inheritdoc/>
    public string Name => "up_sell";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads { get; } = ["star.fact_sales", "star.dim_product"];

    /// <inheritdoc/>
    public object? SettingsOf(Project project) => project.Settings.Scoring.UpSell;

    /// <inheritdoc/>
    public StarOutcome Score(StarInput input)
    {
        var (session, settings) = (input.Session, (UpSellSettings)input.Settings);
        if (session.Scalar<DateOnly?>(Sql.Fill("newest")) is not { } newest)
        {
            return StarOutcome.Nothing;
        }

        session.Execute(Sql.Fill("rows"), new { newest, least = settings.LeastCustomers, step = settings.LeastStep }, input.Cancellation);
        var changed = ScoreTable.Write(input, "up_sell_path", "snapshot_date", "product", "dearer_product");
        var paths = session.Scalar<long>(Sql.Fill("count"));
        session.Execute(Sql.Fill("forget"));
        return new StarOutcome(newest, changed, paths, paths > 0 ? [] : [
            $"no paths: no step to a dearer product of the same category was taken by {settings.LeastCustomers} customers (products without a category have none)",
        ]);
    }
}
