using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Rows of a pivot opened in place: what stands below a row is of its own grain, for every kind of measure, and in hierarchies that end early.</summary>
public sealed class PivotExpansionTests
{
    private static readonly Dictionary<string, string> Columns = new()
    {
        ["item.category"] = "category",
        ["item.subcategory"] = "subcategory",
        ["territory.country"] = "country",
        ["item.id"] = "(SELECT any_value(item_id) FROM star.dim_item d WHERE d.item_version_key = ProductKey)",
    };

    private AdventureWorksStar _star = null!;
    private GeneratedStar _ragged = null!;
    private PivotExpansion _expansion = null!;

    [OneTimeSetUp]
    public void Build()
    {
        (_star, _ragged) = (new AdventureWorksStar(), new GeneratedStar(5, 1_500, isOther: false));
        _expansion = new PivotExpansion(_star.Project.Catalogue, _star.Reader);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _star.Dispose();
        _ragged.Dispose();
    }

    [Test]
    public void Rows_Opened_CountDifferentBuyersAndRatiosAtTheirOwnGrain()
    {
        var query = new CubeQuery { Measures = ["web.buyers", "web.order_value", "web.share_of_all"], Filters = [FilterParser.Parse("date.year in (2012, 2013)")] };
        var pivot = Opened(query, ["item.category", "territory.country"], ["date.year"], "item.category=Clothing", "territory.country=France|item.category=Bikes", "territory.country=France|item.category=Bikes|item.subcategory=Road Bikes");
        Assert.That(pivot.RowHeads.Count(h => h.Place?.Paths[0].Count == 3), Is.GreaterThan(3), "products of road bikes in France");
        Assert.That(pivot.RowHeads.Count(h => h.Place?.Paths[0].Count == 2), Is.GreaterThan(10), "kinds of clothing in each country, and of bikes in France");
        for (var row = 0; row < pivot.RowHeads.Count; row++)
        {
            for (var column = 0; column < pivot.ColumnHeads.Count; column++)
            {
                var head = pivot.RowHeads[row];
                var steps = head.Place?.Paths.SelectMany(p => p) ?? pivot.Rows.Zip(head.Values).Take(2 - head.TotalLevel).Select(v => new PivotStep(v.First, $"{v.Second}"));
                List<string> where = [.. steps.Select(s => $"{Columns[s.Member]} = '{s.Value!.Replace("'", "''", StringComparison.Ordinal)}'"), pivot.ColumnHeads[column].Count == 0 ? "true" : $"year(day) = {pivot.ColumnHeads[column][0]}"];
                var expected = _star.Rows($"SELECT count(DISTINCT CustomerKey), sum(SalesAmount)::DOUBLE / count(DISTINCT SalesOrderNumber), sum(SalesAmount)::DOUBLE / (SELECT sum(SalesAmount) FROM net WHERE year(day) IN (2012, 2013)) "
                    + $"FROM net WHERE year(day) IN (2012, 2013) AND {string.Join(" AND ", where)}")[0];
                Assert.That(OracleCase.Text(pivot.Cells[row][column] ?? [0L, null, null], false), Is.EqualTo(OracleCase.Text(expected, false)), string.Join(" and ", where));
            }
        }
    }

    // Each measure there is, as the question by the level below has it; ranks alone are among those that stand below the same row.
    [Test]
    public void Rows_Opened_AreThoseOfTheQuestionByTheLevelBelow_ForEveryMeasure()
    {
        string[] measures = [.. _star.Project.Catalogue.Cubes["web"].Measures.Select(m => $"web.{m.Name}").Where(m => !m.StartsWith("web.place", StringComparison.Ordinal) && m != "web.buyers_about")];
        foreach (var measure in measures)
        {
            var query = new CubeQuery { Measures = [measure] };
            var below = _star.Reader.Read(query with { Dimensions = ["item.category", "item.subcategory"] }).Rows.Where(r => "Bikes".Equals(r.Values[0])).Select(r => OracleCase.Text(r.Values.Skip(1), false));
            Assert.That(BelowOf(query, ["item.category"], "item.category=Bikes"), Is.EquivalentTo(below), measure);

            // The row above a month is its quarter, of which it then has its share.
            string[] by = measure == "web.share_of_parent" ? ["date.quarter", "date.month"] : ["date.month"];
            var months = _star.Reader.Read(query with { Dimensions = by }).Rows.Where(r => r.Values[by.Length - 1] is DateOnly { Year: 2013, Month: >= 4 and <= 6 }).Select(r => OracleCase.Text(r.Values.Skip(by.Length - 1), false));
            Assert.That(BelowOf(query, ["date.quarter"], "date.quarter=2013-Q2"), Is.EqualTo(months), measure);
        }
    }

    [Test]
    public void Rows_OfABalance_AreOfTheDayThatStandsForAll_AndMakeUpTheRowAbove()
    {
        var query = new CubeQuery { Measures = ["stock.units"] };
        var opened = new PivotExpansion(_ragged.Catalogue, _ragged.Reader).Read(query, ["place.country"], [], Steps("place.country=Nord"));
        var expected = _ragged.Rows("SELECT town, sum(units) FROM flat_stock WHERE country = 'Nord' AND day = (SELECT max(day) FROM flat_stock) GROUP BY 1");
        Assert.That(opened.Totals.Select(r => OracleCase.Text(r.Values.Concat(r.Measures), false)), Is.EquivalentTo(expected.Select(r => OracleCase.Text(r, false))));
        var above = _ragged.Reader.Read(query with { Dimensions = ["place.country"] }).Rows.Single(r => "Nord".Equals(r.Values[0]));
        Assert.That(opened.Totals.Sum(r => Convert.ToDecimal(r.Measures[0])), Is.EqualTo(Convert.ToDecimal(above.Values[1])));
    }

    // Place 7 has no town: it stands below its country as a row without a name, which opens to the place. The unknown place has nothing below.
    [Test]
    public void Rows_OfAHierarchyThatEndsEarly_OpenAsFarAsItGoes()
    {
        var query = new CubeQuery { Measures = ["deals.members", "deals.lines"] };
        var expansion = new PivotExpansion(_ragged.Catalogue, _ragged.Reader);
        var pivot = Pivot.Read(_ragged.Reader, query, ["place.country"], ["deals.way"]).Open(expansion, query, [Steps("place.country=Süd"), Steps("place.country=Süd|place.town")]);
        var heads = pivot.RowHeads.Where(h => h.Place?.Paths[0] is [{ Value: "Süd" }, ..]).ToList();
        Assert.That(heads.Select(h => string.Join('/', h.Place!.Paths[0].Skip(1).Select(s => s.Value ?? "–"))), Is.EquivalentTo(new[] { "", "Town 0", "Town 1", "Town 4", "–", "–/P7" }));
        var named = pivot.RowHeads.ToList().FindIndex(h => h.Place?.Paths[0].Count == 3);
        Assert.That(pivot.RowHeads[named - 1].Place!.Paths[0][^1].Value, Is.Null, "it stands right below its row");
        Assert.That(OracleCase.Text(pivot.Cells[named][^1]!, false), Is.EqualTo(OracleCase.Text(_ragged.Rows("SELECT count(DISTINCT member), count(*) FROM flat_deal WHERE country = 'Süd' AND town IS NULL")[0], false)));
        Assert.That(expansion.Read(query, ["place.country"], ["deals.way"], Steps("place.country=(unknown)")).Totals, Is.Empty);
    }

    [TestCase("item.category=Bykes", "Bikes")]
    [TestCase("item.categry=Bikes", "item.category")]
    [TestCase("territory.country=France", "item.category")]
    [TestCase("item.category=Bikes|item.subcategory=Road Bikes", "Road Bikes")]
    public void Opening_OfARowThatIsNotThere_IsRefusedWithTheNearest(string steps, string told)
    {
        var error = Assert.Throws<CrmException>(() => Opened(new CubeQuery { Measures = ["web.amount"] }, ["item.category"], ["date.year"], steps));
        Assert.That($"{error!.Found} {error.Expected}", Does.Contain(told));
        Assert.That(error.Kind, Is.EqualTo(FailureKind.WrongUse));
    }

    [Test]
    public void Opening_BelowTheLastLevel_OrIntoALevelThatThePivotHas_IsRefused()
    {
        var query = new CubeQuery { Measures = ["web.amount"] };
        Assert.That(Assert.Throws<CrmException>(() => _expansion.Read(query, ["item.id"], ["date.year"], Steps("item.id=BK-R93R-62")))!.Expected, Does.Contain("item.category › item.subcategory › item.id"));
        Assert.That(Assert.Throws<CrmException>(() => _expansion.Read(query, ["item.category", "item.subcategory"], ["date.year"], Steps("item.category=Bikes")))!.Found, Does.Contain("item.subcategory"));
    }

    private Pivot Opened(CubeQuery query, IReadOnlyList<string> rows, IReadOnlyList<string> columns, params string[] openings)
        => Pivot.Read(_star.Reader, query, rows, columns).Open(_expansion, query, [.. openings.Select(Steps)]);

    private IEnumerable<string> BelowOf(CubeQuery query, IReadOnlyList<string> rows, string steps)
        => _expansion.Read(query, rows, [], Steps(steps)).Totals.Select(r => OracleCase.Text(r.Values.Concat(r.Measures), false));

    private static List<PivotStep> Steps(string text)
        => [.. text.Split('|').Select(s => s.Split('=')).Select(s => new PivotStep(s[0], s.Length > 1 ? s[1] : null))];
}
