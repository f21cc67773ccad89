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
        new("customer", "COLUMN", "Who bought, by name or place of the column") { Required = true },
        new("date", "COLUMN", "When") { Required = true },
        new("amount", "COLUMN", "For how much; negative amounts are refunds, and no purchases"),
        new("format", "FORMAT", "Format of the dates, as yyyyMMdd; by default found out"),
        new("as-of", "DAY", "Day of the stages; what comes later does not count (default: the newest)"),
        new("period", "DAYS", "Length of a period") { Default = "90" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var reading = DateReading.Find(input, input.Column("date")!);
        input.Session.Execute(
            Sql.Fill(
                "sales", ("customer", SqlName.Quote(input.Column("customer")!)), ("moment", reading.Expression),
                ("amount", input.Column("amount") is { } amount ? KindInput.NumberOf(amount) : Sql.Fill("none").Trim()), ("table", input.Table)), null, input.Cancellation);
        var days = input.Whole("period", 1, 10_000)!.Value;
        if ((input.Day("as-of") ?? input.Session.Scalar<DateOnly?>(Sql.Fill("newest"))) is not { } now)
        {
            throw input.Unfit("no row has a customer and a date", "purchases", "Check the columns and the format of dates");
        }

        var before = now.AddDays(-days);
        input.Session.Execute(Sql.Fill("stages"), new { now, before, days }, input.Cancellation);
        var totals = input.Session.Query<Total>(Sql.Fill("totals"), new { now }, input.Cancellation);
        var flows = input.Session.Query<Flow>(Sql.Fill("flows"), new { now, before }, input.Cancellation);
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                new("dates", reading.Said), new("periods", $"of {days} days, back from {now:yyyy-MM-dd}"),
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
