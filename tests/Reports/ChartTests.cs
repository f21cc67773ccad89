using Crm.Analytics.Reports.Charts;

namespace Crm.Analytics.Tests.Reports;

internal sealed class ChartTests
{
    [Test]
    public void CategoryChart_Written_IsTheGoldenOption()
    {
        var chart = new CategoryChart(["Nov", "Dec"], [new("Revenue", Line: false, SecondAxis: false, AxisFormat.Currency, [new(1.23456789, "£1"), new(null, "–", Pale: true)])], Horizontal: false);
        Assert.That(EChartsOption.Write(chart), Is.EqualTo("""
            {"animation":false,"legend":{"show":false,"top":0,"left":0},"grid":{"left":4,"right":16,"top":12,"bottom":4,"outerBoundsMode":"same","outerBoundsContain":"all"},"tooltip":{"trigger":"axis","confine":true,"axisPointer":{"type":"shadow"},"formatter":"@category"},"xAxis":{"type":"category","data":["Nov","Dec"],"axisTick":{"show":false}},"yAxis":[{"type":"value","show":true,"splitLine":{"show":true},"splitNumber":4,"axisLabel":{"formatter":"@currency"}}],"series":[{"name":"Revenue","type":"bar","yAxisIndex":0,"data":[{"value":1.2346,"text":"£1"},{"value":null,"text":"–","itemStyle":{"opacity":0.4}}],"barMaxWidth":44,"itemStyle":{"borderRadius":[3,3,0,0]}}]}
            """));
    }

    [Test]
    public void HeatmapCell_Written_HasItsClassesColourAndReadableText()
    {
        var chart = new HeatmapChart("F", "R", ["1", "2"], ["1"], [new(0, 0, 5, "5", "five"), new(1, 0, 50, "50", "fifty")], [new(1, 9, "1–9"), new(10, 99, "10–99")]);
        Assert.That(EChartsOption.Write(chart), Does
            .Contain("""{"value":[0,0,5],"text":"5","detail":"five","itemStyle":{"color":"#e3eef9"},"label":{"color":"#16202c"}}""").And
            .Contain("""{"value":[1,0,50],"text":"50","detail":"fifty","itemStyle":{"color":"#0b4079"},"label":{"color":"#ffffff"}}"""));
    }

    [TestCase("</script><script>")]
    [TestCase("<!--")]
    [TestCase("\u2028 & \" '")]
    public void HostileName_Written_CannotLeaveTheScriptElement(string name)
    {
        var option = EChartsOption.Write(new TreemapChart("Customers", [new(name, 1, name, null, name)]));
        Assert.That(option, Does.Not.Contain("<").And.Not.Contain(">").And.Not.Contain("&").And.Not.Contain("\u2028"));
        Assert.That(System.Text.Json.JsonDocument.Parse(option).RootElement.GetProperty("series")[0].GetProperty("data")[0].GetProperty("name").GetString(), Is.EqualTo(name));
    }

    [TestCase(0.0, ExpectedResult = "#0b5fa5")]
    [TestCase(0.5, ExpectedResult = "#d9dde2")]
    [TestCase(1.0, ExpectedResult = "#c25a0c")]
    public string GoodToBad_OfAPlace_GoesFromBlueToOrange(double place) => Palette.GoodToBad(place);

    [Test]
    public void Sparkline_WithAGap_LiftsThePen() =>
        Assert.That(SparklinePath.Of([0, 10, null, 5], 30, 10), Is.EqualTo("M0 10L10 0M30 5"));

    [Test]
    public void Sparkline_OfOneValue_IsEmpty() => Assert.That(SparklinePath.Of([1], 30, 10), Is.Empty);
}
