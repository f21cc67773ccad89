using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Questions drawn at random from measures of two facts, dimensions of every kind and filters, answered a second time by plain SQL over flat tables.</summary>
public sealed class RandomQuestionTests
{
    private static readonly (string Member, string Sql)[] Web =
    [
        ("web.amount", "sum(SalesAmount)"), ("web.cost", "sum(TotalProductCost)"), ("web.lines", "count(*)"), ("web.orders", "count(DISTINCT SalesOrderNumber)"),
        ("web.buyers", "count(DISTINCT CustomerKey)"), ("web.mean_price", "avg(UnitPrice::DOUBLE)"), ("web.lowest", "min(UnitPrice)"), ("web.highest", "max(UnitPrice)"),
        ("web.dear_amount", "sum(SalesAmount) FILTER (WHERE UnitPrice > 1000)"), ("web.margin", "sum(SalesAmount) - sum(TotalProductCost)"),
        ("web.order_value", "sum(SalesAmount)::DOUBLE / count(DISTINCT SalesOrderNumber)"),
    ];

    private static readonly (string Member, string Sql)[] Resale =
    [
        ("resale.amount", "sum(SalesAmount)"), ("resale.lines", "count(*)"), ("resale.orders", "count(DISTINCT SalesOrderNumber)"), ("resale.resellers", "count(DISTINCT ResellerKey)"),
    ];

    private static readonly (string Member, string Sql)[] Shared =
    [
        ("territory.country", "country"), ("territory.group", "grp"), ("item.category", "category"), ("item.subcategory", "subcategory"), ("date.year", "year(day)"),
        ("date.quarter", "date_trunc('quarter', day)::DATE"), ("date.month", "date_trunc('month', day)::DATE"), ("date.week", "date_trunc('week', day)::DATE"), ("date.weekday", "isodow(day)"),
        ("date.fiscal_year", "year(day + INTERVAL 6 MONTH)"),
    ];

    private static readonly (string Member, string Sql)[] Own =
        [("buyer.gender", "gender"), ("buyer.country", "home"), ("item.color", "color"), ("shipped.month", "date_trunc('month', shipped)::DATE"), ("web.quantity", "OrderQuantity")];

    private static readonly (string Filter, string Sql)[] Filters =
    [
        ("territory.country = France", "country = 'France'"), ("territory.group != Europe", "grp <> 'Europe'"), ("item.category in (Bikes, Clothing)", "category IN ('Bikes', 'Clothing')"),
        ("date.year = 2013", "year(day) = 2013"), ("date.month >= 2012-07", "day >= '2012-07-01'"), ("date.day between 2012-02-28 and 2013-05-03", "day BETWEEN '2012-02-28' AND '2013-05-03'"),
        ("territory.country = Canada or item.category = Accessories", "(country = 'Canada' OR category = 'Accessories')"), ("item.subcategory contains bikes", "subcategory ILIKE '%bikes%'"),
        ("date.weekday in (1, 6)", "isodow(day) IN (1, 6)"), ("date.day = 1999-01-01", "false"),
    ];

    private static int Count => Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 5000 : 120;

    [Test]
    public void Answers_OfRandomQuestions_AreThoseOfPlainSql_FromFactsAndFromRollups()
    {
        using var star = new AdventureWorksStar();
        var random = new Random(20130815);
        var served = 0;
        for (var i = 0; i < Count; i++)
        {
            var both = random.Next(3) == 0;
            var web = Draw(random, Web, 1, 3);
            var resale = both ? Draw(random, Resale, 1, 2) : [];
            var dimensions = Draw(random, both ? Shared : [.. Shared, .. Own], 0, 3);
            var filters = Draw(random, Filters, 0, 2);
            var query = new CubeQuery
            {
                Measures = [.. web.Concat(resale).Select(m => m.Item1)],
                Dimensions = [.. dimensions.Select(d => d.Item1)],
                Filters = [.. filters.Select(f => FilterParser.Parse(f.Item1))],
                Totals = random.Next(2) == 0 ? Totals.Subtotals : Totals.None,
                Limit = 1_000_000,
            };
            var answer = star.Reader.Read(query);
            served += answer.Rollup.Served is null ? 0 : 1;
            for (var leading = dimensions.Count; leading >= (query.Totals == Totals.None ? dimensions.Count : 0); leading--)
            {
                var expected = Expected(star, web, resale, [.. dimensions.Take(leading).Select(d => d.Item2)], string.Join(" AND ", filters.Select(f => f.Item2).Append("true")));
                var rows = answer.Rows.Where(r => r.TotalLevel == dimensions.Count - leading).Select(r => OracleCase.Text(r.Values.Take(leading).Concat(r.Values.Skip(dimensions.Count)), false));
                Assert.That(rows, Is.EquivalentTo(expected), $"question {i}, the first {leading} of {string.Join(", ", query.Dimensions)}: {string.Join(", ", query.Measures)} where {string.Join(" and ", filters.Select(f => f.Item1))}");
            }
        }

        Assert.That(served, Is.AtLeast(Count / 50), "some are served by rollups");
    }

    private static List<string> Expected(AdventureWorksStar star, List<(string, string)> web, List<(string, string)> resale, List<string> keys, string where)
    {
        string Side(string table, List<(string, string)> measures, string prefix) =>
            $"SELECT {string.Join(", ", keys.Select((k, i) => $"{k} AS k{i}").Concat(measures.Select((m, i) => $"{m.Item2} AS {prefix}{i}")))} FROM {table} WHERE {where}"
            + (keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Count))}");
        if (resale.Count == 0)
            return [.. star.Rows(Side("net", web, "a")).Select(r => OracleCase.Text(r, false))];
        var on = string.Join(" AND ", keys.Select((_, i) => $"a.k{i} IS NOT DISTINCT FROM b.k{i}").Append("true"));
        var columns = keys.Select((_, i) => $"coalesce(a.k{i}, b.k{i})").Concat(web.Select((_, i) => $"a.a{i}")).Concat(resale.Select((_, i) => $"b.b{i}"));
        return [.. star.Rows($"SELECT {string.Join(", ", columns)} FROM ({Side("net", web, "a")}) a FULL JOIN ({Side("res", resale, "b")}) b ON {on}").Select(r => OracleCase.Text(r, false))];
    }

    private static List<(string, string)> Draw(Random random, (string, string)[] from, int least, int most)
        => [.. from.OrderBy(_ => random.Next()).Take(random.Next(least, most + 1))];
}
