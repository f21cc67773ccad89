using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Lifecycle;

/// <summary>
/// Where customers stand: prospect, new, active, growing, declining, dormant, lost, won back; and how they moved since a period before. A customer is in
/// exactly one stage at any day.
/// </summary>
public sealed class LifecycleKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<LifecycleKind>();

    /// <inheritdoc/>
    public string Name => "lifecycle";

    /// <inheritdoc/>
    public string Title => "Lifecycle: new, active, growing, declining, dormant, lost, won back, and the moves between";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        PurchaseTable.Customer, PurchaseTable.Date, PurchaseTable.Amount, PurchaseTable.Format, PurchaseTable.AsOf,
        new("period", "DAYS", "Length of a period") { Default = "90" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var purchases = PurchaseTable.Of(input);
        input.Session.Execute(purchases.Fill(Sql, "sales"), null, input.Cancellation);
        var days = input.Whole("period", 1, 10_000)!.Value;
        if ((input.Day("as-of") ?? input.Session.Scalar<DateOnly?>(Sql.Fill("newest"))) is not { } now)
        {
            throw PurchaseTable.Empty(input);
        }

        var before = now.AddDays(-days);
        input.Session.Execute(Sql.Fill("stages"), new { now, before, days }, input.Cancellation);
        var totals = input.Session.Query<Total>(Sql.Fill("totals"), new { now }, input.Cancellation);
        var flows = input.Session.Query<Flow>(Sql.Fill("flows"), new { now, before }, input.Cancellation);
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                new("dates", purchases.Dates.Said), new("periods", $"of {days} days, back from {now:yyyy-MM-dd}"),
                new("stages", "new: first purchase in the period; won back: none in the one before; growing, declining: spend above 125 %, below 80 % of the one before; dormant: none in this, some in the one before; lost: none in either"),
            ],
            Counts = [new("customers", totals.Sum(t => t.Customers), "customers")],
            Tables =
            [
                new("stages", "Stages", ["stage", "customers", "spend_in_period", "spend_in_period_before", "spend"], [.. totals.Select(t => (IReadOnlyList<object?>)[t.Stage, t.Customers, t.NowSpend, t.BeforeSpend, t.Spend])]),
                new("flows", $"Moves since {before:yyyy-MM-dd}", ["from", "to", "customers", "spend"], [.. flows.Select(f => (IReadOnlyList<object?>)[f.Previous, f.Stage, f.Customers, f.Spend])]) { Shown = 40 },
            ],
        };
    }

    private sealed record Total(string Stage, long Customers, double NowSpend, double BeforeSpend, double Spend);

    private sealed record Flow(string Previous, string Stage, long Customers, double Spend);
}
