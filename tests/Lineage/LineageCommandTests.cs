using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Host;
using Crm.Analytics.Tests.Staging;

namespace Crm.Analytics.Tests.Lineage;

internal sealed class LineageCommandTests
{
    [Test]
    public void Lineage_OfAFactRow_LeadsToTheRecordAsItLanded()
    {
        using var project = Loaded();
        var rows = SourceCommandTests.Json(project, "lineage", "sales", "order_id=2", "customer=c2").GetProperty("rows").EnumerateArray().ToList();
        Assert.That(rows, Has.Count.EqualTo(1));
        Assert.That(rows[0].GetProperty("file").GetString(), Is.EqualTo("data/2011-01-01.csv"));
        Assert.That(rows[0].GetProperty("record").GetInt64(), Is.EqualTo(2));
        Assert.That(rows[0].GetProperty("raw").GetProperty("name").GetString(), Is.EqualTo("Chair"));
        Assert.That(rows[0].GetProperty("values").GetProperty("product_id").GetString(), Is.EqualTo("B"));
    }

    [TestCase("sales", "ordr_id=1", "did you mean 'order_id'?")]
    [TestCase("sale", "order_id=1", "did you mean 'sales'?")]
    [TestCase("rfm", "segment=x", "written by a model")]
    [TestCase("shop.lines.pric", "", "did you mean 'price'?")]
    public void Lineage_OfWhatIsNotThere_NamesTheNearest(string what, string condition, string expected)
    {
        using var project = Loaded();
        var (code, _, error) = CommandLineTests.Run([.. new[] { "lineage", what, condition }.Where(a => a.Length > 0), "--project", project.Folder]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(expected));
    }

    [Test]
    public void Lineage_OfAValueThatIsSql_IsAValue()
    {
        using var project = Loaded();
        var rows = SourceCommandTests.Json(project, "lineage", "fact_sales", "order_id=1' OR '1'='1").GetProperty("rows");
        Assert.That(rows.GetArrayLength(), Is.Zero);
    }

    [Test]
    public void Lineage_OfASourceColumn_LeadsToMeasuresAndReports()
    {
        using var project = Loaded();
        var answer = SourceCommandTests.Json(project, "lineage", "shop.lines.price");
        var names = answer.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString()).Distinct().ToList();
        Assert.That(names, Is.SupersetOf(new[] { "order_line.unit_price", "fact_sales.revenue", "fact_sales.unit_price", "sales.revenue", "sales.returns", "sales.average_order_value" }));
        Assert.That(names, Has.None.EqualTo("sales.quantity").And.None.EqualTo("sales.lines"));
        Assert.That(answer.GetProperty("reports").GetProperty("sales_overview").EnumerateArray().Select(m => m.GetString()), Does.Contain("sales.revenue"));
        var country = SourceCommandTests.Json(project, "lineage", "shop.lines.country").GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString()).ToList();
        Assert.That(country, Is.SupersetOf(new[] { "geography.country", "customer.country", "fact_sales.geography_key", "dim_customer.country" }));
    }

    [Test]
    public void Lineage_OfAJoinedRow_LeadsToTheRecordsItIsMadeOf()
    {
        using var project = new TestProject("""
            source: shop
            connector: files
            streams:
              orders: {path: data/orders.csv, key: order_id}
              items: {path: data/items.csv}
            map:
              order_line: {from: orders join items using (order_id), order_id: order_id, ordered_at: at, product_id: sku, quantity: "1", unit_price: price}
            """);
        project.Write("data/orders.csv", "order_id,at\n1,2026-01-01\n2,2026-01-02\n");
        project.Write("data/items.csv", "order_id,sku,price\n1,A,1\n2,B,2\n2,C,3\n");
        project.Run();
        var parts = SourceCommandTests.Json(project, "lineage", "sales", "product_id=C").GetProperty("rows")[0].GetProperty("parts").EnumerateArray();
        Assert.That(
            parts.Select(p => $"{p.GetProperty("stream").GetString()} {p.GetProperty("key").GetString()} {p.GetProperty("file").GetString()}:{p.GetProperty("record").GetInt64()}"),
            Is.EqualTo(new[] { "orders 2 data/orders.csv:2", "items  data/items.csv:3" }));
    }

    private static TestProject Loaded()
    {
        var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,B,Chair,1,2011-01-01 11:00:00,9,c2,France", "2,C,Table,1,2011-01-01 11:00:00,9,c3,France");
        project.Run();
        return project;
    }
}
