using System.Text;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Tests.Landing;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Connectors;

public class FileFamilyTests
{
    [Test]
    public void Describe_FolderOfFiles_ProposesAStreamForEachSetOfColumns()
    {
        using var folder = new LandingFolder();
        folder.Write("data/orders-2011-01.csv", "order_id;line;ordered;price;ok;zip;note\n1;1;31.01.2011;1.50;true;00123;\n1;2;01.02.2011;22.125;false;12345;x\n");
        folder.Write("data/orders-2011-02.csv", "order_id;line;ordered;price;ok;zip;note\n2;1;28.02.2011;3;true;99999;\n");
        folder.Write("data/Customers.csv", "id,name,since,seen\n1,Zo\u00EB,2011-01-31,2011-01-31 10:00:00\n2,Bob,2012-12-01,2012-01-31 10:00:00.5\n");
        folder.Session.Execute($"COPY (SELECT 1 AS sku, 2.5::DECIMAL(9,2) AS price, DATE '2011-01-01' AS day) TO '{Path.Combine(folder.Folder, "data/products.parquet")}' (FORMAT parquet)");
        var found = new FileFamilies(folder.Folder, folder.Session).Describe(["data"]);
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(f => f.Stream.Name), Is.EqualTo(new[] { "customers", "orders", "products" }));
            Assert.That(string.Join(", ", found.Select(f => f.Stream.Options["path"])), Is.EqualTo("data/Customers.csv, data/orders-*.csv, data/products.parquet"));
            Assert.That(Options(found[0]), Is.EqualTo("encoding=windows-1252 path=data/Customers.csv"));
            Assert.That(Options(found[1]), Is.EqualTo("delimiter=; path=data/orders-*.csv"));
            Assert.That(Columns(found[0]), Is.EqualTo("id integer, name text, since date, seen timestamp"));
            Assert.That(Columns(found[1]), Is.EqualTo("order_id integer, line integer, ordered date %d.%m.%Y, price decimal(18,3), ok boolean, zip text, note text"));
            Assert.That(Columns(found[2]), Is.EqualTo("sku integer, price decimal(9,2), day date"));
            Assert.That(found[0].Stream.Key, Is.EqualTo(new[] { "id" }));
            Assert.That(found[1].Stream.Key, Is.EqualTo(new[] { "order_id", "line" }));
            Assert.That((found[0].Stream.Records, found[1].Stream.Records, found[1].Files.Count), Is.EqualTo((2L, 3L, 2)));
        });
    }

    [TestCase("07/08/2011\n01/02/2011", "date", "%d/%m/%Y", true)]
    [TestCase("12/31/2011 10:00\n01/02/2011 11:30", "timestamp", "%m/%d/%Y %H:%M", false)]
    [TestCase("20110131\n20110228", "date", "%Y%m%d", false)]
    [TestCase("1\n-20", "integer", null, false)]
    [TestCase("1\n007", "text", null, false)]
    [TestCase("1.5\n-20", "decimal(18,1)", null, false)]
    [TestCase("1e5\n2", "text", null, false)]
    [TestCase("TRUE\nfalse", "boolean", null, false)]
    [TestCase("\n", "text", null, true)]
    public void Describe_Values_TellTheTypeAndWhatIsInDoubt(string values, string type, string? format, bool isInDoubt)
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", $"x,due_date\n{string.Concat(values.Split('\n').Select(v => $"y,{v}\n"))}");
        var column = new FileFamilies(folder.Folder, folder.Session).Describe(["a.csv"]).Single().Columns[1];
        Assert.That((column.Type.ToString(), column.Format, column.Doubt is not null), Is.EqualTo((type, format, isInDoubt)));
    }

    [Test]
    public void Describe_BigFile_ReadsItsBeginningOnly()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv.gz", BadInputTests.Gzip("id,name\n" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i},some name\n"))));
        var found = new FileFamilies(folder.Folder, folder.Session).Describe(["*.gz"]).Single();
        Assert.That((found.Stream.Name, found.Stream.Key.Single(), Columns(found)), Is.EqualTo(("a", "id", "id integer, name text")));
    }

    [Test]
    public void Describe_NothingThatCanBeRead_SaysWhy()
    {
        using var folder = new LandingFolder();
        folder.Write("a.csv", Encoding.Latin1.GetBytes("%PDF-1.7"));
        Assert.That(Assert.Throws<CrmException>(() => new FileFamilies(folder.Folder, folder.Session).Describe(["a.csv"]))!.Found, Does.Contain("a PDF document"));
    }

    private static string Options(FileFamily family) => string.Join(' ', family.Stream.Options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}"));

    private static string Columns(FileFamily family) => string.Join(", ", family.Columns.Select(c => c.Format is null ? $"{c.Name} {c.Type}" : $"{c.Name} {c.Type} {c.Format}"));
}
