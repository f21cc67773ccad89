using Crm.Analytics.Models.Kinds;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Models.Cohorts;

/// <summary>
/// Cohorts: customers by month of their first purchase, or by what came with it (channel, campaign, product), and what became of them: who still buys,
/// what they spend, when their acquisition cost is paid back.
/// </summary>
public sealed class CohortsKind : IModelKind
{
    private static readonly SqlFile Sql = SqlFile.Beside<CohortsKind>();

    /// <inheritdoc/>
    public string Name => "cohorts";

    /// <inheritdoc/>
    public string Title => "Cohorts: retention and value by month of the first purchase, or by what came with it";

    /// <inheritdoc/>
    public IReadOnlyList<KindOption> Options { get; } =
    [
        PurchaseTable.Customer, PurchaseTable.Date, PurchaseTable.Amount, PurchaseTable.Format,
        new("by", "COLUMN", "Cohorts by this column of the first purchase (channel, campaign, product) instead of its month"),
        new("acquisition-cost", "N", "Cost of winning a customer: tells when a cohort has paid it back"),
    ];

    /// <inheritdoc/>
    public FitResult Fit(KindInput input)
    {
        var (purchases, group) = (PurchaseTable.Of(input), input.Column("by"));
        input.Session.Execute(purchases.Fill(Sql, "months", ("group", PurchaseTable.Optional(group))), null, input.Cancellation);
        var rows = input.Session.Query<Cell>(Sql.Fill("cohorts", ("name", Sql.Fill(group is null ? "by_month" : "by_kind").Trim())), null, input.Cancellation);
        if (rows.Count == 0)
        {
            throw PurchaseTable.Empty(input);
        }

        var cost = input.Number("acquisition-cost", 0);
        var cohorts = rows.GroupBy(r => r.Name).ToList();
        return new FitResult(Name, Title)
        {
            Conventions =
            [
                new("dates", purchases.Dates.Said), new("cohort", group is null ? "calendar month of the first row of a customer" : $"{group} of the first row of a customer"),
                new("retained", "a customer with any row in the month; ages are calendar months since that of the first"),
            ],
            Counts = [new("customers", cohorts.Sum(c => c.First().Size), "customers"), new("cohorts", cohorts.Count, "cohorts")],
            Tables =
            [
                new("cohorts", "Cohorts", ["cohort", "customers", "revenue", "revenue_per_customer", .. cost is null ? (string[])[] : ["acquisition_cost", "paid_back_after_months"]],
                    [.. cohorts.Select(c => Summary(c, cost))]) { Shown = 40 },
                new("retention", "Customers and revenue by age of the cohort, in months",
                    ["cohort", "age", "customers", "retention", "revenue", "revenue_retention", "average_revenue", "cumulative_revenue_per_customer"], [.. cohorts.SelectMany(Ages)]) { Shown = 60 },
            ],
            Warnings = cohorts.Any(c => c.First().Size < 30) ? ["some cohorts have fewer than 30 customers; their rates are mostly chance"] : [],
        };
    }

    private static IReadOnlyList<object?> Summary(IGrouping<string, Cell> cohort, double? cost)
    {
        var size = cohort.First().Size;
        var revenue = cohort.Sum(c => c.Revenue);
        object?[] row = [cohort.Key, size, revenue, revenue / size];
        if (cost is not { } each)
        {
            return row;
        }

        var (sum, back) = (0.0, (int?)null);
        foreach (var cell in cohort.OrderBy(c => c.Age))
        {
            sum += cell.Revenue;
            back ??= sum >= each * size ? cell.Age : null;
        }

        return [.. row, each * size, back];
    }

    private static IEnumerable<IReadOnlyList<object?>> Ages(IGrouping<string, Cell> cohort)
    {
        var size = cohort.First().Size;
        var begun = cohort.FirstOrDefault(c => c.Age == 0)?.Revenue ?? 0;
        var sum = 0.0;
        foreach (var cell in cohort.OrderBy(c => c.Age))
        {
            sum += cell.Revenue;
            yield return [cohort.Key, cell.Age, cell.Customers, (double)cell.Customers / size, cell.Revenue, begun > 0 ? cell.Revenue / begun : null, cell.Revenue / cell.Customers, sum / size];
        }
    }

    private sealed record Cell(string Name, int Age, long Size, long Customers, double Revenue, long Rows);
}
