using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Access policies hold in every way of asking: rows, totals, shares, ranks, measures over time, rollups, members, rows behind a cell.</summary>
public sealed class AccessPolicyTests
{
    private static readonly SourceLocation Here = new("model/cubes.yaml", 1, 1);
    private static readonly SecurityContext French = new(["country"], new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["France"] });
    private AdventureWorksStar _star = null!;
    private Catalogue _catalogue = null!;

    [OneTimeSetUp]
    public void Build()
    {
        _star = new AdventureWorksStar();
        var web = _star.Project.Catalogue.Cubes["web"] with
        {
            AccessPolicies =
            [
                new AccessPolicy("country", Here)
                {
                    Rows = [new RowRule("territory.country", "equals", ["{securityContext.country}"], Here)],
                    Excludes = ["cost", "buyer.income"],
                    Masked = ["buyer.city"],
                },
                new AccessPolicy("board", Here),
            ],
        };
        _catalogue = _star.Project.Catalogue with { Cubes = _star.Project.Catalogue.Cubes.ToDictionary(c => c.Key, c => c.Key == "web" ? web : c.Value) };
    }

    [OneTimeTearDown]
    public void Close() => _star.Dispose();

    private CubeResult Ask(CubeQuery query) => new CubeReader(_star.Connect, _catalogue, () => AdventureWorksStar.Today).Read(query);

    private static IEnumerable<CubeQuery> Questions()
    {
        var french = new CubeQuery { Security = French };
        yield return french with { Measures = ["web.amount", "web.buyers"], Totals = Totals.Grand, Dimensions = ["item.category"] };

        // What bounds the periods is said, for otherwise the rows that somebody sees do: in France they end on another day than elsewhere.
        yield return french with
        {
            Measures = ["web.amount", "web.running", "web.year_before"],
            Dimensions = ["date.month"],
            Totals = Totals.Grand,
            Filters = [FilterParser.Parse("date.month >= 2011-01-01"), FilterParser.Parse("date.month <= 2013-12-01")],
        };
        yield return french with { Measures = ["web.share_of_all", "web.place"], Dimensions = ["item.subcategory"] };
        yield return french with { Measures = ["web.last_day", "web.best_day"], Dimensions = ["date.year"], Totals = Totals.Grand };
        yield return french with { Measures = ["web.amount"], Dimensions = ["territory.country"], Totals = Totals.Grand };
        yield return french with { Measures = ["web.buyers"], Dimensions = ["reason.name"], Totals = Totals.Grand };
        yield return french with { Measures = ["web.amount", "web.of_all_items"], Dimensions = ["item.category", "date.year"], Totals = Totals.Subtotals };
    }

    [TestCaseSource(nameof(Questions))]
    public void Answer_OfSomebodyNarrowed_IsThatOfTheFilteredQuestion(CubeQuery query)
    {
        var narrowed = Ask(query);
        var filtered = Ask(query with { Security = null, Filters = [.. query.Filters, FilterParser.Parse("territory.country = France")] });
        Assert.That(narrowed.Rows.Select(r => OracleCase.Text(r.Values, false)), Is.EqualTo(filtered.Rows.Select(r => OracleCase.Text(r.Values, false))));
    }

    [Test]
    public void Members_ThatAreExcluded_AreNotThere()
    {
        Assert.That(Refused(new CubeQuery { Measures = ["web.cost"] }).Found, Does.Contain("no measure 'web.cost'"));
        Assert.That(Refused(new CubeQuery { Measures = ["web.amount"], Dimensions = ["buyer.income"] }).Found, Does.Contain("not open to you"));
        Assert.That(Refused(new CubeQuery { Measures = ["web.amount"], Filters = [FilterParser.Parse("buyer.income > 1")] }).Found, Does.Contain("not open to you"));
    }

    [TestCase("web.amount", false, ExpectedResult = false)]
    [TestCase("web.year_before", false, ExpectedResult = false, Description = "it is the amount of another time")]
    [TestCase("web.year_before", true, ExpectedResult = true, Description = "let in by its own name")]
    [TestCase("web.lines", false, ExpectedResult = true)]
    public bool Measure_ThatShowsAnExcludedOne_IsExcludedWithIt(string measure, bool isNamed)
    {
        var policy = new AccessPolicy("sellers", Here) { Excludes = ["amount"], Includes = isNamed ? ["lines", "year_before"] : null };
        return CubeVisibility.Sees(_catalogue.Cubes["web"] with { AccessPolicies = [policy] }, measure, new SecurityContext(["sellers"], new Dictionary<string, IReadOnlyList<string>>()));
    }

    [Test]
    public void Members_ThatAreMasked_AreAllTheSame_AndCannotBeFiltered()
    {
        var rows = Ask(new CubeQuery { Measures = ["web.lines"], Dimensions = ["buyer.city"], Security = French }).Rows;
        Assert.That(rows.Single().Values[0], Is.Null);
        Assert.That(Refused(new CubeQuery { Measures = ["web.lines"], Filters = [FilterParser.Parse("buyer.city = Paris")] }).Found, Does.Contain("masked"));
    }

    [Test]
    public void Cube_ThatNoPolicyOpens_IsClosed_AndOneOfAnotherGroupSeesAll()
    {
        Assert.That(Assert.Throws<CrmException>(() => Ask(new CubeQuery { Measures = ["web.amount"], Security = SecurityContext.Nobody }))!.Found, Does.Contain("not open to you"));
        var board = new SecurityContext(["board", "country"], French.Attributes);
        Assert.That(Ask(new CubeQuery { Measures = ["web.amount", "web.cost"], Security = board }).Rows[0].Values[0], Is.EqualTo(29358677.2207m));
    }

    [Test]
    public void Members_OfADimension_AreNarrowedToo()
    {
        Assert.That(Ask(new CubeQuery { Dimensions = ["territory.country"], Security = French }).Rows.Single().Values[0], Is.EqualTo("France"));
        Assert.That(Refused(new CubeQuery { Dimensions = ["item.category"] }).Found, Does.Contain("depends on 'territory.country'"));
    }

    [Test]
    public void Rows_BehindACell_AreNarrowedToo()
    {
        var rows = 0;
        new DrillThrough(_star.Connect, _catalogue).Read(new CubeQuery { Measures = ["web.lines"], Security = French }, null, _ => { }, _ => rows++);
        Assert.That(rows, Is.EqualTo(_star.Rows("SELECT count(*) FROM net WHERE country = 'France'")[0][0]));
    }

    [Test]
    public void Somebody_OfWhomNothingIsKnown_IsRefused()
        => Assert.That(Assert.Throws<CrmException>(() => Ask(new CubeQuery { Measures = ["web.amount"], Security = new SecurityContext(["country"], new Dictionary<string, IReadOnlyList<string>>()) }))!.Found,
            Does.Contain("'country' is not known"));

    private CrmException Refused(CubeQuery query) => Assert.Throws<CrmException>(() => Ask(query with { Security = French }))!;
}
