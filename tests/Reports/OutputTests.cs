using System.Text;
using System.Text.Json;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Tests.Delivery;
using Crm.Analytics.Tests.Golden;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Storage;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;

namespace Crm.Analytics.Tests.Reports;

internal sealed class OutputTests
{
    private const string Blocks = "tables:\n  b: {title: \"A/B: [sales]\", by: [geography.country, date.month], columns: [geography.country, date.month, sales.revenue, {member: sales.revenue, share: true}, sales.orders], total: true, limit: 3}";

    [TestCase("=1+1", "'=1+1")]
    [TestCase("  =1+1", "'  =1+1")]
    [TestCase("+44 20", "'+44 20")]
    [TestCase("@SUM", "'@SUM")]
    [TestCase("-2", "'-2")]
    [TestCase("\n=cmd", "'\n=cmd")]
    [TestCase("a=1", "a=1")]
    [TestCase("", "")]
    public void Text_ThatASpreadsheetWouldRun_IsMadePlain(string text, string written) => Assert.That(CsvReport.Guard(text), Is.EqualTo(written));

    [Test]
    public void Csv_Written_HoldsAllRowsWhateverThePageShowsAndSaysHowMany()
    {
        var lines = Csv().Split('\n');
        Assert.That(lines[0], Is.EqualTo("geography_country,date_month,sales_revenue_revenue,sales_revenue_share_of_revenue,sales_orders"));
        Assert.That(lines[1], Is.EqualTo("'=HYPERLINK(1),2011-08-01,10,0.0052631578947368,1"));
        Assert.That(lines[^2], Is.EqualTo("# rows: 15; data as of 2011-12-31T18:00:00; run 1"));
        Assert.That(lines, Has.Length.EqualTo(18));
    }

