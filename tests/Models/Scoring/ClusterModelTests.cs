using Crm.Analytics.Models.Segmentation;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Clusters of the customers of the star.</summary>
internal sealed class ClusterModelTests
{
    private static readonly ClusterSettings settings = ClusterSettings.Usual with { Measures = ["days_since_last_order", "orders", "spend_per_order"] };

    [TestCase("kmeans")]
    [TestCase("ward")]
    public void Score_TwoKindsOfCustomers_AreTwoClustersInWords(string method)
    {
        using var warehouse = TwoKinds();

        var outcome = warehouse.Score(new ClusterModel(), settings with { Method = method });

        Assert.Multiple(() =>
        {
            Assert.That(warehouse.Rows("select cluster, count(*), min(customer_key), max(customer_key), any_value(order_count), count(distinct profile) from star.score_cluster group by cluster order by cluster"),
                Is.EqualTo("1 60 1 60 1 1; 2 40 61 100 5 1"));
            Assert.That(warehouse.Session.Scalar<string>("select any_value(profile) from star.score_cluster where cluster = 2"), Does.Contain("orders very much higher (5)").Or.Contain("orders much higher (5)"));
            Assert.That(warehouse.Rows("select round(mean, 6), customers, deviations > 0 from star.score_cluster_profile where cluster = 2 and measure = 'orders'"), Is.EqualTo("5.0 40 true"));
            Assert.That((outcome.Quality["clusters"], outcome.Notes.Count, outcome.Members), Is.EqualTo((2.0, 0, 100L)));
            Assert.That(outcome.Quality["silhouette"], Is.GreaterThan(.7));
        });
    }

    [Test]
    public void Score_Twice_ChangesNothing()
    {
        using var warehouse = TwoKinds();
        warehouse.Score(new ClusterModel(), settings);

        Assert.That(warehouse.Score(new ClusterModel(), settings, 2).Changed, Is.Zero);
    }

    [Test]
    public void Score_MeasureThatIsTheSameForAll_IsTold()
    {
        using var warehouse = TwoKinds();

        var outcome = warehouse.Score(new ClusterModel(), settings with { Measures = ["orders", "spend_per_order", "complaints", "income"] });

        Assert.That(outcome.Notes, Has.Some.EqualTo("complaints, income: the same for everybody (or not known), so not compared"));
    }

    [Test]
    public void Score_CustomersWhoAreAllAlike_AreNotClustered()
    {
        using var warehouse = new RfmWarehouse().Sell(Enumerable.Range(1, 50).Select(c => new Sale(c, "2020-01-01", $"o{c}", 10)));

        var outcome = warehouse.Score(new ClusterModel(), settings);

        Assert.That(outcome.Notes.Single(), Is.EqualTo("no clusters: 50 customers, 1 of them different in what is compared; at least 20 and 3 are needed"));
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_cluster"), Is.Zero);
    }

    private static RfmWarehouse TwoKinds()
        => new RfmWarehouse().Sell(Enumerable.Range(1, 100).SelectMany(c => c <= 60
            ? [new Sale(c, new DateTime(2020, 1, 1).AddDays(c % 10), $"o{c}", 10 + (c % 4))]
            : Enumerable.Range(0, 5).Select(i => new Sale(c, new DateTime(2020, 10, 1).AddDays((c % 10) + (7 * i)), $"o{c}-{i}", 90 + (c % 5)))));
}
