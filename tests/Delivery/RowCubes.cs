using System.Globalization;
using Crm.Analytics.Tests.Reports;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Delivery;

/// <summary>A sale in memory.</summary>
internal sealed record Sale(string Country, DateOnly Month, string Customer, decimal Revenue);

/// <summary>Answers questions about sales in memory: sums of revenue, different customers, by country, month, year and customer; filters, subtotals and order.</summary>
internal sealed class RowCubes(params IReadOnlyList<Sale> sales) : ICubeReader
{
    public DataAsOf AsOf { get; init; } = FakeCubes.OnlineRetailAsOf with { Newest = new DateTime(2011, 12, 31, 18, 0, 0) };

    public IReadOnlyList<Sale> Sales { get; set; } = sales;

    public List<CubeQuery> Asked { get; } = [];

    /// <summary>Three countries over five months; one customer buys in two countries.</summary>
    public static RowCubes Example() => new(
        [.. Enumerable.Range(8, 5).SelectMany(m => new Sale[]
        {
            new("France", new(2011, m, 1), "anna", 100 + m), new("France", new(2011, m, 1), "ben", 50), new("Germany", new(2011, m, 1), "anna", 200 + m), new("=HYPERLINK(1)", new(2011, m, 1), "#carl", 10),
        })]);

    public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
    {
        Asked.Add(query);
        var columns = query.Dimensions.Select(d => Column(d, isMeasure: false)).Concat(query.Measures.Select(m => Column(m, isMeasure: true))).ToList();
        var kept = Sales.Where(s => query.Filters.Cast<MemberFilter>().All(f => Passes(s, f))).ToList();
        var rows = kept.GroupBy(s => string.Join('|', query.Dimensions.Select(d => Value(s, d)))).Select(g => Row(query, g, 0)).ToList();
        if (query.Dimensions.Count == 0 && rows.Count == 0)
        {
            rows.Add(Row(query, [], 0));
        }

        foreach (var key in (query.Order ?? [.. query.Dimensions.Select(d => new CubeOrder(d, Descending: false))]).Reverse())
        {
            var at = columns.FindIndex(c => c.Member == key.Member);
            rows = key.Descending ? [.. rows.OrderByDescending(r => r.Values[at])] : [.. rows.OrderBy(r => r.Values[at])];
        }

        var hasMore = rows.Count > (query.Limit ?? 10_000);
        rows = [.. rows.Take(query.Limit ?? 10_000)];
        if (query.Totals != Totals.None && query.Dimensions.Count > 0)
        {
            rows.Add(Row(query, kept, query.Dimensions.Count));
        }

        return new CubeResult(query, columns, rows, AsOf) { HasMore = hasMore };
    }

    private static ResultRow Row(CubeQuery query, IEnumerable<Sale> sales, int totalLevel)
    {
        var list = sales.ToList();
        return new ResultRow(
            [
                .. query.Dimensions.Select(d => totalLevel > 0 ? null : Value(list[0], d)),
                .. query.Measures.Select(m => m == "sales.customers" ? (object?)(long)list.Select(s => s.Customer).Distinct().Count() : m == "sales.orders" ? (object)(long)list.Count : list.Sum(s => s.Revenue)),
            ],
            totalLevel);
    }

    private static bool Passes(Sale sale, MemberFilter filter) => filter.Operator switch
    {
        FilterOperator.Set => true,
        FilterOperator.NotSet => false,
        _ => filter.Values.Contains(Value(sale, filter.Member) is DateOnly day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Convert.ToString(Value(sale, filter.Member), CultureInfo.InvariantCulture)),
    };

    private static object? Value(Sale sale, string dimension) => dimension switch
    {
        "geography.country" => sale.Country,
        "date.month" => sale.Month,
        "date.year" => (long)sale.Month.Year,
        "customer.id" => sale.Customer,
        _ => throw new InvalidOperationException($"no {dimension} here"),
    };

    private static ResultColumn Column(string member, bool isMeasure)
    {
        var (owner, name) = (member.Split('.')[0], member.Split('.')[1]);
        var catalogue = TestCatalogue.Value;
        return isMeasure && catalogue.Cubes[owner].Measures.First(m => m.Name == name) is var measure
            ? new(member, measure.Title, measure.Description, name is "customers" or "orders" ? new(TypeKind.Integer) : new(TypeKind.Decimal, 18, 4), measure.Format, IsMeasure: true)
            : catalogue.Dimensions[owner].Attributes.First(a => a.Name == name) is var attribute
                ? new(member, attribute.Title, attribute.Description, attribute.Type, attribute.Format, IsMeasure: false) : throw new InvalidOperationException();
    }
}
