using Crm.Analytics.Tests.Oracle;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Engines;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Query;

/// <summary>Plans that are kept: taken over where only bound values differ, and never where anything else does.</summary>
internal sealed class PlanCacheTests
{
    private static readonly DateTime now = new(2024, 5, 6, 7, 8, 9);
    private static readonly CubeQuery byCountry = new() { Measures = ["sales.revenue", "sales.lines"], Dimensions = ["date.month"] };
    private int _planned;

    [SetUp]
    public void Reset() => _planned = 0;

    [Test]
    public void Of_SameShapeOtherValues_BindsThemToOnePlan()
    {
        var cache = new PlanCache();
        var first = Ask(cache, In("France", "Spain"));
        var second = Ask(cache, In("50% Land", "O'Brien_land"));
        Assert.That(_planned, Is.EqualTo(1));
        Assert.That(second.Text, Is.EqualTo(first.Text));
        Assert.That(first.Parameters.Values.OfType<string>(), Is.EqualTo(new[] { "France", "Spain" }));
        Assert.That(second.Parameters.Values.OfType<string>(), Is.EqualTo(new[] { "50% Land", "O'Brien_land" }));
    }

    [Test]
    public void Of_ValuesThatThePlanDependsOn_PlansEach()
    {
        var cache = new PlanCache();
        foreach (var (member, how, values) in new[] { ("date.day", FilterOperator.InDateRange, new[] { "2011-01", "2011-02" }), ("date.year", FilterOperator.Equals, ["2010", "2011"]), ("geography.country", FilterOperator.Contains, ["an", "ai"]) })
        {
            _planned = 0;
            var asked = values.Select(v => Ask(cache, byCountry with { Filters = [new MemberFilter(member, how, [v])] })).ToList();
            var plain = values.Select(v => CubeSqlWriter.Write(CubePlanner.Plan(byCountry with { Filters = [new MemberFilter(member, how, [v])] }, SalesCatalogue.Value), DuckDbDialect.Instance)).ToList();
            Assert.That(_planned, Is.EqualTo(2), member);
            Assert.That(asked.Select(a => a.Parameters.Values), Is.EqualTo(plain.Select(a => a.Parameters.Values)), member);
            Assert.That(asked.Select(a => a.Text), Is.EqualTo(plain.Select(a => a.Text)), member);
        }
    }

    [Test]
    public void Of_OtherNumberOfValues_PlansAnew()
    {
        var cache = new PlanCache();
        Assert.That(Ask(cache, In("France")).Text, Is.Not.EqualTo(Ask(cache, In("France", "Spain")).Text));
        Assert.That(_planned, Is.EqualTo(2));
    }

    [Test]
    public void Of_TextsThatWouldReadAlikeSideBySide_AreToldApart()
    {
        var cache = new PlanCache();
        Ask(cache, byCountry with { Filters = [new MemberFilter("geography.country", FilterOperator.Contains, ["a", "1:b"])] });
        Ask(cache, byCountry with { Filters = [new MemberFilter("geography.country", FilterOperator.Contains, ["a1:", "b"])] });
        Assert.That(_planned, Is.EqualTo(2));
    }

    [Test]
    public void Of_OtherAsker_HasTheirConditions()
    {
        var cache = new PlanCache();
        var catalogue = SalesCatalogue.Of(SalesCatalogue.Sales() with
        {
            AccessPolicies = [new AccessPolicy("*", new("model/test.yaml", 1, 1)) { Rows = [new RowRule("geography.country", "equals", ["{securityContext.country}"], new("model/test.yaml", 1, 1))] }],
        });
        string Country(string of) => (string)cache.Of(byCountry with { Security = SecurityContext.Nobody with { Attributes = new Dictionary<string, IReadOnlyList<string>> { ["country"] = [of] } } }, now,
            q => CubePlanner.Plan(q, catalogue), DuckDbDialect.Instance).Served(null, p => p).Sql.Parameters["p1"]!;
        Assert.That(new[] { Country("France"), Country("Spain"), Country("France") }, Is.EqualTo(new[] { "France", "Spain", "France" }));
    }

    [Test]
    public void Of_OtherDay_PlansRelativeDatesAnew()
    {
        var cache = new PlanCache();
        object First(DateTime at) => cache.Of(byCountry with { Filters = [new MemberFilter("date.day", FilterOperator.InDateRange, ["yesterday"])] }, at,
            q => CubePlanner.Plan(q, SalesCatalogue.Value, new QueryCalendar(at, 1, DayOfWeek.Monday)), DuckDbDialect.Instance).Served(null, p => p).Sql.Parameters["p1"]!;
        Assert.That(new[] { First(now), First(now.AddDays(1)), First(now) }, Is.EqualTo(new object[] { new DateOnly(2024, 5, 5), new DateOnly(2024, 5, 6), new DateOnly(2024, 5, 5) }));
    }

    [Test]
    public void Read_SameShapeOtherValues_AnswersAsAReaderThatKnowsNone()
    {
        using var star = new OracleStar();
        foreach (var country in new[] { "France", "Spain", "fraNCE island", "no such country", "France" })
        {
            var expected = new CubeReader(star.Connect, SalesCatalogue.Value).Read(In(country));
            Assert.That(Values(star.Reader.Read(In(country))), Is.EqualTo(Values(expected)), country);
        }

        Assert.That(Values(star.Reader.Read(In("France"))), Is.Not.EqualTo(Values(star.Reader.Read(In("Spain")))));
    }

    [Test]
    public void Read_OtherDeclarations_AnswersByThem()
    {
        using var star = new OracleStar();
        var sales = SalesCatalogue.Sales();
        var negated = SalesCatalogue.Of(sales with { Measures = [.. sales.Measures.Select(m => m.Name == "revenue" ? m with { Sql = "-revenue" } : m)] });
        var (before, after) = ((decimal)star.Reader.Read(byCountry).Rows[0].Values[1]!, (decimal)new CubeReader(star.Connect, negated).Read(byCountry).Rows[0].Values[1]!);
        Assert.That(after, Is.EqualTo(-before).And.Not.Zero);
    }

    [Test]
    public void Read_AfterSomebodyWrote_SeesItWithItsRun()
    {
        using var star = new OracleStar();
        var question = new CubeQuery { Measures = ["sales.lines"] };
        star.Reader.Read(question);
        var before = star.Reader.Read(question);
        using (var session = star.Connect())
        {
            session.InTransaction(() =>
            {
                session.Execute("DELETE FROM star.fact_sales WHERE date_key = 0");
                session.Execute("INSERT INTO meta.run VALUES (5, 'published', '2024-01-05 01:00', '2011-12-09 12:50')");
            });
        }

        var after = star.Reader.Read(question);
        Assert.That((long)after.Rows[0].Values[0]!, Is.LessThan((long)before.Rows[0].Values[0]!));
        Assert.That((before.AsOf.Run, after.AsOf.Run), Is.EqualTo((3, 5)));
    }

    private CubeSql Ask(PlanCache cache, CubeQuery query) => cache.Of(query, now, q =>
    {
        _planned++;
        return CubePlanner.Plan(q, SalesCatalogue.Value);
    }, DuckDbDialect.Instance).Served(null, p => p).Sql;

    private static CubeQuery In(params string[] countries) => byCountry with { Filters = [new MemberFilter("geography.country", FilterOperator.Equals, countries)] };

    private static IEnumerable<object?> Values(CubeResult answer) => answer.Rows.SelectMany(r => r.Values);
}
