namespace Crm.Analytics.Tests.Models;

/// <summary>Laws that scores obey by every tie rule, on customers with many ties.</summary>
internal sealed class RfmTieRuleTests
{
    [TestCase("share")]
    [TestCase("quantile")]
    [TestCase("ntile")]
    public void Score_AnyRule_IsWithinOneToFiveAndMonotone(string ties)
    {
        using var warehouse = Scored(Tied(1_000), ties);

        Assert.That(warehouse.Session.Scalar<bool>("select bool_and(least(r, f, m) >= 1 and greatest(r, f, m) <= 5) from star.score_rfm"));
        foreach (var (value, score) in new[] { ("-days_since_last_order", "r"), ("order_count", "f"), ("total_spend", "m") })
        {
            Assert.That(warehouse.Session.Scalar<long>($"select count(*) from star.score_rfm a join star.score_rfm b on a.{score} > b.{score} where {Of("a")} < {Of("b")}"),
                Is.Zero, score);
            Assert.That(warehouse.Session.Scalar<long>($"select count(distinct {score}) from star.score_rfm"), Is.GreaterThan(1), score);

            string Of(string alias) => value.StartsWith('-') ? $"-{alias}.{value[1..]}" : $"{alias}.{value}";
        }
    }

    [TestCase("share")]
    [TestCase("quantile")]
    public void Score_EqualCustomers_GetEqualScores(string ties)
    {
        using var warehouse = Scored(Tied(1_000), ties);

        foreach (var (value, score) in new[] { ("days_since_last_order", "r"), ("order_count", "f"), ("total_spend", "m") })
        {
            Assert.That(warehouse.Session.Scalar<long>($"select max(n) from (select count(distinct {score}) n from star.score_rfm group by {value})"), Is.EqualTo(1), score);
        }
    }

    [Test]
    public void Score_ByShare_IsOnePlusTheFifthsOfCustomersStrictlyBelow()
    {
        using var warehouse = Scored(Tied(997), "share");

        const string wrong = """
            select count(*) from star.score_rfm s
            where r <> 1 + (select 5 * count(*) filter (where o.days_since_last_order > s.days_since_last_order) // count(*) from star.score_rfm o)
               or f <> 1 + (select 5 * count(*) filter (where o.order_count < s.order_count) // count(*) from star.score_rfm o)
               or m <> 1 + (select 5 * count(*) filter (where o.total_spend < s.total_spend) // count(*) from star.score_rfm o)
            """;
        Assert.That(warehouse.Session.Scalar<long>(wrong), Is.Zero);
    }

    [Test]
    public void Score_ByNtile_MakesFifthsThatDifferByOneAtMost()
    {
        using var warehouse = Scored(Tied(997), "ntile");

        Assert.That(warehouse.Rows("select count(*) from star.score_rfm group by m order by m"), Is.EqualTo("200; 200; 199; 199; 199"));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm a join star.score_rfm b using (order_count) where a.customer_key < b.customer_key and a.f > b.f"),
            Is.Zero, "ties are broken by the customer's key");
    }

    [TestCase("share")]
    [TestCase("quantile")]
    public void Score_CustomersAllEqual_GetOneScoreInEach(string ties)
    {
        using var warehouse = Scored(Enumerable.Range(1, 50).Select(c => new Sale(c, "2011-05-05", $"{c}", 10)), ties);

        Assert.That(warehouse.Session.Scalar<long>("select count(distinct (r, f, m)) from star.score_rfm"), Is.EqualTo(1));
    }

    [TestCase("share")]
    [TestCase("quantile")]
    [TestCase("ntile")]
    public void Score_OneCustomer_IsScored(string ties)
    {
        using var warehouse = Scored([new(7, "2011-05-05", "a", 10)], ties);

        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_rfm"), Is.EqualTo(1));
    }

    private static RfmWarehouse Scored(IEnumerable<Sale> sales, string ties)
    {
        var warehouse = new RfmWarehouse().Sell(sales);
        warehouse.Score(1, RfmWarehouse.Share with { Ties = ties, MonthEnds = 0 });
        return warehouse;
    }

    /// <summary>Customers with one to six orders of few different amounts on few different days, the same each time.</summary>
    private static IEnumerable<Sale> Tied(int customers)
        => from customer in Enumerable.Range(1, customers)
           from order in Enumerable.Range(0, 1 + (customer * 7919 % 36 / 6))
           let day = new DateTime(2011, 1, 1).AddDays((customer * 31 + order * 17) % 60)
           select new Sale(customer, day, $"{customer}-{order}", 5 * (1 + (customer * 13 + order) % 4));
}