    [Test]
    public void Csv_Written_IsReadBackByTheEngineWithoutItsNote()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "figures.csv");
        File.WriteAllText(path, Csv());
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        Assert.That(session.Scalar<long>($"SELECT count(*) FROM read_csv({SqlName.Literal(path)}, comment = '#')"), Is.EqualTo(15));
    }

    [Test]
    public void Xlsx_Written_IsValidTypedFrozenAndTheSameEachTime()
    {
        var (first, second) = (Xlsx(), Xlsx());
        Assert.That(second, Is.EqualTo(first));
        using var book = SpreadsheetDocument.Open(new MemoryStream(first), isEditable: false);
        Assert.That(new OpenXmlValidator().Validate(book).Select(e => $"{e.Path?.XPath}: {e.Description}"), Is.Empty);
        var sheets = book.WorkbookPart!.Workbook.Descendants<Sheet>().ToList();
        Assert.That(sheets.Select(s => s.Name!.Value), Is.EqualTo(new[] { "A B   sales", "Data as of" }));
        var sheet = ((WorksheetPart)book.WorkbookPart.GetPartById(sheets[0].Id!.Value!)).Worksheet;
        Assert.That(sheet.Descendants<Pane>().Single().State!.Value, Is.EqualTo(PaneStateValues.Frozen));
        var row = sheet.Descendants<Row>().ElementAt(1).Elements<Cell>().ToList();
        Assert.That((row[0].DataType!.Value, row[0].InnerText), Is.EqualTo((CellValues.InlineString, "=HYPERLINK(1)")), "text stays text");
        Assert.That((row[1].DataType, row[1].InnerText), Is.EqualTo(((DocumentFormat.OpenXml.EnumValue<CellValues>?)null, "40756")), "1 August 2011 as the number of its day");
        Assert.That(sheet.Descendants<Row>().Count(), Is.EqualTo(17));
        Assert.That(sheet.Descendants<CellFormula>(), Is.Empty);
    }

    [Test]
    public void Json_Written_HoldsRowsTotalsAndTheirNumber()
    {
        using var buffer = new MemoryStream();
        JsonReport.Write(Complete(), buffer);
        var block = JsonDocument.Parse(buffer.ToArray()).RootElement.GetProperty("blocks")[0];
        Assert.That((block.GetProperty("rowCount").GetInt32(), block.GetProperty("rows").GetArrayLength(), block.GetProperty("totals").GetArrayLength()), Is.EqualTo((15, 15, 1)));
        Assert.That(block.GetProperty("rows")[0][1].GetString(), Is.EqualTo("2011-08-01"));
    }

    [Test]
    public void Parquet_Written_HasTypesAndSaysWhatItStandsOn()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "figures.parquet");
        ParquetReport.Write(FigureTable.Of(Complete()).Single(), Complete(), path, CancellationToken.None);
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        Assert.That(session.Describe($"SELECT * FROM {SqlName.Literal(path)}").Select(c => c.Type), Is.EqualTo(new[] { "VARCHAR", "DATE", "DECIMAL(38,6)", "DOUBLE", "BIGINT" }));
        Assert.That(session.Scalar<decimal>($"SELECT sum(sales_revenue_revenue) FROM {SqlName.Literal(path)}"), Is.EqualTo(1900m));
        Assert.That(session.Scalar<long>($"SELECT count(*) FROM parquet_kv_metadata({SqlName.Literal(path)}) WHERE decode(key) = 'run' AND decode(value) = '1'"), Is.EqualTo(1));
    }

    [TestCase("column", "charts:\n  b: {title: Revenue by month, by: date.month, series: [sales.revenue, {measure: sales.orders, as: line, axis: right}]}")]
    [TestCase("bar", "charts:\n  b: {title: Revenue by country, kind: bar, by: geography.country, series: [sales.revenue]}")]
    [TestCase("stacked-area", "charts:\n  b: {kind: area, stack: true, by: date.month, split: geography.country, series: [sales.revenue]}")]
    [TestCase("treemap", "treemaps:\n  b: {by: geography.country, sizes: sales.revenue, colour: sales.customers}")]
    [TestCase("heatmap", "heatmaps:\n  b: {x: date.month, y: geography.country, colour: sales.revenue}")]
    [TestCase("funnel", "funnels:\n  b: {steps: [sales.orders, sales.customers]}")]
    [TestCase("flow", "flows:\n  b: {from: geography.country, to: customer.id, measure: sales.revenue}")]
    [TestCase("pareto", "paretos:\n  b: {by: customer.id, measure: sales.revenue}")]
    public void Svg_DrawnWithoutABrowser_IsTheGoldenPicture(string name, string blocks)
    {
        var content = ReportFiller.Fill(BlockFillerTests.Plan(blocks), RowCubes.Example(), Sample.Settings);
        var svg = SvgCharts.Draw(content, Environment.GetEnvironmentVariable, CancellationToken.None).Single().Svg;
        GoldenFile.Check($"ChartSvg/{name}.svg", svg.ReplaceLineEndings("\n"));
    }

    [Test]
    public void Svg_WithoutNode_SaysWhatToInstall() => Assert.That(
        () => SvgCharts.Draw(ReportFiller.Fill(BlockFillerTests.Plan("charts:\n  b: {by: date.month, series: [sales.revenue]}"), RowCubes.Example(), Sample.Settings), _ => null, CancellationToken.None),
        Throws.InstanceOf<CrmException>().With.Message.Contains("Node.js 20 or newer"));

    [Test]
    public void Proposal_FromWords_IsAReportWithoutProblems()
    {
        var text = ReportProposal.Propose("mine", "revenue and orders by month and country", TestCatalogue.Value);
        var file = new ReportFile("mine", "reports/mine.yaml", false, Encoding.UTF8.GetBytes(text));
        Assert.That(ReportFiles.Check([file], TestCatalogue.Value), Is.Empty, text);
        Assert.That(text, Does.Contain("title: \"Revenue, Orders by month and country\"").And.Contain("by: date.month").And.Contain("geography_country_table:"));
    }

    [Test]
    public void Proposal_OfAnUnknownWord_NamesTheNearest() => Assert.That(
        () => ReportProposal.Propose("mine", "revenu by month", TestCatalogue.Value),
        Throws.InstanceOf<CrmException>().With.Message.Contains("revenue"));

    private static ReportContent Complete() => ReportFiller.Fill(BlockFillerTests.Plan(Blocks), RowCubes.Example(), Sample.Settings, new FillOptions { Complete = true });

    private static string Csv()
    {
        using var buffer = new MemoryStream();
        CsvReport.Write(FigureTable.Of(Complete()).Single(), Complete(), buffer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static byte[] Xlsx()
    {
        using var buffer = new MemoryStream();
        XlsxReport.Write(Complete(), buffer);
        return buffer.ToArray();
    }
}
