using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Explanations;

/// <summary>What runs learnt of a customer, in words; nothing where a project does not ask for it.</summary>
internal static class LearntWords
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(LearntWords));

    /// <summary>Chance of leaving, own segments and next offers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(ISession session, int key, CancellationToken cancellation)
    {
        foreach (var row in session.Query<ChurnRow>(Sql.Fill("churn"), new { key }, cancellation))
        {
            yield return new("chance of leaving", FormattableString.Invariant($"{row.ChurnProbability:0.000} on {row.SnapshotDate:yyyy-MM-dd}, {row.ValueAtRisk:0.00} at risk"));
            yield return new("because of", $"{row.Reasons} (log-odds; what is above zero makes leaving likelier)");
        }

        if (session.Query<string>(Sql.Fill("segments"), new { key }, cancellation) is { Count: > 0 } segments)
            yield return new("own segments", string.Join(", ", segments));
        foreach (var offer in session.Query<OfferRow>(Sql.Fill("offers"), new { key }, cancellation))
            yield return new("next offer", $"{offer.Product}, because of {offer.BecauseOf}: {offer.SharedCustomers} customers have both");
    }

    private sealed record ChurnRow(DateOnly SnapshotDate, double ChurnProbability, double ValueAtRisk, string Reasons);

    private sealed record OfferRow(string? Product, string? BecauseOf, long SharedCustomers);
}
