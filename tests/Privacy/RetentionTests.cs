using System.Text.Json;

namespace Crm.Analytics.Tests.Privacy;

/// <summary>How long rows are kept, and what a person is told of what is held of them.</summary>
internal sealed class RetentionTests
{
    [Test]
    public void Retention_OfAFact_RemovesWhatIsOlderAfterEachRunAndReplay()
    {
        using var shop = new PersonShop("retention: {interaction: 2 years, quarantine: 90 days}\n");
        shop.Deliver("cases0.csv", "number,at,who,about", "K0,2015-01-06,1,long ago");
        var (code, _, error) = PersonShop.Run(shop.Folder, "run");
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("1 rows of star.fact_interaction"));
        Assert.That(Count(shop), Is.EqualTo(2));
        Assert.That(PersonShop.Run(shop.Folder, "run", "--replay").Code, Is.Zero);
        Assert.That(Count(shop), Is.EqualTo(2));
    }

    [TestCase("retention: {sale: 2 years}", "no fact 'sale'")]
    [TestCase("retention: {sales: forever}", "a period, as 90 days")]
    [TestCase("retention: {sales: 0 days}", "a period, as 90 days")]
    public void Retention_ThatIsNone_IsToldByCheck(string yaml, string problem)
    {
        using var shop = new PersonShop($"{yaml}\n");
        var (code, output, error) = PersonShop.Run(shop.Folder, "check");
        Assert.That(code, Is.EqualTo(3));
        Assert.That(output + error, Does.Contain(problem));
    }

    [Test]
    public void Report_OfAPerson_HoldsEveryRowAndLandedRecordOfTheirsAndNobodyElses()
    {
        using var shop = new PersonShop();
        shop.Json("run");
        shop.SecondDay();
        shop.Json("run");
        var told = shop.Json("customer", "report", "club:MEMBER-0815");
        Assert.That(told.GetProperty("records").EnumerateArray().Select(r => r.GetString()), Is.EqualTo(new[] { "club:MEMBER-0815", "shop:C-4711-X" }));
        Assert.That(Rows(told, "star.fact_sales"), Is.EqualTo(2));
        Assert.That(Rows(told, "star.fact_loyalty_entry"), Is.EqualTo(1));
        Assert.That(Rows(told, "star.fact_interaction"), Is.EqualTo(1));
        Assert.That(Rows(told, "star.dim_customer"), Is.EqualTo(2), "two versions");
        Assert.That(Rows(told, "landing/shop/people"), Is.EqualTo(2));
        Assert.That(Rows(told, "landing/shop/orders"), Is.EqualTo(3), "also the one in the quarantine");
        var text = told.GetRawText();
        foreach (var trace in PersonShop.Traces)
        {
            Assert.That(text, Does.Contain(trace).IgnoreCase);
        }

        Assert.That(text, Does.Not.Contain("ann@x.example").And.Not.Contain("Bob Else"));
    }

    private static int Rows(JsonElement told, string table) => told.GetProperty(table).GetArrayLength();

    private static int Count(PersonShop shop) => (int)double.Parse(shop.Json("query", "--measures", "interactions.interactions").GetProperty("data")[0].EnumerateObject().First().Value.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
