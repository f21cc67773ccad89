using Crm.Analytics.Models;
using Crm.Analytics.Models.Scoring;
using Crm.Analytics.Tests.Models.Clv;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Every model that a run scores by: nothing is written when neither data nor declaration changed, and a changed declaration scores anew.</summary>
internal sealed class SkippedScoringTests
{
    private const string Segment = "segment: buyers\nall:\n  - {measure: revenue, at_least: 1}\n";

    private static readonly string[] names = ["rfm", "lifetime_value", "segments", "churn", "forecast", "offers", "baskets", "occasions", "subscriptions", "clusters", "terms"];

    private RfmWarehouse warehouse = null!;

    [OneTimeSetUp]
    public void Fill()
    {
        warehouse = new RfmWarehouse();
        warehouse.Sell(Buyers(160));
        warehouse.Session.Execute("update star.fact_sales set product_key = 1 + hash(order_id) % 5, quantity = 1");
        warehouse.Customers(160);
        warehouse.Session.Execute("""
            insert into star.dim_product by name
            select i::integer as product_key, i::integer as product_version_key, 'p' || i as product_id, timestamp '0001-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id from range(1, 6) r(i);
            insert into star.fact_sales by name
            select * replace (1 + product_key % 5 as product_key, 0.01::decimal(18,4) as revenue) from star.fact_sales where hash(order_id) % 3 = 0;
            """);
        warehouse.Session.Execute("""
            insert into star.fact_survey_response by name
            select 'r' || i as response_id, timestamp '2020-01-05' + to_days(i::integer) as answered_at, i::integer as customer_key, 'nps' as kind, i % 11 as score,
              case i % 3 when 0 then 'Delivery late' when 1 then 'Great delivery' else 'Größe passt' end as comment, 1 as run_id
            from range(1, 13) r(i)
            """);
        Directory.CreateDirectory(Path.Combine(warehouse.Folder, "segments"));
        File.WriteAllText(Path.Combine(warehouse.Folder, "segments", "buyers.yaml"), Segment);
    }

    [OneTimeTearDown]
    public void Forget() => warehouse.Dispose();

    [TestCaseSource(nameof(names))]
    public void Score_SameDataAndDeclaration_WritesNothing(string name)
    {
        Execute(name, 2, Usual);
        var before = State();

        Assert.That(Execute(name, 3, Usual), Is.Zero);
        Assert.That(State(), Is.EqualTo(before));

        // Half of these buyers never leave, which no beta distribution tells: the occasions have no scores, and say so.
        Assert.That(warehouse.Rows($"select data_version, members > 0 from star.score_model_snapshot where model = '{name}'"), Is.EqualTo(name == "occasions" ? "1 false" : "1 true"));
    }

    [TestCaseSource(nameof(names))]
    public void Score_OtherDeclaration_ScoresAnew(string name)
    {
        Execute(name, 4, Usual);
        var file = Path.Combine(warehouse.Folder, "segments", "buyers.yaml");
        File.WriteAllText(file, Segment.Replace("at_least: 1", "at_least: 60", StringComparison.Ordinal));

        var changed = Execute(name, 5, Other);

        File.WriteAllText(file, Segment);
        Assert.That(changed, Is.Positive);
        Assert.That(warehouse.Session.Scalar<long>($"select count(*) from star.score_model_snapshot where model = '{name}' and run_id = 5"), Is.EqualTo(1));
        Assert.That(Execute(name, 6, Usual), Is.Positive, "and back again");
    }

    private static ProjectSettings Usual { get; } = new("Shop", "warehouse.duckdb", "UTC", "EUR", 1, "en-GB", RfmWarehouse.Share with { MonthEnds = 2 }, new SourceLocation("crm.yaml", 1, 1))
    {
        Learning = new(ChurnSettings.Usual with { Horizon = 60, LookBack = 200, Learner = "logistic" }, ForecastSettings.Usual with { Products = 2 }, OfferSettings.Usual) { Baskets = new("product", .001, .01, 100), Occasions = OccasionSettings.Usual, Subscriptions = SubscriptionSettings.Usual, Clusters = ClusterSettings.Usual, Terms = TermSettings.Usual },
    };

    private static ProjectSettings Other { get; } = Usual with
    {
        Rfm = Usual.Rfm with { MonthEnds = 3 },
        LifetimeValue = LifetimeValueSettings.Usual with { Horizon = 26 },
        Learning = new(Usual.Learning.Churn! with { Horizon = 90 }, Usual.Learning.Forecast! with { Horizon = 3 }, OfferSettings.Usual with { Count = 1 })
        {
            Baskets = new("product", .001, .01, 5),
            Occasions = OccasionSettings.Usual with { Horizon = 6 },
            Subscriptions = SubscriptionSettings.Usual with { Horizon = 6 },
            Clusters = ClusterSettings.Usual with { Count = 2 },
            Terms = TermSettings.Usual with { LeastTexts = 2 },
        },
    };

    private string State() => string.Join("; ", new[] { "rfm", "rfm_cut", "clv", "clv_model", "churn", "churn_fit", "forecast", "offer", "basket_rule", "segment_member", "occasion", "subscription", "cluster", "cluster_profile", "term", "model_check", "model_snapshot" }
        .Select(t => warehouse.Rows($"select '{t}', count(*), sum(run_id), (select count(*) from star.score_{t}_history) from star.score_{t}")));

    private long Execute(string name, int run, ProjectSettings settings)
    {
        var model = StarModels.All.Single(m => m.Name == name);
        var changed = 0L;
        warehouse.Session.InTransaction(() => changed = StarScoring.Execute(model, warehouse.Session, new Project(warehouse.Folder, settings, RfmWarehouse.Catalogue, []), run));
        return changed;
    }

    // Half of them go on, the others stop after some months.
    private static IEnumerable<Sale> Buyers(int count)
    {
        var random = new Random(12);
        var simulated = new SimulatedCustomers(12);
        for (var c = 1; c <= count; c++)
        {
            var end = c % 2 == 0 ? new DateTime(2020, 1, 1).AddDays(random.Next(60, 330)) : new DateTime(2020, 12, 31);
            var (rate, level, n) = (simulated.Gamma(1.2) / 20, 10 + (20 * simulated.Gamma(3)), 0);
            for (var day = new DateTime(2019, 9, 1).AddDays(random.Next(60)); day <= end; day = day.AddDays(1 + Math.Floor(Math.Min(1e4, simulated.Gamma(1) / rate))))
            {
                yield return new Sale(c, day, $"o{c}-{n++}", (decimal)Math.Round(level * (.6 + (.1 * simulated.Gamma(4))), 2));
            }
        }

        yield return new Sale(1, "2020-12-31", "last", 5);
    }
}
