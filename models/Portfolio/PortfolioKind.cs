using System.Globalization;
using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Portfolio;

/// <summary>
/// Who brings the value: ABC classes by cumulative share, concentration (Gini, the top fifth, how many make 80 %), profit after costs. Of customers, or of
/// products when their column is named.
/// </summary>
public sealed class PortfolioKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<PortfolioKind>();

    /// <inheritdoc/>
    public string Name => "portfolio";

    /// <inheritdoc/>
    public string Title => "Portfolio: ABC classes, concentration (Gini, top 20 %), profit after costs";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        PurchaseTable.Customer with { Meaning = "Who bought (or the product, for classes of products)" }, PurchaseTable.Amount with { Meaning = "For how much; refunds negative", Required = true },
        new("cost", "COLUMN", "Cost of the row: of goods, service, marketing"),
        new("a", "SHARE", "Class A: the customers that bring this share of the value") { Default = "0.8" },
        new("b", "SHARE", "Class B: those up to this share; the others are C") { Default = "0.95" },
        new("top", "N", "How many of the most valuable customers to show") { Default = "20" },
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var (a, b) = (input.Number("a", 0, 1)!.Value, input.Number("b", 0, 1)!.Value);
        if (a >= b)
        {
            throw input.Wrong("b", b.ToString(CultureInfo.InvariantCulture), "a share above that of --a");
        }

        (string, string)[] shares = [("a", a.ToString("0.####", CultureInfo.InvariantCulture)), ("b", b.ToString("0.####", CultureInfo.InvariantCulture))];
        input.Session.Execute(
            Sql.Fill(
                "values", ("customer", SqlName.Quote(input.Column("customer")!)), ("amount", input.NumbersOf(input.Column("amount")!)),
                ("cost", input.Column("cost") is { } cost ? input.NumbersOf(cost) : Sql.Fill("zero").Trim()), ("table", input.Table)), null, input.Cancellation);
        input.Session.Execute(Sql.Fill("placed"), null, input.Cancellation);
        var totals = input.Session.Query<Totals>(Sql.Fill("totals"), null, input.Cancellation)[0];
        if (totals.Customers == 0 || totals.Revenue <= 0)
        {
            throw input.Unfit($"{totals.Customers:N0} customers with {totals.Revenue:N2} of value in all", "customers with value", "Check the columns");
        }

        var classes = input.Session.Query<Class>(Sql.Fill("classes", shares), null, input.Cancellation);
        var top = input.Session.Query<Top>(Sql.Fill("top", [.. shares, ("limit", input.Whole("top", 0, 1_000_000)!.Value.ToString(CultureInfo.InvariantCulture))]), null, input.Cancellation);
        return new FitResult(Name, Title)
        {
            Conventions = [new("classes", FormattableString.Invariant($"A: those that bring the first {a:0.##%} of the value, B: up to {b:0.##%}, C: the rest; the one who crosses a border belongs to the better class"))],
            Counts = [new("customers", totals.Customers, "customers"), new("without_value", totals.WithoutValue, "customers without value (refunds took it off)")],
            Figures =
            [
                new("revenue", totals.Revenue, "value of all"),
                new("top_20_percent_share", totals.TopFifth / totals.Revenue, "share of the value that the best fifth brings"),
                new("top_1_percent_share", totals.TopHundredth / totals.Revenue, "share of the best hundredth"),
                new("customers_for_80_percent", totals.ForEighty, "customers that bring 80 % of the value"),
                new("gini", totals.Gini, "0: all alike, 1: one has all (of values above zero)"),
                .. input.Text("cost") is null ? (Figure[])[] :
                [
                    new("profit", totals.Profit, "value less cost"), new("customers_with_loss", totals.WithLoss, "customers who cost more than they bring"),
                    new("loss", totals.Loss, "what these lose"),
                ],
            ],
            Tables =
            [
                new("classes", "Classes", ["class", "customers", "revenue", "profit", "lowest", "highest", "share_of_customers", "share_of_revenue"],
                    [.. classes.Select(c => (IReadOnlyList<object?>)[c.Name, c.Customers, c.Revenue, c.Profit, c.Lowest, c.Highest, (double)c.Customers / totals.Customers, c.Revenue / totals.Revenue])]),
                new("customers", "The most valuable", ["customer", "revenue", "profit", "place", "class", "cumulative_share"],
                    [.. top.Select(t => (IReadOnlyList<object?>)[t.Customer, t.Revenue, t.Profit, t.Place, t.Name, t.Cumulative])]),
            ],
            Warnings = totals.WithoutValue > 0 ? [$"{totals.WithoutValue:N0} customers have no positive value; the Gini coefficient counts them as zero"] : [],
        };
    }

    private sealed record Totals(
        long Customers, double Revenue, double Profit, long WithoutValue, long WithLoss, double Loss, double TopFifth, double TopHundredth, long ForEighty, double? Gini);

    private sealed record Class(string Name, long Customers, double Revenue, double Profit, double Lowest, double Highest);

    private sealed record Top(string Customer, double Revenue, double Profit, long Place, string Name, double? Cumulative);
}
