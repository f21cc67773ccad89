using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>What filters, order, limits, segments and lists of members answer, beside conditions written by hand over the flat table.</summary>
public class FilterOracleTests
{
    private static readonly CubeQuery Lines = new() { Measures = ["sales.lines", "sales.revenue"] };
    private OracleStar _star = null!;

    [OneTimeSetUp]
    public void Build() => _star = new OracleStar();

    [OneTimeTearDown]
    public void Drop() => _star.Dispose();

    private const string Name = "CASE WHEN is_unknown THEN '(unknown)' ELSE was.name END";
    private const string Residence = "CASE WHEN is_unknown THEN '(unknown)' ELSE was.country END";

    [TestCase("geography.country = France", "g = 'France'")]
    [TestCase("geography.country = \"O'Brien_land\"", "g = 'O''Brien_land'")]
    [TestCase("geography.country in (France, '50% Land')", "g IN ('France', '50% Land')")]
    [TestCase("customer.country != France", $"coalesce({Residence}, '') <> 'France'")]
    [TestCase("customer.country not in (France, Italy)", $"coalesce({Residence}, '') NOT IN ('France', 'Italy')")]
    [TestCase("customer.country is null", $"({Residence}) IS NULL")]
    [TestCase("customer.country is not null", $"({Residence}) IS NOT NULL")]
    [TestCase("geography.country contains france", "g IN ('France', 'fraNCE island')")]
    [TestCase("geography.country contains '%'", "g = '50% Land'")]
    [TestCase("geography.country contains _", "g = 'O''Brien_land'")]
    [TestCase("geography.country contains '\\'", "false")]
    [TestCase("geography.country starts with FRANCE", "g IN ('France', 'fraNCE island')")]
    [TestCase("geography.country ends with LAND", "g IN ('O''Brien_land', '50% Land', 'fraNCE island')")]
    [TestCase("customer.name not contains 'customer 1'", $"coalesce({Name}, '') NOT LIKE 'Customer 1%'")]
    [TestCase("date.year >= 2011", "year(date_day) >= 2011")]
    [TestCase("date.year in (2010, 2012)", "year(date_day) = 2010")]
    [TestCase("date.day = 2011-03-15", "date_day = DATE '2011-03-15'")]
    [TestCase("date.day = 2011-03", "date_day BETWEEN DATE '2011-03-01' AND DATE '2011-03-31'")]
    [TestCase("date.day != 2011-03", "date_day IS NULL OR strftime(date_day, '%Y-%m') <> '2011-03'")]
    [TestCase("date.month = 2011-Q2", "strftime(date_day, '%Y-%m') IN ('2011-04', '2011-05', '2011-06')")]
    [TestCase("date.month = 2011-05-17", "strftime(date_day, '%Y-%m') = '2011-05'")]
    [TestCase("date.month > 2010", "date_day >= DATE '2011-01-01'")]
    [TestCase("date.month between 2011-02 and 2011-04", "date_day BETWEEN DATE '2011-02-01' AND DATE '2011-04-30'")]
    [TestCase("date.week = 2011-W09", "date_day BETWEEN DATE '2011-02-28' AND DATE '2011-03-06'")]
    [TestCase("date.week <= 2011-03-02", "date_day < DATE '2011-03-07'")]
    [TestCase("date.quarter < 2011-Q2", "date_day < DATE '2011-04-01'")]
    [TestCase("sales.ordered_at > 2011-03-15", "ordered_at >= TIMESTAMP '2011-03-16'")]
    [TestCase("sales.ordered_at <= '2011-03-15 12:00'", "ordered_at < TIMESTAMP '2011-03-15 12:01'")]
    [TestCase("sales.is_return = true", "is_return")]
    [TestCase("sales.is_return != yes", "NOT is_return")]
    [TestCase("sales.units >= 10.5", "quantity >= 10.5")]
    [TestCase("sales.size = big and customer.rating > 2.5", "abs(quantity) >= 10 AND NOT is_unknown AND was.rating > 2.5")]
    [TestCase("geography.country = France or (date.year = 2011 and sales.is_return = false)", "g = 'France' OR year(date_day) = 2011 AND NOT is_return")]
    public void Filter_OnDimensions_LeavesTheRowsItSays(string filter, string condition)
    {
        using var session = _star.Connect();
        var expected = new FlatOracle(session).Rows(Lines, [], condition)[0];
        var found = _star.Reader.Read(Lines with { Filters = [FilterParser.Parse(filter)] }).Rows[0];
        Assert.That(found.Values.Select(FlatOracle.Canonical), Is.EqualTo([expected[0] is null ? "0" : FlatOracle.Canonical(expected[0]), FlatOracle.Canonical(expected[1])]));
    }

