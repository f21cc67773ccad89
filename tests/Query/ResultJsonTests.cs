using System.Text;
using System.Text.Json;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Query;

public class ResultJsonTests
{
    private static readonly ResultColumn Country = new("geography.country", "Country", null, new ColumnType(TypeKind.Text), null, false) { Group = "Geography" };
    private static readonly ResultColumn Month = new("date.month", "Month", "First day.", new ColumnType(TypeKind.Date), "month", false) { Group = "Date" };
    private static readonly ResultColumn Revenue = new("sales.revenue", "Revenue", null, new ColumnType(TypeKind.Decimal, 38, 4), "currency", true) { Group = "Sales" };
    private static readonly ResultColumn Value = new("sales.average_order_value", "Average", null, new ColumnType(TypeKind.Double), null, true);

    [Test]
    public void Document_OfRowsAndTotals_IsAsWritten()
    {
        var result = new CubeResult(
            new CubeQuery { Totals = Totals.Subtotals }, [Country, Month, Revenue, Value],
            [
                new ResultRow(["Fran\"ce", new DateOnly(2011, 12, 1), 9747747.9340m, 12.5], 0), new ResultRow([null, null, 0.0000m, double.NaN], 0),
                new ResultRow(["Fran\"ce", null, 1m, null], 1), new ResultRow([null, null, 2.10m, 3.0], 2),
            ],
            new DataAsOf(7, new DateTime(2011, 12, 9, 12, 50, 0), new DateTimeOffset(2024, 1, 3, 1, 0, 0, TimeSpan.Zero)));
        Assert.That(Json(result with { HasMore = true }), Is.EqualTo("""
            {"data":[{"geography.country":"Fran\u0022ce","date.month":"2011-12-01","sales.revenue":9747747.934,"sales.average_order_value":12.5},
            {"geography.country":null,"date.month":null,"sales.revenue":0,"sales.average_order_value":null}],
            "totals":[{"groupedBy":["geography.country"],"geography.country":"Fran\u0022ce","sales.revenue":1,"sales.average_order_value":null},
            {"groupedBy":[],"sales.revenue":2.1,"sales.average_order_value":3}],
            "dataAsOf":"2011-12-09T12:50:00","run":7,"published":"2024-01-03T01:00:00Z","truncated":true,
            "annotation":{"measures":{"sales.revenue":{"title":"Sales Revenue","shortTitle":"Revenue","description":null,"type":"number","format":"currency"},
            "sales.average_order_value":{"title":"Average","shortTitle":"Average","description":null,"type":"number","format":null}},
            "dimensions":{"geography.country":{"title":"Geography Country","shortTitle":"Country","description":null,"type":"string","format":null},
            "date.month":{"title":"Date Month","shortTitle":"Month","description":"First day.","type":"time","format":"month"}}}}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void Document_OfAnEmptyWarehouse_SaysNothingIsThere()
        => Assert.That(Json(new CubeResult(new CubeQuery(), [], [], new DataAsOf(null, null, null))), Does.StartWith(
            """{"data":[],"dataAsOf":null,"run":null,"published":null,"truncated":false,"""));

    [Test]
    public void Decimal_OfAnySize_KeepsItsValue()
    {
        foreach (var number in new[] { decimal.MaxValue, decimal.MinValue, 0.0000000000000000000000000001m, 100m, -1.50m, 79228162514264.3375935439m })
        {
            var json = Json(new CubeResult(new CubeQuery(), [Revenue], [new ResultRow([number], 0)], new DataAsOf(null, null, null)));
            Assert.That(JsonDocument.Parse(json).RootElement.GetProperty("data")[0].GetProperty("sales.revenue").GetDecimal(), Is.EqualTo(number));
        }
    }

    private static string Json(CubeResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            ResultJson.Write(result, json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
