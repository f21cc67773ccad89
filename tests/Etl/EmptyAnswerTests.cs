using Crm.Analytics.Tests.Connectors.Http;
using Crm.Analytics.Warehouse.Loading;

namespace Crm.Analytics.Tests.Etl;

/// <summary>Sources of JSON that answer with no record: what columns they have, only records tell.</summary>
internal sealed class EmptyAnswerTests
{
    private const string Order = """[{"id": "1", "sku": "MUG", "n": 3, "price": "2.00", "who": "ann"}]""";
    private const string Sales = "SELECT coalesce(sum(quantity), 0) FROM star.fact_sales";

    [TestCase("evolve")]
    [TestCase("freeze")]
    public async Task Run_WithoutARecordYet_WaitsForTheFirstAndLosesNone(string schema)
    {
        await using var api = await ServedApi.Start("[]", Order, "[]", Order);
        using var project = new TestProject(null);
        project.Write("crm.yaml", "name: Test\nsecurity: {allow_private_addresses: 127.0.0.1}\n");
        project.Write("sources/api.yaml", $$"""
            source: api
            connector: http
            url: {{api.Url}}
            streams:
              orders: {key: id, schema: {{schema}}, columns: {n: integer, price: "decimal(18,4)"} }
            map:
              order_line: {from: orders, order_id: id, ordered_at: "TIMESTAMP '2026-01-05'", customer_id: who, product_id: sku, quantity: n, unit_price: price}
            """);
        var none = project.Run();
        Assert.That(none.Published, Is.False);
        Assert.That(none.Warnings, Has.Some.Contains("api/orders: no record yet"));
        Assert.That(project.LandedFiles(), Is.Empty);
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(1, 1, 0, 0, 0)));
        Assert.That(project.Scalar<long>(Sales), Is.EqualTo(3));
        Assert.That(project.Run().Counts.Removed, Is.EqualTo(1), "a full answer without a record says that all are gone");
        Assert.That(project.Scalar<long>(Sales), Is.Zero);
        Assert.That(project.Run().Counts.Loaded, Is.EqualTo(1));
        Assert.That(project.Scalar<long>(Sales), Is.EqualTo(3));
    }
}
