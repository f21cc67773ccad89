using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Explanations;

/// <summary>What runs learnt of a customer, in words; nothing where a project does not ask for it.</summary>
internal static class LearntWords
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(LearntWords));

    /// <summary>Chance of leaving, buying at given occasions, staying under contract, who is alike, own segments and next offers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(ISession session, int key, CancellationToken cancellation)
    {
        foreach (var row in session.Query<ChurnRow>(Sql.Fill("churn"), new { key }, cancellation))
        {
            yield return new("chance of leaving", FormattableString.Invariant($"{row.ChurnProbability:0.000} on {row.SnapshotDate:yyyy-MM-dd}, {row.ValueAtRisk:0.00} at risk"));
            yield return new("because of", $"{row.Reasons} (log-odds; what is above zero makes leaving likelier)");
        }

        foreach (var row in session.Query<OccasionRow>(Sql.Fill("occasion"), new { key }, cancellation))
        {
            yield return new("at given occasions", FormattableString.Invariant(
                $"bought in {row.RepeatCount} of {row.Occasions} {row.Unit}s after the first, the last time in the {row.LastOccasion}.: still a customer with probability {row.ProbabilityAlive:0.000}, {row.ExpectedPurchases:0.00} purchases to come within the horizon (95 %: {row.ExpectedPurchasesLow:0.00} to {row.ExpectedPurchasesHigh:0.00})"));
        }

        foreach (var row in session.Query<SubscriptionRow>(Sql.Fill("subscription"), new { key }, cancellation))
        {
            yield return new("under contract", FormattableString.Invariant(
                $"for {row.Periods} {row.Unit}s: stays another one with probability {row.Retention:0.000} ({row.Model}), {row.ExpectedPeriods:0.0} {row.Unit}s expected within the horizon (95 %: {row.ExpectedPeriodsLow:0.0} to {row.ExpectedPeriodsHigh:0.0})"));
        }

        foreach (var row in session.Query<ClusterRow>(Sql.Fill("cluster"), new { key }, cancellation))
            yield return new("alike", $"cluster {row.Cluster}: {row.Profile}");
        if (session.Query<string>(Sql.Fill("segments"), new { key }, cancellation) is { Count: > 0 } segments)
            yield return new("own segments", string.Join(", ", segments));
        foreach (var offer in session.Query<OfferRow>(Sql.Fill("offers"), new { key }, cancellation))
            yield return new("next offer", $"{offer.Product}, because of {offer.BecauseOf}: {offer.SharedCustomers} customers have both");
    }

    private sealed record ChurnRow(DateOnly SnapshotDate, double ChurnProbability, double ValueAtRisk, string Reasons);

    private sealed record OccasionRow(
        DateOnly SnapshotDate, string Unit, long RepeatCount, long LastOccasion, long Occasions, double ProbabilityAlive, double ExpectedPurchases, double ExpectedPurchasesLow, double ExpectedPurchasesHigh);

    private sealed record SubscriptionRow(DateOnly SnapshotDate, string Model, string Unit, long Periods, double Retention, double ExpectedPeriods, double ExpectedPeriodsLow, double ExpectedPeriodsHigh);

    private sealed record ClusterRow(long Cluster, string Profile);

    private sealed record OfferRow(string? Product, string? BecauseOf, long SharedCustomers);
}
