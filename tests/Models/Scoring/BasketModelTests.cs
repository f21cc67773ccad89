using Crm.Analytics.Models.Baskets;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Rules of what is bought together, from the orders of the star.</summary>
internal sealed class BasketModelTests
{
    private static readonly BasketSettings settings = BasketSettings.Usual with { Support = .1, Confidence = .6 };

    [Test]
    public void Score_Orders_AreCountedExactly()
    {
        using var warehouse = Filled();

        var outcome = warehouse.Score(new BasketModel(), settings);

        // Ten orders: bread in 8, butter in 6 (all with bread), jam in 3 (2 with butter and bread).
        Assert.That(warehouse.Rows("select bought, also_bought, baskets, left_baskets, right_baskets, support, confidence, round(lift, 4), round(conviction, 4) from star.score_basket_rule where bought not like '%+%' order by all"),
            Is.EqualTo("bread butter 6 8 6 0.6 0.75 1.25 1.6; butter bread 6 6 8 0.6 1.0 1.25; jam bread 3 3 8 0.3 1.0 1.25; jam butter 2 3 6 0.2 0.6666666666666666 1.1111 1.2"));
        Assert.That((outcome.Notes.Count, outcome.Quality["orders"]), Is.EqualTo((0, 10.0)));
        Assert.That(warehouse.Score(new BasketModel(), settings, 2).Changed, Is.Zero);
    }

    [Test]
    public void Score_NothingTogether_SaysSo()
    {
        using var warehouse = Filled();

        var outcome = warehouse.Score(new BasketModel(), settings with { Of = "category" });

        Assert.That(warehouse.Rows("select count(*) from star.score_basket_rule"), Is.EqualTo("0"));
        Assert.That(outcome.Notes.Single(), Does.StartWith("no rules: nothing is in"));
    }

    private static RfmWarehouse Filled()
    {
        var warehouse = new RfmWarehouse();
        warehouse.Session.Execute("""
            insert into star.dim_product by name
            select p as product_key, p as product_version_key, n as product_id, n as name, 'food' as category, timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id
            from (values (1, 'bread'), (2, 'butter'), (3, 'jam'), (4, 'salt')) products(p, n)
            """);
        string[] orders = ["1", "1,2", "1,2,1", "1,2", "1,2", "1,2,3", "1,2,3", "1,3", "4", "4"];
        var lines = orders.SelectMany((o, i) => o.Split(',').Select(p => $"({1 + i}, {p}, '2024-01-{1 + i:00}', 'o{i}', 5, 2)"));
        warehouse.Sold(string.Join(", ", lines));
        return warehouse;
    }
}