    [TestCase(FilterOperator.InDateRange, "2011-02,2011-03", "date_day BETWEEN DATE '2011-02-01' AND DATE '2011-03-31'")]
    [TestCase(FilterOperator.InDateRange, "2011-Q1", "date_day BETWEEN DATE '2011-01-01' AND DATE '2011-03-31'")]
    [TestCase(FilterOperator.NotInDateRange, "2011-02-01,2011-03-31", "NOT (date_day BETWEEN DATE '2011-02-01' AND DATE '2011-03-31')")]
    [TestCase(FilterOperator.BeforeDate, "2011-02-01", "date_day < DATE '2011-02-01'")]
    [TestCase(FilterOperator.AfterDate, "2011-02-01", "date_day > DATE '2011-02-01'")]
    public void DateFilter_WithCubesOperators_LeavesTheRowsItSays(FilterOperator @operator, string values, string condition)
    {
        using var session = _star.Connect();
        var expected = new FlatOracle(session).Rows(Lines, [], condition)[0];
        var found = _star.Reader.Read(Lines with { Filters = [new MemberFilter("date.day", @operator, values.Split(','))] }).Rows[0];
        Assert.That(found.Values.Select(FlatOracle.Canonical), Is.EqualTo(expected.Select(FlatOracle.Canonical)));
    }

    [Test]
    public void MeasureFilter_WithTotals_HidesGroupsButTotalsStandOverAll()
    {
        var query = new CubeQuery { Measures = ["sales.revenue", "sales.customers"], Dimensions = ["customer.name"], Totals = Totals.Grand };
        var all = _star.Reader.Read(query);
        var few = _star.Reader.Read(query with { Filters = [FilterParser.Parse("sales.average_order_value > 100 and sales.lines >= 60")] });
        var shown = few.Rows.Where(r => r.TotalLevel == 0).ToList();
        Assert.That(shown, Has.Count.InRange(1, all.Rows.Count - 2));
        Assert.That(few.Rows[^1].Values, Is.EqualTo(all.Rows[^1].Values));
    }

    [Test]
    public void Segment_IsItsCondition()
    {
        using var session = _star.Connect();
        var expected = new FlatOracle(session).Rows(Lines, [], "NOT is_return")[0];
        var found = _star.Reader.Read(Lines with { Segments = ["sales.without_returns"] }).Rows[0];
        Assert.That(found.Values.Select(FlatOracle.Canonical), Is.EqualTo(expected.Select(FlatOracle.Canonical)));
    }

    [Test]
    public void Order_ByDefault_IsTimeElseFirstMeasureElseFirstDimension()
    {
        var months = _star.Reader.Read(Lines with { Dimensions = ["geography.country", "date.month"] }).Rows.Select(r => (DateOnly?)r.Values[1]).ToList();
        Assert.That(months, Is.EqualTo(months.OrderBy(m => m is null).ThenBy(m => m)));
        var counts = _star.Reader.Read(Lines with { Dimensions = ["customer.name"] }).Rows.Select(r => (long)r.Values[1]!).ToList();
        Assert.That(counts, Is.Ordered.Descending);
        var countries = _star.Reader.Read(new CubeQuery { Dimensions = ["geography.country"] }).Rows.Select(r => (string)r.Values[0]!).ToList();
        Assert.That(countries, Is.EqualTo(new[] { "50% Land", "France", "O'Brien_land", "Spain", "fraNCE island" }));
    }

    [Test]
    public void Order_OfNulls_IsLastEitherWay([Values] bool descending)
    {
        var names = _star.Reader.Read(Lines with { Dimensions = ["customer.name"], Order = [new CubeOrder("customer.name", descending)] }).Rows.Select(r => r.Values[0]).ToList();
        Assert.That(names[^1], Is.Null);
        Assert.That(names.Count(n => n is null), Is.EqualTo(1));
    }

