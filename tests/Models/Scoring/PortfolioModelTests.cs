using Crm.Analytics.Models.Portfolio;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

internal sealed class PortfolioModelTests
{
    [Test]
    public void Classes_FiveCustomers_AreAsCountedByHand()
    {
        using var warehouse = new RfmWarehouse().Sell(
            new Sale(1, "2024-12-31", "a", 10), new Sale(2, "2024-12-30", "b", 60), new Sale(3, "2024-12-01", "c", 25), new Sale(4, "2024-11-01", "d", 4), new Sale(5, "2024-12-02", "e", 1),
            new Sale(6, "2023-01-01", "old", 500));

        var outcome = warehouse.Score(new PortfolioModel(), PortfolioSettings.Usual with { MonthEnds = 0 });

        Assert.That(warehouse.Rows("select customer_key, abc_class, place, round(cumulative_share, 4) from star.score_portfolio order by place"), Is.EqualTo("2 A 1 0.6; 3 A 2 0.85; 1 B 3 0.95; 4 C 4 0.99; 5 C 5 1.0"));
        // Gini by its definition: Σ (2i − n − 1) x_i / (n Σ x) of the ascending values 1 4 10 25 60.
        Assert.That(warehouse.Rows("select members, round(gini, 6), top_fifth_share, members_for_80_percent, members_with_loss is null from star.score_concentration where subject = 'customers'"), Is.EqualTo("5 0.556 0.6 2 true"));
        Assert.That(warehouse.Rows("select count(profit), count(growth_potential) from star.score_portfolio"), Is.EqualTo("0 0"));
        Assert.That(outcome.Notes, Has.Some.StartsWith("no profit: ").And.Some.StartsWith("no growth potential: ").And.Some.StartsWith("only 5 customers"));
    }

    [Test]
    public void Profit_AllCosts_AreTakenOffOnce()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Customers(2, "'spring' as acquisition_campaign, timestamp '2024-06-01' as acquired_at");
        warehouse.Session.Execute("""
            insert into star.dim_campaign by name select 1 as campaign_key, 'spring' as campaign_id, 'Spring' as name, 30 as budget, 1 as run_id;
            insert into star.fact_campaign_contact by name select 1 as campaign_key, unnest([1, 9]) as customer_key, timestamp '2024-06-01' as sent_at, unnest([2, 8]) as cost, false as is_control, 1 as run_id;
            insert into star.fact_support_case by name select 1 as customer_key, timestamp '2024-07-01' as opened_at, 3 as cost, 'x' as case_id, 1 as run_id;
            insert into star.fact_interaction by name select 1 as customer_key, timestamp '2024-07-02' as started_at, 2 as cost, 'y' as interaction_id, 1 as run_id
            """);
        warehouse.Sold("(1, 1, '2024-07-01', 'a', 100, 40), (2, 1, '2024-07-02', 'b', 20, 15)");

        warehouse.Score(new PortfolioModel(), PortfolioSettings.Usual with { MonthEnds = 0, Value = "profit" });

        // 100 − 40 goods − 5 service − 2 contact − half of the 20 that the budget has beyond the contacts; the contact of customer 9 is customer 9's.
        Assert.That(warehouse.Rows("select customer_key, service_cost::double, marketing_cost::double, acquisition_cost::double, profit::double from star.score_portfolio order by 1"), Is.EqualTo("1 5.0 2.0 10.0 43.0; 2 10.0 -5.0"));
        Assert.That(warehouse.Rows("select members_with_loss, loss::double from star.score_concentration where subject = 'customers'"), Is.EqualTo("1 -5.0"));
    }

    [Test]
    public void Potential_CategoriesBought_IsWhatTheUpperQuarterSpendsMore()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Session.Execute("""
            insert into star.dim_product by name select unnest([1, 2]) as product_key, unnest([1, 2]) as product_version_key, unnest(['P', 'Q']) as product_id, unnest(['Toys', null]) as category,
              timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id
            """);
        warehouse.Sold(string.Join(", ", Enumerable.Range(1, 21).Select(c => $"({c}, 1, '2024-12-01', 'o{c}', {c * 10}, 1)").Append("(22, 2, '2024-12-01', 'q', 5, 1)")));

        warehouse.Score(new PortfolioModel(), PortfolioSettings.Usual with { MonthEnds = 0 });

        // The upper quartile (type 7) of 10, 20 … 210 is 160.
        Assert.That(warehouse.Rows("select customer_key, growth_potential::double, round(category_share, 4) from star.score_portfolio where customer_key in (1, 16, 21, 22) order by 1"), Is.EqualTo("1 150.0 0.0625; 16 0.0 1.0; 21 0.0 1.0; 22"));
    }

    [Test]
    public void Score_CustomersInAnyOrder_IsTheSame()
    {
        var sales = Enumerable.Range(0, 500).Select(i => new Sale((i * 7 % 90) + 1, FormattableString.Invariant($"2024-{(i % 12) + 1:00}-15"), $"o{i}", (i * 37 % 101) - 5)).ToList();
        using var one = new RfmWarehouse().Sell(sales);
        using var other = new RfmWarehouse().Sell(sales.AsEnumerable().Reverse());
        const string all = "select * exclude (run_id) from star.score_portfolio order by snapshot_date, customer_key";

        one.Score(new PortfolioModel(), PortfolioSettings.Usual);
        other.Score(new PortfolioModel(), PortfolioSettings.Usual);

        Assert.That(one.Rows("select count(distinct snapshot_date) from star.score_portfolio"), Is.EqualTo("12"));
        Assert.That(other.Rows(all), Is.EqualTo(one.Rows(all)));
        Assert.That(one.Score(new PortfolioModel(), PortfolioSettings.Usual, 2).Changed, Is.Zero);
    }
}
