using System.Text;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Host;

internal sealed class ResultCsvTests
{
    [TestCase("=1+1", "'=1+1")]
    [TestCase("+1", "'+1")]
    [TestCase("-1", "'-1")]
    [TestCase("@SUM(A1)", "'@SUM(A1)")]
    [TestCase("\t=1", "'\t=1")]
    [TestCase("  =1", "'  =1")]
    [TestCase("\n=1", "'\n=1")]
    [TestCase(" \n @x", "' \n @x")]
    [TestCase("plain", "plain")]
    [TestCase("a=b", "a=b")]
    [TestCase("  plain", "  plain")]
    [TestCase("", "")]
    public void Text_ThatASpreadsheetWouldRun_IsMadePlain(string text, string expected)
    {
        var cell = Csv(text, TypeKind.Text).Split('\n', 2)[1][..^1];
        Assert.That(cell.Trim('"'), Is.EqualTo(expected));
    }

    [Test]
    public void Numbers_StayNumbers()
    {
        Assert.That(Csv(-12.5000m, TypeKind.Decimal), Is.EqualTo("cube.member\n-12.5\n"));
        Assert.That(Csv(-3L, TypeKind.Integer), Is.EqualTo("cube.member\n-3\n"));
        Assert.That(Csv(new DateOnly(2011, 12, 9), TypeKind.Date), Is.EqualTo("cube.member\n2011-12-09\n"));
        Assert.That(Csv(null, TypeKind.Integer), Is.EqualTo("cube.member\n\"\"\n"));
    }

    private static string Csv(object? value, TypeKind kind)
    {
        var column = new ResultColumn("cube.member", "Member", null, new ColumnType(kind), null, IsMeasure: false);
        using var stream = new MemoryStream();
        ResultCsv.Write(new CubeResult(new CubeQuery(), [column], [new ResultRow([value], 0)], new DataAsOf(null, null, null)), stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
