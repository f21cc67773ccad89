using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Explanations;

/// <summary>What the newest scores of lifetime value stand on, and whether they can be believed.</summary>
public static class ModelValidation
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ModelValidation));

    /// <summary>The models of the newest snapshot, with their errors on the holdout, and tenths of the customers by value.</summary>
    /// <exception cref="CrmException">Nothing was scored yet.</exception>
    public static FitResult Of(ISession session, CancellationToken cancellation = default)
    {
        var models = session.Query<ModelRow>(Sql.Fill("models"), null, cancellation);
        if (models.Count == 0)
        {
            throw new CrmException(FailureKind.Failed, "nothing is scored yet", "star.score_clv_model", "scores of a run", "Run `crm run` with sales in the sources");
        }

        var tenths = session.Query<TenthRow>(Sql.Fill("deciles"), null, cancellation);
        var first = models[0];
        return new FitResult("clv", "Lifetime value as scored by the newest run")
        {
            Conventions =
            [
                new("snapshot", $"{first.SnapshotDate:yyyy-MM-dd}, made from sales as of run {first.DataVersion}; version {first.ModelVersion} of the mathematics"),
                new("horizon", FormattableString.Invariant($"{first.Horizon:0.##} {first.Unit}s, discount {first.DiscountRate:0.####} a year, margin {first.Margin:0.####}")),
                new("holdout", "mean absolute error per customer on the last third of the time, of a fit to the first two thirds"),
            ],
            Counts = [new("customers", first.Customers, "customers the models learnt from"), new("repeat_purchases", first.RepeatPurchases, "their repeat purchases")],
            Tables =
            [
                new("models", "Models, those used first", ["model", "used", "log_likelihood", "aic", "bic", "holdout_error", "holdout_bias_percent", "parameters", "status"],
                    [.. models.Select(m => (IReadOnlyList<object?>)[m.Model, m.IsUsed, m.LogLikelihood, m.Aic, m.Bic, m.HoldoutError, m.HoldoutBiasPercent, m.Parameters, m.Status])]),
                new("tenths", "Tenths of the customers by lifetime value", ["tenth", "customers", "lifetime_value", "historic_value", "probability_alive", "expected_purchases"],
                    [.. tenths.Select(t => (IReadOnlyList<object?>)[t.Tenth, t.Customers, t.LifetimeValue, t.HistoricValue, t.ProbabilityAlive, t.ExpectedPurchases])]),
            ],
            Warnings = [.. models.Where(m => m.Status != "ok").Select(m => $"{m.Model}: {m.Status}")],
        };
    }

    private sealed record ModelRow(
        DateOnly SnapshotDate, string Model, string ModelVersion, bool IsUsed, string Status, string? Parameters, double? LogLikelihood, double? Aic, double? Bic,
        double? HoldoutError, double? HoldoutBiasPercent, long Customers, long RepeatPurchases, string Unit, double Horizon, double DiscountRate, double Margin, long DataVersion);

    private sealed record TenthRow(int Tenth, long Customers, double LifetimeValue, double HistoricValue, double ProbabilityAlive, double ExpectedPurchases);
}