    [Test]
    public void Limit_OfRows_CutsThePagesOfOneOrder_AndTotalsStay()
    {
        var query = Lines with { Dimensions = ["customer.country", "customer.name"], Totals = Totals.Subtotals, Order = [new CubeOrder("sales.revenue", true)] };
        var all = _star.Reader.Read(query);
        var rows = Details(all);
        for (var offset = 0; offset < rows.Count + 7; offset += 7)
        {
            var page = _star.Reader.Read(query with { Limit = 7, Offset = offset });
            Assert.That(Details(page), Is.EquivalentTo(rows.Skip(offset).Take(7)));
            Assert.That(page.HasMore, Is.EqualTo(offset + 7 < rows.Count));
            Assert.That(page.Rows.Count(r => r.TotalLevel > 0), Is.EqualTo(all.Rows.Count(r => r.TotalLevel > 0)));
        }

        static List<string> Details(CubeResult result) => [.. result.Rows.Where(r => r.TotalLevel == 0).OrderByDescending(r => (decimal?)r.Values[3] ?? decimal.MinValue)
            .ThenBy(r => r.Values[0] is null).ThenBy(r => (string?)r.Values[0], StringComparer.Ordinal)
            .ThenBy(r => r.Values[1] is null).ThenBy(r => (string?)r.Values[1], StringComparer.Ordinal).Select(r => string.Join('|', r.Values))];
    }

    [Test]
    public void Subtotals_StandAfterTheRowsTheySumUp_GroupsInTheOrderOfTheirTotals()
    {
        var rows = _star.Reader.Read(Lines with
        {
            Dimensions = ["customer.country", "geography.country"],
            Totals = Totals.Subtotals,
            Order = [new CubeOrder("sales.lines", true)],
        }).Rows;
        var sum = 0L;
        foreach (var row in rows.Take(rows.Count - 1))
        {
            Assert.That(row.TotalLevel, Is.EqualTo(0).Or.EqualTo(1));
            sum += row.TotalLevel == 0 ? (long)row.Values[2]! : 0;
            if (row.TotalLevel == 1)
            {
                Assert.That(row.Values[2], Is.EqualTo(sum));
                sum = 0;
            }
        }

        Assert.That(rows[^1].TotalLevel, Is.EqualTo(2));
        Assert.That(rows.Where(r => r.TotalLevel == 1).Select(r => (long)r.Values[2]!), Is.Ordered.Descending);
    }

    [Test]
    public void Members_OfADimension_AreListedWithoutTheUnknownOne()
    {
        var was = _star.Reader.Read(new CubeQuery { Dimensions = ["customer.country"] }).Rows.Select(r => r.Values[0]);
        Assert.That(was, Is.EqualTo(new object?[] { "France", "Italy", "Spain", null }));
        var ids = _star.Reader.Read(new CubeQuery { Dimensions = ["customer.id"], Reading = AttributeReading.AsIs });
        Assert.That(ids.Rows, Has.Count.EqualTo(200));
    }

    [Test]
    public void AsOf_SaysTheRunItReads()
    {
        Assert.That(_star.Reader.Read(Lines).AsOf, Is.EqualTo(new DataAsOf(3, new DateTime(2011, 12, 9, 12, 50, 0), new DateTimeOffset(2024, 1, 3, 1, 0, 0, TimeSpan.Zero))));
        Assert.That(_star.Reader.Read(Lines with { AsOfRun = 1 }).AsOf.Newest, Is.EqualTo(new DateTime(2011, 6, 30, 10, 0, 0)));
    }

    [TestCase(4)]
    [TestCase(-1)]
    [TestCase(99)]
    public void AsOf_RunThatWasNotPublished_IsRefusedWithTheKnownOnes(int run)
    {
        var error = Assert.Throws<CrmException>(() => _star.Reader.Read(Lines with { AsOfRun = run }));
        Assert.That(error!.Kind, Is.EqualTo(FailureKind.WrongUse));
        Assert.That(error.Expected, Does.Contain("from 1 to 3"));
    }

    [Test]
    public void Rows_OfNothing_AreNone_AndTheGrandTotalIsEmpty()
    {
        var none = _star.Reader.Read(Lines with { Dimensions = ["geography.country"], Filters = [FilterParser.Parse("date.year = 1999")], Totals = Totals.Grand });
        Assert.That(none.Rows.Where(r => r.TotalLevel == 0), Is.Empty);
        Assert.That(none.Rows[^1].Values, Is.EqualTo(new object?[] { null, 0L, null }));
    }
}
