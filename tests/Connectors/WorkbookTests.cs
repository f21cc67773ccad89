using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

public class WorkbookTests
{
    [Test]
    public void Extract_Xlsx_GivesValuesAsTheyAreMeant()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(("Orders", """
            <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="str"><v>when</v></c><c r="C2" t="inlineStr"><is><t>price</t></is></c><c r="D2" t="inlineStr"><is><t>ok</t></is></c></row>
            <row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>40878</v></c><c r="C3"><v>1.1000000000000001</v></c><c r="D3" t="b"><v>1</v></c></row>
            <row r="5"><c r="A5" t="s"><v>2</v></c><c r="B5" s="2"><v>40878.5</v></c><c r="C5" s="4"><v>1.2345678901234567E+19</v></c><c r="D5" t="b"><v>0</v></c></row>
            <row><c><v>7</v></c><c s="3"><v>0.25</v></c><c><v>1E-7</v></c></row>
            <row r="7"><c r="A7" t="d"><v>2011-12-09</v></c></row><row r="9"><c r="A9" s="1"/></row><row r="10"><c r="B10" t="s"><v>3</v></c></row>
            """, [])));
        var batch = folder.Land("a.xlsx");
        Assert.Multiple(() =>
        {
            Assert.That(batch.Rejects, Is.Empty);
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "id", "when", "price", "ok" }));
            Assert.That(folder.Rows(batch), Is.EqualTo(new[]
            {
                "a.xlsx|1|Zoë |2011-12-01|1.1|true", "a.xlsx|2|a\rb|2011-12-01 12:00:00|12345678901234567000|false", "a.xlsx|3|7|06:00:00|0.0000001|∅",
                "a.xlsx|4|2011-12-09|∅|∅|∅",
            }));
            Assert.That(folder.Lines(batch), Is.EqualTo(new long?[] { 3, 5, 6, 7 }));
        });
    }

    [Test]
    public void Extract_XlsxWithErrorCells_RejectsTheirRowsAndNamesTheCells()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(("Sheet1", """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>price</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>
            <row r="3"><c r="A3"><v>2</v></c><c r="B3"><v>5</v></c></row><row r="4"><c r="A4"><v>3</v></c><c r="AB4"><v>5</v></c></row>
            """, [])));
        var batch = folder.Land("a.xlsx");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.xlsx|2|2|5" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[]
            {
                "a.xlsx|1|2|2|the cell Sheet1!B2 holds the error #N/A", "a.xlsx|3|4|28|the cell Sheet1!AB4 stands beside the 2 columns of the header",
            }));
            Assert.That((batch.Rejects[0].ColumnName, batch.Rejects[0].RawText), Is.EqualTo(("price", "1\t#N/A")));
        });
    }

    [TestCase("two", "a.xlsx|1|2")]
    [TestCase("2", "a.xlsx|1|2")]
    [TestCase("3", "a.xlsx|1|1")]
    public void Extract_Sheet_IsChosenByNameThenByNumber(string sheet, string expected)
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(
            ("3", WorkbookBytes.Row(1, "id") + WorkbookBytes.Row(2, "1"), []), ("Two", WorkbookBytes.Row(1, "id") + WorkbookBytes.Row(2, "2"), [])));
        Assert.That(folder.Rows(folder.Land("a.xlsx", ("sheet", sheet))).Single(), Is.EqualTo(expected));
    }

    [Test]
    public void Extract_SheetThatIsNotThere_NamesThoseThatAre()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(("One", WorkbookBytes.Row(1, "id"), [])));
        var error = Assert.Throws<CrmException>(() => folder.Land("a.xlsx", ("sheet", "Orders")))!;
        Assert.That((error.Where, error.Found), Is.EqualTo(("a.xlsx", "it has no sheet 'Orders'; its sheets are 'One'")));
    }

    [Test]
    public void Extract_MergedCells_HoldTheirValueInEveryRow()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(("One",
            WorkbookBytes.Row(1, "title", null) + WorkbookBytes.Row(2, "region", "city") + WorkbookBytes.Row(3, "North", "Oslo") + WorkbookBytes.Row(4, null, "Bergen") + WorkbookBytes.Row(5, null, null),
            ["A1:B1", "A3:A9"])));
        var batch = folder.Land("a.xlsx", ("skip_lines", "1"));
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.xlsx|1|North|Oslo", "a.xlsx|2|North|Bergen" }));
            Assert.That(batch.Files[0].Warnings.Single(), Does.Contain("merged over columns"));
        });
    }

    [Test]
    public void Extract_WithoutHeader_NumbersTheColumns()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", WorkbookBytes.Xlsx(("One", WorkbookBytes.Row(1, "x", "y"), [])));
        var batch = folder.Land("a.xlsx", ("header", "false"));
        Assert.That((folder.Rows(batch).Single(), batch.Columns[1].Name), Is.EqualTo(("a.xlsx|1|x|y", "column_2")));
    }

    [Test]
    public void Extract_Xls_GivesItsValues()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xls", WorkbookBytes.Xls(["id", "name", "ok"], [1.0, "Zo\u00EB", true], [null, null, null], [0.1 + 0.2, null, false]));
        var batch = folder.Land("a.xls");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "a.xls|1|1|Zoë|true", "a.xls|2|0.30000000000000004|∅|false" }));
            Assert.That(folder.Lines(batch), Is.EqualTo(new long?[] { 2, 4 }));
        });
    }

    [Test]
    public void Extract_XlsWithAnErrorCell_SaysThatItCannotBeTold()
    {
        const int notAvailable = 42;
        using var folder = new LandingFolder();
        folder.Write("a.xls", WorkbookBytes.Xls(["id", "price"], [1.0, notAvailable]));
        var batch = folder.Land("a.xls");
        Assert.That(folder.Rows(batch).Single(), Is.EqualTo("a.xls|1|1|∅"));
        Assert.That(batch.Files[0].Warnings.Single(), Does.StartWith("1 cells of the sheet 'Sheet' are empty or hold an error"));
    }

    [Test]
    public void Extract_WorkbookThatIsNone_IsRefused()
    {
        using var folder = new LandingFolder();
        folder.Write("a.xlsx", "id,name\n1,x\n");
        folder.Write("b.xlsx", WorkbookBytes.Zip(("x.txt", [1])));
        folder.Write("c.xlsx", WorkbookBytes.Xlsx(("One", WorkbookBytes.Row(1, "id") + WorkbookBytes.Row(2, "1"), [])));
        var batch = folder.Land("*.xlsx");
        Assert.Multiple(() =>
        {
            Assert.That(folder.Rows(batch), Is.EqualTo(new[] { "c.xlsx|1|1" }));
            Assert.That(LandingFolder.Rejects(batch), Is.EqualTo(new[] { "a.xlsx|0|0|0|it is not a workbook (xlsx or xls)", "b.xlsx|0|0|0|it is a zip archive, but no workbook (xlsx)" }));
        });
    }
}
