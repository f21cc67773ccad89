using System.Text;
using Crm.Analytics.Tests.Landing;

namespace Crm.Analytics.Tests.Connectors;

/// <summary>Every landed record knows the line it begins on, however its file is read.</summary>
public class LineTests
{
    [TestCase("a,b\n1,2\n3,4\n", "2 3")]
    [TestCase("a,b\n1,2\n\n3,\"4\n5\"\n6,7\n8\n9,10\n", "2 4 6 8")]
    [TestCase("a,b\r\n1,2\r\n\r\n\r\n3,\"4\r\n5\"\r\n6,7", "2 5 7")]
    public void SqlWithLines_Csv_GivesLinesOnBothWaysOfReading(string text, string expected)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", text);
        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', folder.Lines(folder.Land("*.csv"))), Is.EqualTo(expected));
            Assert.That(string.Join(' ', folder.Lines(folder.Land("*.csv", ("encoding", "latin-1")))), Is.EqualTo(expected));
        });
    }

    [Test]
    public void SqlWithLines_SkippedLinesAndNoHeader_AreCounted()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "one\ntwo\n1,2\n3,4\n");
        Assert.That(folder.Lines(folder.Land("*.csv", ("skip_lines", "2"), ("header", "false"))), Is.EqualTo(new long?[] { 3, 4 }));
    }

    [Test]
    public void SqlWithLines_EveryRecordOnSeveralLines_AreInTheRows()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", "a,b\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i},\"x\ny\"\n")));
        folder.Write("b.csv", "a,b\n1,2\n");
        var batch = folder.Land("*.csv");
        Assert.Multiple(() =>
        {
            Assert.That(batch.HasLineColumn, Is.True);
            Assert.That(batch.Columns.Select(c => c.Name), Is.EqualTo(new[] { "a", "b" }));
            Assert.That(folder.Lines(batch).Order(), Is.EqualTo(Enumerable.Range(0, 5000).Select(i => (long?)((2 * i) + 2)).Append(2).Order()));
        });
    }

    [Test]
    public void SqlWithLines_OtherFormats_TellTheirs()
    {
        using var folder = new LandingFolder();
        folder.Write("a.jsonl", "{\"a\":1}\n\nx\n{\"a\":2}\n");
        folder.Write("b.json", "[\n{\"a\":1},{\"a\":2},\n\n{\"a\":3}]");
        folder.Session.Execute($"COPY (SELECT 1 AS a UNION ALL SELECT 2) TO '{Path.Combine(folder.Folder, "c.parquet")}' (FORMAT parquet)");
        folder.Write("d.csv", Encoding.UTF8.GetBytes("a\n"));
        Assert.Multiple(() =>
        {
            Assert.That(folder.Lines(folder.Land("a.jsonl")), Is.EqualTo(new long?[] { 1, 4 }));
            Assert.That(folder.Lines(folder.Land("b.json")), Is.EqualTo(new long?[] { 2, 2, 4 }));
            Assert.That(folder.Lines(folder.Land("c.parquet")), Is.EqualTo(new long?[] { 1, 2 }));
            Assert.That(folder.Lines(folder.Land("d.csv")), Is.Empty);
        });
    }
}
