using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Questions to a published star, each answered a second time by independent SQL.</summary>
public sealed class AdventureWorksTests
{
    private AdventureWorksStar _star = null!;

    private static IEnumerable<TestCaseData> Cases => OracleCase.Read(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "adventureworks"))
        .Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [OneTimeSetUp]
    public void Build() => _star = new AdventureWorksStar();

    [OneTimeTearDown]
    public void Close() => _star.Dispose();

    [TestCaseSource(nameof(Cases))]
    public void Answer_OfEachCase_IsThatOfIndependentSql(object given)
    {
        var example = (OracleCase)given;
        var answer = _star.Reader.Read(example.Query with { Rollups = RollupUse.Refused });
        var actual = answer.Rows.Where(r => r.TotalLevel == 0).Select(r => OracleCase.Text(r.Values, example.Round));
        var expected = _star.Rows(example.Sql).Select(r => OracleCase.Text(r, example.Round));
        Assert.That(actual, Is.EquivalentTo(expected));
        if (example.Total is not null)
        {
            var total = answer.Rows[^1];
            Assert.That(OracleCase.Text(total.Values.Skip(answer.Columns.Count(c => !c.IsMeasure)), example.Round),
                Is.EqualTo(OracleCase.Text(_star.Rows(example.Total)[0], example.Round)), "the grand total");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Answer_OfRollups_IsThatOfFacts(object given)
    {
        var example = (OracleCase)given;
        var stored = _star.Reader.Read(example.Query);
        var facts = _star.Reader.Read(example.Query with { Rollups = RollupUse.Refused });
        Assert.That(stored.Rows.Select(r => OracleCase.Text(r.Values, example.Round)), Is.EqualTo(facts.Rows.Select(r => OracleCase.Text(r.Values, example.Round))), stored.Rollup.Served);
        Assert.That(facts.Rollup.Served, Is.Null);
        if (example.Query.Measures.Any(m => m.StartsWith("web.", StringComparison.Ordinal)))
            Assert.That(stored.Rollup.Refused.Count + (stored.Rollup.Served is null ? 0 : 1), Is.GreaterThanOrEqualTo(2), "every candidate is told of");
    }

    [TestCase("web.amount", "territory.country", "web.by_month", "by_day", "by_month answers it too")]
    [TestCase("web.amount", "date.quarter", "web.by_month", "by_day", "by_month answers it too")]
    [TestCase("web.amount", "item.color", null, "by_day", "does not hold 'item.color'")]
    [TestCase("web.buyers", "territory.country", null, "by_month", "does not add up")]
    [TestCase("web.margin", "item.category", null, "by_month", "does not hold 'web.cost'")]
    [TestCase("web.amount", "date.week", null, "by_month", "finer than its periods")]
    [TestCase("web.year_before", "date.month", null, "by_month", "needs days")]
    public void Rollup_ThatServes_IsTold_AndWhyTheOthersDoNot(string measure, string dimension, string? served, string other, string reason)
    {
        var choice = _star.Reader.Read(new CubeQuery { Measures = [measure], Dimensions = [dimension] }).Rollup;
        if (served is not null)
            Assert.That(choice.Served, Is.EqualTo(served));
        Assert.That(choice.Refused.Single(r => r.Rollup == $"web.{other}").Reason, Does.Contain(reason));
    }

    [Test]
    public void Cases_AreAtLeastAHundredAndFifty_AndEachHasItsName()
    {
        var names = OracleCase.Read(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "adventureworks")).Select(c => c.Name).ToList();
        Assert.That(names, Has.Count.AtLeast(150));
        Assert.That(names, Is.Unique);
    }

    [TestCase("web.amount", "reseller.name", "have no 'reseller'", "item.name")]
    [TestCase("resale.amount", "reason.name", "have no 'reason'", "reseller.name")]
    [TestCase("web.median_price", "reason.name", "counts with a share", "sums, counts")]
    [TestCase("web.year_before", "date.weekday_name", "names no period", "date.month")]
    [TestCase("web.month_before", "date.week", "by periods of week", "whole years")]
    public void Question_WithoutAnswer_IsRefusedWithReasonAndNearest(string measure, string dimension, string reason, string nearest)
    {
        var error = Assert.Throws<Warehouse.CrmException>(() => _star.Reader.Read(new CubeQuery { Measures = [measure], Dimensions = [dimension] }));
        Assert.That(error!.Found, Does.Contain(reason));
        Assert.That(error.Expected, Does.Contain(nearest));
    }

    [Test]
    public void CompareRanges_IsAQuestionForEach()
    {
        var asked = CompareRanges.Of(new CubeQuery
        {
            Measures = ["web.amount"],
            TimeDimensions = [new TimeDimension("date.day") { Compare = [new DateRange("2012"), new DateRange("2013-01-01", "2013-12-31")] }],
        });
        Assert.That(asked.Select(a => a.Range!.From), Is.EqualTo(new[] { "2012", "2013-01-01" }));
        Assert.That(asked.Select(a => OracleCase.Text(_star.Reader.Read(a.Query).Rows[0].Values, false)),
            Is.EqualTo(_star.Rows("SELECT sum(SalesAmount) FROM net WHERE year(day) IN (2012, 2013) GROUP BY year(day) ORDER BY year(day)").Select(r => OracleCase.Text(r, false))));
    }

    [Test]
    public void Counting_TellsTheRowsThatTheLimitLeavesOut()
    {
        var answer = _star.Reader.Read(new CubeQuery { Measures = ["web.amount"], Dimensions = ["date.day"], Limit = 3, Counting = RowCounting.All });
        Assert.That(answer.Total, Is.EqualTo(_star.Rows("SELECT count(DISTINCT day) FROM net")[0][0]));
        Assert.That(answer.HasMore, Is.True);
    }

    [Test]
    public void Sketch_OfDistinctValues_IsNear()
    {
        var about = (long)_star.Reader.Read(new CubeQuery { Measures = ["web.buyers_about"] }).Rows[0].Values[0]!;

        // The engine's sketch has 64 registers: 13 % is its standard error, three of them its bound.
        Assert.That(about, Is.EqualTo(18484).Within(39).Percent);
    }
}
