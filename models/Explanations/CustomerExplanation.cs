using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Explanations;

/// <summary>Why a customer has the scores that the newest run gave.</summary>
public static class CustomerExplanation
{
    private static readonly SqlFile Sql = SqlFile.Beside(typeof(CustomerExplanation));

    /// <summary>The scores of a customer in words.</summary>
    /// <param name="session">The warehouse.</param>
    /// <param name="id">The customer's id, as the customer dimension has it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CrmException">There is no such customer.</exception>
    public static FitResult Of(ISession session, string id, CancellationToken cancellation = default)
    {
        var keys = session.Query<int>(Sql.Fill("customer"), new { id }, cancellation);
        if (keys.Count == 0)
        {
            throw new CrmException(FailureKind.WrongUse, $"no customer '{id}'", "star.dim_customer", "the id of a customer, as `crm query --measures rfm.customers --by customer.id` lists them", "Correct the id");
        }

        var scores = session.Query<RfmRow>(Sql.Fill("rfm"), new { key = keys[0] }, cancellation);
        var values = session.Query<ClvRow>(Sql.Fill("clv"), new { key = keys[0] }, cancellation);
        return new FitResult("explain", $"Customer {id}")
        {
            Conventions = [.. scores.Take(1).SelectMany(Words), .. values.SelectMany(Words), .. LearntWords.Of(session, keys[0], cancellation)],
            Tables = scores.Count == 0 ? [] :
            [
                new("segments", "Segments at past snapshots", ["snapshot", "r", "f", "m", "segment", "days_since_last_order", "orders", "spend"],
                    [.. scores.Select(s => (IReadOnlyList<object?>)[s.SnapshotDate, s.R, s.F, s.M, s.Segment, s.DaysSinceLastOrder, s.OrderCount, s.TotalSpend])]),
            ],
            Warnings = [.. scores.Count == 0 ? (string[])["no RFM scores: the customer has no order"] : [], .. values.Count == 0 ? (string[])["no lifetime value: `crm model validate` tells why"] : []],
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Words(RfmRow row)
    {
        yield return new("segment", FormattableString.Invariant($"{row.Segment} ({row.Rule}) on {row.SnapshotDate:yyyy-MM-dd}: {row.Description}"));
        yield return new("recency", FormattableString.Invariant($"{row.DaysSinceLastOrder} days since the last order score {row.R} of 5"));
        yield return new("frequency", FormattableString.Invariant($"{row.OrderCount} orders score {row.F} of 5"));
        yield return new("money", FormattableString.Invariant($"{row.TotalSpend:0.00} spent score {row.M} of 5"));
        if (row.PreviousSegment is { } previous && previous != row.Segment)
        {
            yield return new("moved", $"from {previous}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Words(ClvRow row)
    {
        var gap = row.CustomerAge - row.LastPurchaseAge;
        yield return new("history", FormattableString.Invariant($"{row.RepeatCount} repeat purchases in {row.CustomerAge:0.#} units since the first, the last of them {gap:0.#} ago"));
        yield return new("still a customer", FormattableString.Invariant($"with probability {row.ProbabilityAlive:0.000} ({row.Model}): {(row.RepeatCount == 0 ? "one purchase tells little" : gap * (row.RepeatCount + 1) > 3 * row.CustomerAge ? "the silence is long for one who bought so often" : "the silence is usual for this customer")}"));
        yield return new("expected purchases", FormattableString.Invariant($"{row.ExpectedPurchases:0.00} within the horizon (95 %: {row.ExpectedPurchasesLow:0.00} to {row.ExpectedPurchasesHigh:0.00})"));
        yield return new("expected value", FormattableString.Invariant($"{row.ExpectedValue:0.00} a purchase{(row.AverageRepeatValue is { } mean ? FormattableString.Invariant($"; so far {mean:0.00} on average") : ", as of a customer of whom nothing is known")}"));
        yield return new("lifetime value", FormattableString.Invariant($"{row.LifetimeValue:0.00} (95 %: {row.LifetimeValueLow:0.00} to {row.LifetimeValueHigh:0.00}), after {row.MarketingCost:0.00} of marketing; {row.HistoricValue:0.00} so far"));
    }

    private sealed record RfmRow(
        DateOnly SnapshotDate, long DaysSinceLastOrder, long OrderCount, double TotalSpend, int R, int F, int M, string Segment, string? PreviousSegment, string? Rule, string? Description);

    private sealed record ClvRow(
        DateOnly SnapshotDate, string Model, long RepeatCount, double LastPurchaseAge, double CustomerAge, double? AverageRepeatValue, double ProbabilityAlive, double ExpectedPurchases,
        double ExpectedPurchasesLow, double ExpectedPurchasesHigh, double ExpectedValue, double LifetimeValue, double LifetimeValueLow, double LifetimeValueHigh, double MarketingCost,
        double HistoricValue);
}
