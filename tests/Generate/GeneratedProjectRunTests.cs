using Crm.Analytics.Host;
using Crm.Analytics.Host.Generate;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Generate;

internal sealed class GeneratedProjectRunTests
{
    [Test]
    public void Run_GeneratedProject_LoadsWhatTheTruthSays()
    {
        using var project = new TestProject(source: null);
        File.Delete(Path.Combine(project.Folder, "crm.yaml"));
        project.Steps.Add(new ScoringStep(new RfmScoring()));
        var truth = DataGenerator.Generate(
            new() { Customers = 300, Orders = 2_000, Days = 40, Products = 60, Rates = new() { Ragged = 0.01, BadDates = 0.01 } }, project.Folder);

        var summary = project.Run();

        var orders = summary.Streams.Single(s => s.Stream == "orders").Counts;
        Assert.That((orders.Read, orders.Loaded, orders.Quarantined), Is.EqualTo((truth.Lines, truth.Lines - truth.BrokenLines, truth.BrokenLines)));
        Assert.That(project.Scalar<decimal>("select sum(revenue) from star.fact_sales"), Is.EqualTo(truth.Revenue));
        Assert.That(project.Scalar<long>("select count(distinct customer_key) from star.dim_customer where customer_key <> 0"), Is.EqualTo(truth.Customers));
        Assert.That(project.Scalar<long>("""
            select count(*) from star.fact_sales s join star.dim_customer c using (customer_version_key) where s.customer_key <> 0 and not is_return
              and c.city is null
            """), Is.Zero);
        Assert.That(project.Scalar<decimal>("select sum(total_spend) from star.score_rfm where snapshot_date = (select max(snapshot_date) from star.score_rfm)"),
            Is.EqualTo(project.Scalar<decimal>("""
                select sum(revenue) from star.fact_sales
                where customer_key in (select customer_key from star.fact_sales where customer_key <> 0 and not is_return)
                """)));
    }
}
