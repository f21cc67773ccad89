using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>From a cell to the level below, to the others, to the rows: what lies below a cell makes up the cell.</summary>
public sealed class DrillTests
{
    private AdventureWorksStar _star = null!;
    private Drill _drill = null!;

    private static CubeQuery ByCategory => new() { Measures = ["web.amount", "web.lines"], Dimensions = ["item.category"] };

    [OneTimeSetUp]
    public void Build()
    {
        _star = new AdventureWorksStar();
        _drill = new Drill(_star.Project.Catalogue);
    }

    [OneTimeTearDown]
    public void Close() => _star.Dispose();

    [Test]
    public void Down_FromEachCell_AddsUpToTheCell()
    {
        foreach (var cell in _star.Reader.Read(ByCategory).Rows)
        {
            var below = _drill.Down(ByCategory, new Dictionary<string, object?> { ["item.category"] = cell.Values[0] });
            Assert.That(below.Dimensions, Is.EqualTo(new[] { "item.subcategory" }));
            var rows = _star.Reader.Read(below).Rows;
            Assert.That(rows.Sum(r => (decimal)r.Values[1]!), Is.EqualTo(cell.Values[1]));
            Assert.That(rows.Sum(r => (long)r.Values[2]!), Is.EqualTo(cell.Values[2]));
        }
    }

    [Test]
    public void Up_AfterDown_IsTheLevelAgain_AndTheBreadcrumbTellsTheWay()
    {
        var below = _drill.Down(ByCategory, new Dictionary<string, object?> { ["item.category"] = "Bikes" });
        Assert.That(_drill.Up(below).Dimensions, Is.EqualTo(new[] { "item.category" }));
        Assert.That(Drill.Breadcrumb(below), Is.EqualTo(new[] { "item.category = Bikes" }));
    }

    [Test]
    public void Across_KeepsTheCell()
    {
        var across = Drill.Across(ByCategory, new Dictionary<string, object?> { ["item.category"] = "Bikes" }, "territory.country");
        Assert.That(_star.Reader.Read(across).Rows.Sum(r => (decimal)r.Values[1]!), Is.EqualTo(28318144.6507m));
    }

    [Test]
    public void Down_FromTheLastLevel_IsRefusedWithThePaths()
    {
        var error = Assert.Throws<CrmException>(() => _drill.Down(ByCategory with { Dimensions = ["item.id"] }, new Dictionary<string, object?>()));
        Assert.That(error!.Expected, Does.Contain("item.category › item.subcategory › item.id"));
    }

    [TestCase("web.amount", "item.category", "Clothing", 9101)]
    [TestCase("web.dear_amount", "territory.country", "France", -1)]
    [TestCase("web.order_value", "date.month", "2013-02-01", -1)]
    [TestCase("web.year_before", "date.month", "2013-02-01", -1)]
    public void Rows_BehindACell_AreAllOfThem(string measure, string dimension, string value, int rows)
    {
        var query = new CubeQuery { Measures = [measure], Dimensions = [dimension] };
        var cell = new Dictionary<string, object?> { [dimension] = value };
        var all = Through(Drill.At(query, cell), null, out var summary);
        Assert.That(summary.Left, Is.Zero);
        Assert.That(summary.Rows, Is.EqualTo(all.Count));
        if (rows > 0)
            Assert.That(all, Has.Count.EqualTo(rows));
        var amount = summary.Columns.ToList().FindIndex(c => c.Name is "web.amount" or "web.dear_amount");
        var expected = measure == "web.order_value" ? "web.amount" : measure;
        Assert.That(all.Sum(r => (decimal)r[amount]!), Is.EqualTo(_star.Reader.Read(Drill.At(query with { Measures = [expected] }, cell)).Rows.Single().Values[1]));
        Assert.That(summary.Columns.Select(c => c.Name), Does.Contain("source_file").And.Contain("source_record"));

        Through(Drill.At(query, cell), 7, out var some);
        Assert.That(some.Rows + some.Left, Is.EqualTo(all.Count));
        Assert.That(some.Left, Is.Positive);
    }

    [Test]
    public void Top_HasTheOthersAtTheirOwnGrain()
    {
        var query = new CubeQuery { Measures = ["web.amount", "web.buyers"], Dimensions = ["item.subcategory"] };
        var top = TopWithOthers.Read(_star.Reader, query, 3);
        var names = string.Join(", ", top.Rows.Take(3).Select(r => $"'{r.Values[0]}'"));
        var others = _star.Rows($"SELECT sum(SalesAmount), count(DISTINCT CustomerKey) FROM net WHERE subcategory NOT IN ({names})")[0];
        Assert.That(OracleCase.Text(top.Rows[^1].Values.Skip(1), false), Is.EqualTo(OracleCase.Text(others, false)));
        Assert.That(top.Rows, Has.Count.EqualTo(4));
        Assert.That(TopWithOthers.Read(_star.Reader, query, 1000).Rows.All(r => r.TotalLevel == 0), "nothing is left for others");
    }

    [Test]
    public void Pivot_HasEveryTotalAtItsOwnGrain()
    {
        var pivot = Pivot.Read(_star.Reader, new CubeQuery { Measures = ["web.buyers"], Filters = [FilterParser.Parse("date.year in (2012, 2013)")] },
            ["territory.group", "territory.country"], ["date.year"]);
        Assert.That(pivot.ColumnHeads.Select(h => h.Count == 0 ? null : h[0]), Is.EqualTo(new object?[] { 2012L, 2013L, null }));
        for (var row = 0; row < pivot.RowHeads.Count; row++)
        {
            for (var column = 0; column < pivot.ColumnHeads.Count; column++)
            {
                var head = pivot.RowHeads[row];
                var where = new[] { ("grp", 0), ("country", 1) }.Take(2 - head.TotalLevel).Select(p => $"{p.Item1} = '{head.Values[p.Item2]}'")
                    .Append(pivot.ColumnHeads[column].Count == 0 ? "year(day) IN (2012, 2013)" : $"year(day) = {pivot.ColumnHeads[column][0]}");
                var expected = _star.Rows($"SELECT count(DISTINCT CustomerKey) FROM net WHERE {string.Join(" AND ", where)}")[0][0];
                Assert.That(pivot.Cells[row][column]?[0] ?? 0L, Is.EqualTo(expected), $"{string.Join('/', head.Values)} {column}");
            }
        }
    }

    private List<IReadOnlyList<object?>> Through(CubeQuery query, long? limit, out DrillSummary summary)
    {
        var rows = new List<IReadOnlyList<object?>>();
        summary = new DrillThrough(_star.Connect, _star.Project.Catalogue, () => AdventureWorksStar.Today).Read(query, limit, _ => { }, rows.Add);
        return rows;
    }
}
