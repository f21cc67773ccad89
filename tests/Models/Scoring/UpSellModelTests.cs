using Crm.Analytics.Models.Recommendations;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

internal sealed class UpSellModelTests
{
    [Test]
    public void Paths_NextDearerProducts_AreCounted()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Session.Execute("""
            insert into star.dim_product by name select unnest([1, 2, 3]) as product_key, unnest([1, 2, 3]) as product_version_key, unnest(['A', 'B', 'C']) as product_id, unnest(['Bags', 'Bags', 'Hats']) as category,
              timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id
            """);
        // Eight buy A for 10, then six of them B for 25 after ten days; two go the other way; C is another category.
        warehouse.Sold(string.Join(", ", Enumerable.Range(1, 8).Select(c => $"({c}, 1, '2024-01-01', 'a{c}', 10, 1)")
            .Concat(Enumerable.Range(1, 6).Select(c => $"({c}, 2, '2024-01-11', 'b{c}', 25, 1)"))
            .Concat(Enumerable.Range(20, 2).SelectMany(c => (string[])[$"({c}, 2, '2024-01-01', 'c{c}', 25, 1)", $"({c}, 1, '2024-01-05', 'd{c}', 10, 1)"]))
            .Concat(Enumerable.Range(1, 8).Select(c => $"({c}, 3, '2024-01-05', 'e{c}', 90, 1)"))));

        var outcome = warehouse.Score(new UpSellModel(), UpSellSettings.Usual);

        Assert.That(warehouse.Rows("select category, product, dearer_product, price::double, dearer_price::double, customers, share, median_days from star.score_up_sell_path"), Is.EqualTo("Bags A B 10.0 25.0 6 0.6 10.0"));
        Assert.That(outcome.Notes, Is.Empty);
        Assert.That(warehouse.Score(new UpSellModel(), UpSellSettings.Usual with { LeastCustomers = 7 }, 2).Notes, Has.Count.EqualTo(1));
    }
}
