using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Query;

public class CubePlannerTests
{
    private static CubePlan Plan(CubeQuery query) => CubePlanner.Plan(query, SalesCatalogue.Value);

    private static CrmException Refusal(CubeQuery query) => Assert.Throws<CrmException>(() => Plan(query))!;

    [TestCase("sales.revenu", "there is no measure 'sales.revenu'", "sales.revenue")]
    [TestCase("sale.revenue", "there is no cube 'sale'", "sales")]
    [TestCase("revenue", "not a full member name", "sales.revenue")]
    [TestCase("customer.name", "'customer.name' is a dimension", "a measure")]
    [TestCase("a.b.c", "not a full member name", "cube.member")]
    [TestCase("", "not a full member name", "cube.member")]
    [TestCase(".revenue", "not a full member name", "sales.revenue")]
    public void Measure_ThatIsNone_IsRefusedWithTheNearest(string measure, string found, string expected)
    {
        var error = Refusal(new CubeQuery { Measures = [measure] });
        Assert.That(error.Kind, Is.EqualTo(FailureKind.WrongUse));
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Expected, Does.Contain(expected));
    }

    [TestCase("geography.contry", "'geography' has no attribute 'contry'", "geography.country")]
    [TestCase("employee.name", "have no 'employee'", "customer.name")]
    [TestCase("rfm.segment", "it belongs to cube 'rfm'", "the nearest is '")]
    [TestCase("sales.siez", "cube 'sales' has no such dimension", "sales.size")]
    [TestCase("sales.revenue", "is a measure", "a dimension")]
    [TestCase("country", "not a full member name", ".country'")]
    public void Dimension_ThatIsNotReachable_IsRefusedWithReasonAndNearest(string dimension, string found, string expected)
    {
        var error = Refusal(new CubeQuery { Measures = ["sales.lines"], Dimensions = [dimension] });
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Expected, Does.Contain(expected));
    }

    [Test]
    public void Dimension_OfARoleTheCubeDoesNotJoin_IsRefused()
    {
        var cube = SalesCatalogue.Sales() with { Joins = [] };
        var error = Assert.Throws<CrmException>(() => CubePlanner.Plan(
            new CubeQuery { Measures = ["sales.lines"], Dimensions = ["customer.name"] }, SalesCatalogue.Of(cube)));
        Assert.That(error!.Found, Does.Contain("cube 'sales' does not join 'customer'"));
    }

    [Test]
    public void Measures_OfSeveralCubes_HaveABlockEach()
        => Assert.That(Plan(new CubeQuery { Measures = ["sales.lines", "rfm.customers"], Dimensions = ["customer.country"] }).Blocks.Select(b => b.Cube), Is.EqualTo(new[] { "sales", "rfm" }));

    [Test]
    public void Dimension_ThatOneOfSeveralCubesDoesNotReach_IsRefusedWithReasonAndNearest()
    {
        var error = Refusal(new CubeQuery { Measures = ["sales.lines", "rfm.customers"], Dimensions = ["geography.country"] });
        Assert.That(error.Found, Does.Contain("rows of star.score_rfm (one customer at one snapshot date) have no 'geography'"));
        Assert.That(error.Expected, Does.Contain("customer.country"));
    }

    [Test]
    public void Question_WithoutMembers_IsRefused() => Assert.That(Refusal(new CubeQuery()).Found, Does.Contain("no measure"));

    [Test]
    public void Dimensions_OfTwoTablesWithoutMeasure_AreRefused()
        => Assert.That(Refusal(new CubeQuery { Dimensions = ["customer.name", "date.year"] }).Expected, Does.Contain("a measure"));

    [Test]
    public void Dimensions_OfNothingKnown_AreRefusedWithTheNearest()
        => Assert.That(Refusal(new CubeQuery { Dimensions = ["costumer.name"] }).Expected, Does.Contain("customer.name"));

    [TestCase("sales.lines", "sales.lines")]
    public void Member_AskedTwice_IsRefused(string first, string second)
        => Assert.That(Refusal(new CubeQuery { Measures = [first, second] }).Found, Does.Contain("asked twice"));

    [Test]
    public void Order_ByWhatIsNotAsked_IsRefused()
        => Assert.That(Refusal(new CubeQuery { Measures = ["sales.lines"], Order = [new CubeOrder("sales.line", true)] }).Expected, Does.Contain("sales.lines"));

    [TestCase(-1, 0)]
    [TestCase(1, -1)]
    public void Limits_BelowZero_AreRefused(int limit, int offset)
        => Assert.That(Refusal(new CubeQuery { Measures = ["sales.lines"], Limit = limit, Offset = offset }).Found, Is.EqualTo("-1"));

    [TestCase("date.year = twenty", "a whole number")]
    [TestCase("date.month = 2011-13", "a date such as")]
    [TestCase("date.day > yesterday", "a date such as")]
    [TestCase("date.week = 2011-W54", "a date such as")]
    [TestCase("date.day = 9999-12-31", "a date such as")]
    [TestCase("sales.is_return = maybe", "true or false")]
    [TestCase("sales.is_return > true", "an operator for that type")]
    [TestCase("date.year contains 2", "an operator for that type")]
    [TestCase("sales.revenue > much", "a number such as")]
    [TestCase("sales.average_order_value > 1e999", "a number such as")]
    [TestCase("sales.revenue > 1,5", "and, or, or the end")]
    [TestCase("geography.country = France or sales.revenue > 5", "dimensions only or on measures only")]
    public void Filter_ThatDoesNotFit_IsRefused(string filter, string expected)
    {
        var error = Assert.Throws<CrmException>(() => Plan(new CubeQuery { Measures = ["sales.lines"], Filters = [FilterParser.Parse(filter)] }));
        Assert.That(error!.Expected, Does.Contain(expected));
        Assert.That(error.Where, Does.Contain("filter"));
    }

    [TestCase(FilterOperator.Gt, 0)]
    [TestCase(FilterOperator.Gt, 2)]
    [TestCase(FilterOperator.Equals, 0)]
    [TestCase(FilterOperator.Set, 1)]
    [TestCase(FilterOperator.InDateRange, 3)]
    [TestCase(FilterOperator.Equals, 10_001)]
    public void Filter_WithTheWrongNumberOfValues_IsRefused(FilterOperator @operator, int count)
        => Assert.That(Refusal(Filtered(new MemberFilter("date.day", @operator, [.. Enumerable.Repeat("2011-01-01", count)]))).Next, Is.EqualTo("Correct the values"));

    [Test]
    public void Filter_NestedTooDeep_IsRefused()
    {
        CubeFilter filter = new MemberFilter("date.year", FilterOperator.Set, []);
        for (var i = 0; i < 10_000; i++)
            filter = new FilterGroup(i % 2 == 0, [filter]);
        Assert.That(Refusal(Filtered(filter)).Found, Does.Contain("nested"));
    }

    [Test]
    public void Filter_OnADateRangeBackwards_IsRefused()
        => Assert.That(Refusal(Filtered(new MemberFilter("date.day", FilterOperator.InDateRange, ["2011-02", "2011-01"]))).Next, Is.EqualTo("Swap the two"));

    [Test]
    public void FilterAlone_JoinsWhatItNeeds_AndNothingElse()
    {
        Assert.That(Plan(new CubeQuery { Measures = ["sales.lines"] }).Blocks[0].Joins, Is.Empty);
        Assert.That(Plan(Filtered(FilterParser.Parse("geography.country = France"))).Blocks[0].Joins.Select(j => j.Table.Alias), Is.EqualTo(new[] { "geography" }));
    }

    [TestCase("{missing} / 2", "{missing}")]
    [TestCase("{lines} / ", "without an operand")]
    [TestCase("({lines}", "without its ')'")]
    [TestCase("{lines})", "without its '('")]
    [TestCase("{lines", "without its '}'")]
    [TestCase("'x", "without its end")]
    [TestCase("{broken} + 1", "computed from itself")]
    public void NumberMeasure_ThatDoesNotHold_IsADeclarationError(string sql, string found)
    {
        var cube = SalesCatalogue.Sales() with { Measures = [SalesCatalogue.Measure("lines", MeasureType.Count, null), SalesCatalogue.Measure("broken", MeasureType.Number, sql)] };
        var error = Assert.Throws<CrmException>(() => CubePlanner.Plan(new CubeQuery { Measures = ["sales.broken"] }, SalesCatalogue.Of(cube)));
        Assert.That(error!.Kind, Is.EqualTo(FailureKind.CheckFailed));
        Assert.That(error.Found, Does.Contain(found));
        Assert.That(error.Where, Is.EqualTo("model/test.yaml:1:1"));
    }

    [TestCase("{a} / {b}", "CAST({a} AS DOUBLE) / nullif({b}, 0)")]
    [TestCase("{a} / nullif({b}, 0)", "CAST({a} AS DOUBLE) / nullif({b}, 0)")]
    [TestCase("({a} + 1) / ({b} - {c})", "CAST({a} + 1 AS DOUBLE) / nullif({b} - {c}, 0)")]
    [TestCase("{a}/{b}/{c}", "CAST({a} AS DOUBLE)/nullif({b}, 0)/nullif({c}, 0)")]
    [TestCase("100 * {a} / -{b}", "100 * CAST({a} AS DOUBLE) / -nullif({b}, 0)")]
    [TestCase("round({a} / {b}, 2)", "round(CAST({a} AS DOUBLE) / nullif({b}, 0), 2)")]
    [TestCase("coalesce({a}, '/') || '{b}'", "coalesce({a}, '/') || '{b}'")]
    public void Divisions_OfANumberMeasure_AreMadeSafe(string sql, string safe)
        => Assert.That(NumberExpression.WithSafeDivisions(sql), Is.EqualTo(safe));

    private static CubeQuery Filtered(CubeFilter filter) => new() { Measures = ["sales.lines"], Filters = [filter] };
}
