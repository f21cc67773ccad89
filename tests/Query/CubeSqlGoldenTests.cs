using System.Globalization;
using System.Text;
using Crm.Analytics.Tests.Golden;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Query;

/// <summary>One reviewed statement per shape that a plan can have.</summary>
public class CubeSqlGoldenTests
{
    private static readonly CubeQuery ByCountry = new() { Measures = ["sales.revenue"], Dimensions = ["geography.country"] };

    private static IEnumerable<TestCaseData> Shapes()
    {
        yield return Shape("fact-alone", new CubeQuery { Measures = ["sales.revenue", "sales.lines"] });
        yield return Shape("one-join", ByCountry);
        yield return Shape("own-dimensions", new CubeQuery { Measures = ["sales.quantity"], Dimensions = ["sales.is_return", "sales.size", "sales.units"] });
        yield return Shape("role-playing-dates", new CubeQuery { Measures = ["sales.lines"], Dimensions = ["date.month", "shipped.month"] });
        yield return Shape("every-measure-type", new CubeQuery
        {
            Measures = [.. SalesCatalogue.Sales().Measures.Select(m => $"sales.{m.Name}")],
        });
        yield return Shape("as-was", new CubeQuery { Measures = ["sales.revenue"], Dimensions = ["customer.country", "customer.name"] });
        yield return Shape("as-is", new CubeQuery
        {
            Measures = ["sales.revenue"],
            Dimensions = ["customer.country", "customer.name"],
            Reading = AttributeReading.AsIs,
        });
        yield return Shape("as-of-run", new CubeQuery { Measures = ["sales.customers"], Dimensions = ["customer.country"], AsOfRun = 3, Reading = AttributeReading.AsIs });
        yield return Shape("grand-total", ByCountry with { Totals = Totals.Grand, Limit = 5 });
        yield return Shape("subtotals", new CubeQuery
        {
            Measures = ["sales.customers", "sales.average_order_value"],
            Dimensions = ["date.year", "geography.country"],
            Totals = Totals.Subtotals,
            Order = [new CubeOrder("sales.customers", true)],
            Offset = 10,
        });
        yield return Shape("filters-on-both-sides", ByCountry with
        {
            Filters = [FilterParser.Parse("(date.year = 2011 or customer.name contains 'a_b%') and sales.revenue > 100 and geography.country not in (France, Spain)")],
            Segments = ["sales.without_returns"],
        });
        yield return Shape("measure-filter-with-totals", ByCountry with { Filters = [FilterParser.Parse("sales.orders >= 2")], Totals = Totals.Grand });
        yield return Shape("members-of-a-dimension", new CubeQuery { Dimensions = ["customer.country"], Reading = AttributeReading.AsIs });
        yield return Shape("members-of-a-cube", new CubeQuery { Dimensions = ["sales.size", "date.year"] });
        yield return Shape("members-as-of-run", new CubeQuery { Dimensions = ["customer.country"], AsOfRun = 2 });
    }

    [TestCaseSource(nameof(Shapes))]
    public void Sql_OfEachShape_IsAsReviewed(string name, CubeQuery query)
    {
        var plan = CubePlanner.Plan(query, SalesCatalogue.Value);
        var sql = CubeSqlWriter.Write(plan, DuckDbDialect.Instance);
        var grain = query.Dimensions.Count == 0 ? "everything" : $"one {string.Join(", ", query.Dimensions)}";
        var tables = plan.Blocks.SelectMany(b => b.Joins.Select(j => j.Table).Prepend(b.From)).SelectMany(t => query.AsOfRun is null ? [t.Table] : new[] { t.Table, t.HistoryTable });
        var text = new StringBuilder($"-- grain: {grain}\n-- reads: {string.Join(", ", tables.Distinct())}\n-- writes: nothing\n\n{sql.Text}");
        foreach (var (parameter, value) in sql.Parameters)
            text.Append(CultureInfo.InvariantCulture, $"-- ${parameter} = {value} ({value?.GetType().Name})\n");
        GoldenFile.Check(Path.Combine("CubeSql", $"{name}.sql"), text.ToString());
    }

    private static TestCaseData Shape(string name, CubeQuery query) => new TestCaseData(name, query).SetArgDisplayNames(name);
}
