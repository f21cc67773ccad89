using System.Text;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Tests.Delivery;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Reports;

internal sealed class BlockFillerTests
{
    [Test]
    public void Pivot_OfDifferentCustomers_HasTotalsOfTheirOwnGrain()
    {
        var table = Table("pivots:\n  b: {down: geography.country, across: date.year, measures: sales.customers}");
        Assert.That(table.Columns.Select(c => c.Title), Is.EqualTo(new[] { "Country", "2011", "All" }));
        Assert.That(Lines(table), Is.EqualTo(new[] { "=HYPERLINK(1) 1 1", "France 2 2", "Germany 1 1", "All 3 3" }));
    }

    [Test]
    public void Pivot_WithSubtotals_EndsEachPartWithItsOwn()
    {
        var table = Table("pivots:\n  b: {down: [geography.country, customer.id], measures: sales.revenue, subtotals: true, where: [{member: geography.country, values: France}]}");
        Assert.That(Lines(table), Is.EqualTo(new[] { "France anna £550.00", "France ben £250.00", "France All £800.00", "All  £800.00" }));
        Assert.That(table.Rows.Select(r => r.IsTotal), Is.EqualTo(new[] { false, false, true, true }));
    }

    [Test]
    public void Cohorts_ByMonths_ShowSharesOfTheFirst()
    {
        var cubes = new RowCubes();
        var table = ((TableContent)Fill("cohorts:\n  b: {cohort: date.month, period: date.quarter, measure: sales.customers, share: true}", new Triangle(cubes))).Table;
        Assert.That(Lines(table), Is.EqualTo(new[] { "Jan 2011 10 100.0% 50.0% 20.0%", "Feb 2011 4 100.0% 25.0% " }));
        Assert.That(table.Rows[0].Colours![3], Is.Not.Null.And.Not.EqualTo(table.Rows[0].Colours![4]));
    }

    [Test]
    public void Funnel_OfMeasures_SaysSharesOfTheFirstAndTheStepBefore()
    {
        var chart = (ChartContent)Fill("funnels:\n  b: {steps: [sales.orders, {measure: sales.customers, label: Buyers}]}");
        Assert.That(Lines(chart.Table), Is.EqualTo(new[] { "Orders 20 100.0% –", "Buyers 3 15.0% 15.0%" }));
        Assert.That(chart.Views[0].Option, Does.Contain("\"funnel\""));
    }

    [Test]
    public void Flow_WithTheSameNameOnBothSides_HasTwoNodes()
    {
        var chart = (ChartContent)Fill("flows:\n  b: {from: geography.country, to: customer.id, measure: sales.revenue}");
        Assert.That(chart.Views[0].Option, Does.Contain("\"0:France\"").And.Contain("\"1:anna\""));
        Assert.That(chart.Table.Rows, Has.Count.EqualTo(4));
    }

    [Test]
    public void Pareto_OverCustomers_SaysHowManyMakeFourFifths()
    {
        var chart = (ChartContent)Fill("paretos:\n  b: {by: customer.id, measure: sales.revenue}");
        Assert.That(chart.Callout, Is.EqualTo("1 of 3 (33.3%) make 84.2% of revenue."));
        Assert.That(chart.Table.Rows[^1].Cells[3].Text, Is.EqualTo("100.0%"));
    }

    [Test]
    public void Map_OfCountries_NamesThoseWithoutAShape()
    {
        var chart = (ChartContent)Fill("maps:\n  b: {by: geography.country, colour: sales.revenue}");
        Assert.That(chart.Callout, Is.EqualTo("Not on the map: =HYPERLINK(1)."));
        Assert.That(chart.Views[0].Option, Does.Contain("\"map\":\"world\"").And.Contain("Germany"));
    }

    [TestCase("EIRE", "Ireland")]
    [TestCase("USA", "United States of America")]
    [TestCase("GB", "United Kingdom")]
    [TestCase("DEU", "Germany")]
    [TestCase("france", "France")]
    [TestCase("Unspecified", null)]
    public void Country_AsPeopleWriteIt_IsTheMapsOwn(string written, string? shape) => Assert.That(Countries.Shape(written), Is.EqualTo(shape));

    [Test]
    public void Chart_SplitByADimension_HasASeriesForEachMember()
    {
        var chart = (ChartContent)Fill("charts:\n  b: {kind: area, stack: true, by: date.month, split: geography.country, series: [sales.revenue]}");
        Assert.That(chart.Views[0].Option, Does.Contain("\"name\":\"Germany\"").And.Contain("\"stack\":\"lines\"").And.Contain("areaStyle"));
        Assert.That(chart.Table.Rows, Has.Count.EqualTo(15));
    }

    [Test]
    public void Parameter_GivenOrNot_RestrictsOrLetsEverythingPass()
    {
        const string report = "parameters: {land: {choices: geography.country, several: true}}\ntables:\n  b: {by: geography.country, columns: [geography.country], where: [{member: geography.country, parameter: land}]}";
        Assert.That(Table(report).Rows, Has.Count.EqualTo(3));
        var content = Content(report, RowCubes.Example(), new FillOptions { Parameters = new Dictionary<string, IReadOnlyList<string>> { ["land"] = ["France", "Germany"] } });
        Assert.That(((TableContent)content.Blocks.Single()).Table.Rows, Has.Count.EqualTo(2));
        Assert.That(content.Choices.Single().Value, Is.EqualTo("France, Germany"));
    }

