using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Explanations;

/// <summary>What the newest scores stand on, and whether they can be believed.</summary>
public static class ModelValidation
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(ModelValidation));

    /// <summary>The models of the newest snapshots, with their errors on data that they had not seen, and tenths of the customers by value.</summary>
    /// <exception cref="CrmException">Nothing was scored yet.</exception>
    public static FitResult Of(ISession session, CancellationToken cancellation = default)
    {
        var models = session.Query<ModelRow>(Sql.Fill("models"), null, cancellation);
        var recorded = session.Query<SnapshotRow>(Sql.Fill("snapshots"), null, cancellation);
        if (models.Count + recorded.Count == 0)
        {
            throw new CrmException(FailureKind.Failed, "nothing is scored yet", "star.score_clv_model", "scores of a run", "Run `crm run` with sales in the sources");
        }

        var churn = session.Query<ChurnRow>(Sql.Fill("churn"), null, cancellation);
        var points = session.Query<PointRow>(Sql.Fill("checks"), null, cancellation);
        return new FitResult("validate", "Models as scored by the newest run")
        {
            Conventions = [.. models.Take(1).SelectMany(Words), new("checks", "what the models expected against what was, on data that they had not seen; owa: errors over those of Naive2, below 1 is better")],
            Counts = models.Count == 0 ? [] :
            [
                new("customers", models[0].Customers, "customers the models of lifetime value learnt from"), new("repeat_purchases", models[0].RepeatPurchases, "their repeat purchases"),
            ],
            Tables =
            [
                .. models.Count == 0 ? (FitTable[])[] :
                [
                    new("models", "Models of lifetime value, those used first", ["model", "used", "log_likelihood", "aic", "bic", "holdout_error", "holdout_bias_percent", "parameters", "status"],
                        [.. models.Select(m => (IReadOnlyList<object?>)[m.Model, m.IsUsed, m.LogLikelihood, m.Aic, m.Bic, m.HoldoutError, m.HoldoutBiasPercent, m.Parameters, m.Status])]),
                    new("tenths", "Tenths of the customers by lifetime value", ["tenth", "customers", "lifetime_value", "historic_value", "probability_alive", "expected_purchases"],
                        [.. session.Query<TenthRow>(Sql.Fill("deciles"), null, cancellation).Select(t => (IReadOnlyList<object?>)[t.Tenth, t.Customers, t.LifetimeValue, t.HistoricValue, t.ProbabilityAlive, t.ExpectedPurchases])]),
                ],
                .. churn.Count == 0 ? (FitTable[])[] :
                [
                    new("churn", "Model of churn, on a horizon that it had not seen", ["learner", "customers", "churn_rate", "auc", "average_precision", "lift_top_tenth", "brier", "notes"],
                        [.. churn.Select(c => (IReadOnlyList<object?>)[c.Learner, c.Customers, c.ChurnRate, c.Auc, c.AveragePrecision, c.LiftTopTenth, c.Brier, c.Notes])]),
                ],
                .. points.Count == 0 ? (FitTable[])[] :
                [
                    new("checks", "Checks on unseen data", ["model", "chart", "label", "expected", "actual", "members"],
                        [.. points.Select(p => (IReadOnlyList<object?>)[p.Model, p.Chart, p.Label, p.Expected, p.Actual, p.Members])]) { Shown = 80 },
                ],
                .. recorded.Count == 0 ? (FitTable[])[] :
                [
                    new("snapshots", "What the scores of each model stand on", ["model", "snapshot", "version", "data_version", "members", "fit_quality", "status"],
                        [.. recorded.Select(r => (IReadOnlyList<object?>)[r.Model, r.SnapshotDate, r.ModelVersion, r.DataVersion, r.Members, r.FitQuality, r.Status])]),
                ],
            ],
            Warnings =
            [
                .. models.Where(m => m.Status != "ok").Select(m => $"{m.Model}: {m.Status}"), .. churn.Where(c => c.Notes is { Length: > 0 }).Select(c => $"churn: {c.Notes}"),
                .. recorded.Where(r => r.Status != "ok" && r.Model is not ("lifetime_value" or "churn")).Select(r => $"{r.Model}: {r.Status}"),
            ],
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Words(ModelRow first)
    {
        yield return new("snapshot", $"{first.SnapshotDate:yyyy-MM-dd}, made from sales as of run {first.DataVersion}; version {first.ModelVersion} of the mathematics");
        yield return new("horizon", FormattableString.Invariant($"{first.Horizon:0.##} {first.Unit}s, discount {first.DiscountRate:0.####} a year, margin {first.Margin:0.####}"));
        yield return new("holdout", "mean absolute error per customer on the last third of the time, of a fit to the first two thirds");
    }

    private sealed record ChurnRow(string? Learner, long Customers, double? ChurnRate, double? Auc, double? AveragePrecision, double? LiftTopTenth, double? Brier, string? Notes);

    private sealed record PointRow(string Model, string Chart, string Label, double? Expected, double? Actual, long Members);

    private sealed record SnapshotRow(string Model, DateOnly SnapshotDate, string ModelVersion, long DataVersion, long Members, string FitQuality, string Status);

    private sealed record ModelRow(
        DateOnly SnapshotDate, string Model, string ModelVersion, bool IsUsed, string Status, string? Parameters, double? LogLikelihood, double? Aic, double? Bic,
        double? HoldoutError, double? HoldoutBiasPercent, long Customers, long RepeatPurchases, string Unit, double Horizon, double DiscountRate, double Margin, long DataVersion);

    private sealed record TenthRow(int Tenth, long Customers, double LifetimeValue, double HistoricValue, double ProbabilityAlive, double ExpectedPurchases);
}
