using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Rfm;

/// <summary>RFM of a file: the file's rows as sales of a star of its own, scored as a project's are.</summary>
public sealed class RfmKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<RfmKind>();

    /// <inheritdoc/>
    public string Name => "rfm";

    /// <inheritdoc/>
    public string Title => "RFM: scores by recency, frequency and money, segments, trend and migration";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        PurchaseTable.Customer, PurchaseTable.Date, PurchaseTable.Amount with { Required = true }, new("order", "COLUMN", "The order; by default each row is one"),
        PurchaseTable.Format, PurchaseTable.AsOf,
        new("ties", "RULE", "share, quantile or ntile, as docs/models-rfm.md explains") { Default = "share" },
        new("grid", "NAME", "Segments: rfm, r_fm or rf") { Default = "rfm" },
        new("month-ends", "N", "Past month ends to score too, for trend and migration") { Default = "12" },
        new("top", "N", "How many customers to show, those who spent most first") { Default = "20" },
        new("predict", "CUSTOMERS", "The customer to show instead"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var purchases = PurchaseTable.Of(input);
        var settings = new RfmSettings(
            input.Choice("ties", "share", "quantile", "ntile")!, input.Choice("grid", "rfm", "r_fm", "rf")!, input.Whole("month-ends", 0, 120)!.Value, new("crm.yaml", 1, 1));
        var summary = ScoreSales(input, purchases, settings);
        if (summary.Newest is not { } newest || summary.Scores.Inserted == 0)
        {
            throw PurchaseTable.Empty(input);
        }

        var limit = input.Whole("top", 0, 1_000_000)!.Value.ToString(CultureInfo.InvariantCulture);
        var scores = input.Session.Query<CustomerScore>(Sql.Fill("scores", ("limit", limit)), new { newest, named = input.Text("predict") }, input.Cancellation);
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                new("dates", purchases.Dates.Said), new("as_of", newest.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("scores", $"1–5, 5 is best; ties by the rule {settings.Ties}; grid {settings.Grid}"),
            ],
            Counts = [new("customers", summary.Segments.Sum(s => s.Customers), "customers with an order")],
            Figures = [new("revenue", (double)summary.Segments.Sum(s => s.Revenue), "spend of all"), new("revenue_at_risk", input.Session.Scalar<double>(Sql.Fill("at_risk"), new { newest }), "spend of the customers in segments at risk")],
            Tables =
            [
                new("segments", "Segments", ["segment", "customers", "revenue"], [.. summary.Segments.Select(s => (IReadOnlyList<object?>)[s.Segment, s.Customers, s.Revenue])]),
                new("customers", "Customers", ["customer", "days_since_last_order", "orders", "spend", "r", "f", "m", "segment", "previous_segment"],
                    [.. scores.Select(s => (IReadOnlyList<object?>)[s.Customer, s.DaysSinceLastOrder, s.OrderCount, s.TotalSpend, s.R, s.F, s.M, s.Segment, s.PreviousSegment])]),
                new("cuts", "What each score stands for", ["measure", "score", "lowest", "highest", "customers"],
                    [.. input.Session.Query<Cut>(Sql.Fill("cuts"), new { newest }, input.Cancellation).Select(c => (IReadOnlyList<object?>)[c.Measure, c.Score, c.Lowest, c.Highest, c.Customers])]),
                new("migration", "Moves since the month end before", ["from", "to", "customers", "revenue"],
                    [.. input.Session.Query<Move>(Sql.Fill("moves"), new { newest }, input.Cancellation).Select(m => (IReadOnlyList<object?>)[m.Previous, m.Segment, m.Customers, m.Revenue])]),
                new("trend", "Segments over time", ["snapshot", "segment", "customers", "revenue"],
                    [.. input.Session.Query<Trend>(Sql.Fill("trend"), null, input.Cancellation).Select(t => (IReadOnlyList<object?>)[t.SnapshotDate, t.Segment, t.Customers, t.Revenue])]),
            ],
        };
    }

    private static RfmSummary ScoreSales(KindInput input, PurchaseTable purchases, RfmSettings settings)
    {
        var catalogue = CatalogueReader.ReadStandard();
        input.Session.Execute(Sql.Fill("schema"));
        StarSchema.Apply(input.Session, catalogue);
        input.Session.Execute(purchases.Fill(Sql, "customers"), null, input.Cancellation);
        var order = input.Column("order") is { } named ? SqlName.Quote(named) : Sql.Fill("order_by_row").Trim();
        input.Session.Execute(purchases.Fill(Sql, "sales", ("order", order)), null, input.Cancellation);
        RfmSummary? summary = null;
        input.Session.InTransaction(() => summary = RfmModel.Score(input.Session, catalogue, settings, ".", 1, input.Day("as-of")));
        return summary!;
    }

    private sealed record CustomerScore(string Customer, long DaysSinceLastOrder, long OrderCount, double TotalSpend, int R, int F, int M, string Segment, string? PreviousSegment);

    private sealed record Cut(string Measure, int Score, double Lowest, double Highest, long Customers);

    private sealed record Move(string Previous, string Segment, long Customers, double Revenue);

    private sealed record Trend(DateOnly SnapshotDate, string Segment, long Customers, double Revenue);
}