    [TestCase("land", "Frence", "did you mean 'France'")]
    [TestCase("lant", "France", "did you mean 'land'")]
    [TestCase("from", "yesterday", "a day, as 2011-12-09")]
    public void ParameterValue_ThatIsWrong_IsRefusedBeforeAnythingIsAsked(string name, string value, string expected)
    {
        var plan = Plan("parameters: {land: {choices: geography.country}, from: {type: date}}\ntables:\n  b: {by: geography.country, columns: [geography.country]}");
        Assert.That(
            () => ParameterValues.Check(plan, new Dictionary<string, IReadOnlyList<string>> { [name] = [value] }, RowCubes.Example()),
            Throws.InstanceOf<CrmException>().With.Message.Contains(expected));
    }

    [Test]
    public void Parameter_WithMost_IsTheMemberThatHasMostWhileNothingIsChosen()
    {
        const string table = "b: {by: geography.country, order: {sales.revenue: desc}, columns: [geography.country, sales.revenue]";
        var all = Lines(Table($"tables:\n  {table}}}")).ToList();
        var chosen = Lines(Table($"parameters: {{land: {{choices: geography.country, most: sales.revenue}}}}\ntables:\n  {table}, where: [{{member: geography.country, parameter: land}}]}}"));
        Assert.That(all, Has.Count.GreaterThan(1));
        Assert.That(chosen, Is.EqualTo(all.Take(1)));
    }

    [Test]
    public void Block_OverAContractThatNothingFills_NamesItAndAsksNothing()
    {
        var cubes = RowCubes.Example();
        var content = Content("tables:\n  b: {by: service.priority, columns: [service.priority, service.cases]}", cubes, new FillOptions { Catalogue = TestCatalogue.Value, Filled = new HashSet<string> { "order_line" } });
        Assert.That(((EmptyContent)content.Blocks.Single()).Missing, Is.EqualTo(new[] { "support_case" }));
        Assert.That(content.Missing, Is.EqualTo(new[] { "support_case" }));
        Assert.That(cubes.Asked.SelectMany(q => q.Measures), Is.Empty);
    }

    [Test]
    public void Chinese_Report_SpeaksChineseThroughout()
    {
        var plan = Plan("tables:\n  b: {by: date.month, columns: [date.month, sales.revenue], total: true}\ntexts: {zh: {x: y}}", "zh-CN");
        var table = ((TableContent)ReportFiller.Fill(plan, RowCubes.Example(), Sample.Settings).Blocks.Single()).Table;
        Assert.That(table.Columns.Select(c => c.Title), Is.EqualTo(new[] { "月份", "收入" }));
        Assert.That((table.Rows[0].Cells[0].Text, table.Rows[^1].Cells[0].Text), Is.EqualTo(("2011年8月", "合计")));
    }

    [Test]
    public void Titles_InChinese_AreOfMembersThatThereAre()
    {
        var catalogue = TestCatalogue.Value;
        var known = catalogue.Cubes.Values.SelectMany(c => c.Measures.Select(m => $"{c.Name}.{m.Name}").Concat(c.Dimensions.Select(d => $"{c.Name}.{d.Name}")))
            .Concat(catalogue.Dimensions.Values.SelectMany(d => d.Attributes.Select(a => $"{d.Name}.{a.Name}")))
            .Concat(catalogue.Facts.Values.SelectMany(f => f.Roles).SelectMany(r => catalogue.Dimensions[r.Dimension].Attributes.Select(a => $"{r.Role}.{a.Name}"))).ToHashSet();
        Assert.That(MemberTitles.All("zh").Keys.Except(known), Is.Empty);
    }

    internal static ReportPlan Plan(string blocks, string language = "en") => ReportFiles.Plan(
        new ReportFile("mine", "reports/mine.yaml", FromLibrary: false, Encoding.UTF8.GetBytes($"report: mine\ntitle: Mine\nrows: [b]\n{blocks}\n")), TestCatalogue.Value, language);

    private static ReportContent Content(string blocks, ICubeReader? reader = null, FillOptions? options = null) =>
        ReportFiller.Fill(Plan(blocks), reader ?? RowCubes.Example(), Sample.Settings, options);

    private static BlockContent Fill(string blocks, ICubeReader? reader = null)
    {
        var block = Content(blocks, reader).Blocks.Single();
        Assert.That(block, Is.Not.InstanceOf<FailedContent>(), block.ToString());
        return block;
    }

    private static TableView Table(string blocks) => ((TableContent)Fill(blocks)).Table;

    private static IEnumerable<string> Lines(TableView table) => table.Rows.Select(r => string.Join(' ', r.Cells.Select(c => c.Text)));

    /// <summary>Two cohorts over three months.</summary>
    private sealed class Triangle(RowCubes columns) : ICubeReader
    {
        public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
        {
            var empty = columns.Read(query with { Dimensions = ["date.month", "date.month"] }, cancellation);
            (int Cohort, int Month, long Customers)[] cells = [(1, 1, 10), (1, 2, 5), (1, 3, 2), (2, 2, 4), (2, 3, 1)];
            return empty with
            {
                Columns = [empty.Columns[0], empty.Columns[1] with { Member = "date.quarter" }, empty.Columns[2]],
                Rows = [.. cells.Select(c => new ResultRow([new DateOnly(2011, c.Cohort, 1), new DateOnly(2011, c.Month, 1), c.Customers], 0))],
            };
        }
    }
}
