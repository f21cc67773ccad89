using Crm.Analytics.Models.Churn;
using Crm.Analytics.Models.Forecasting;
using Crm.Analytics.Models.Recommendations;
using Crm.Analytics.Models.Segmentation;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Learning;

/// <summary>What runs learn from the star.</summary>
internal sealed class StarTests
{
    private static readonly ChurnSettings churn = ChurnSettings.Usual with { Horizon = 60, LookBack = 200 };

    [Test]
    public void ChurnFeatures_LaterRows_ChangeNothing()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(Buyers(80));
        var before = Features(warehouse, new DateOnly(2020, 6, 30));

        // Everything from the cut on, and cases, contacts and answers after it.
        warehouse.Sell(Enumerable.Range(1, 80).Select(c => new Sale(c, "2020-07-01 00:00:00", $"late{c}", 999)));
        warehouse.Session.Execute("insert into star.fact_support_case by name select 1 + i::integer as customer_key, timestamp '2020-07-02' as opened_at, true as is_complaint, 1 as run_id, i::varchar as case_id from range(80) r(i)");

        Assert.That(before, Is.Not.Empty);
        Assert.That(Features(warehouse, new DateOnly(2020, 6, 30)), Is.EqualTo(before));
    }

    [Test]
    public void Churn_TwoKindsOfBuyers_TellsThemApart()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(Buyers(400));
        var session = warehouse.Session;

        session.InTransaction(() => ChurnModel.Score(session, RfmWarehouse.Catalogue, churn, 1));
        var again = -1L;
        session.InTransaction(() => again = ChurnModel.Score(session, RfmWarehouse.Catalogue, churn, 2).Changed);

        Assert.That(again, Is.Zero, "the same facts change nothing");
        Assert.That(session.Scalar<string>("select concat_ws(' ', learner is not null, auc > 0.6, horizon_days, definition) from star.score_churn_fit"), Is.EqualTo("true true 60 no order in 60 days"));
        Assert.That(session.Scalar<bool>("select bool_and(churn_probability between 0 and 1 and reasons <> '' and has_left is null) from star.score_churn where snapshot_date = '2020-12-31'"), Is.True);
        Assert.That(session.Scalar<bool>("select bool_and(churn_probability is null and has_left is not null) from star.score_churn where snapshot_date < '2020-12-31'"), Is.True);
        Assert.That(session.Scalar<double>("select avg(churn_probability) filter (where customer_key % 2 = 0) - avg(churn_probability) filter (where customer_key % 2 = 1) from star.score_churn"), Is.GreaterThan(0.1));

        // Independent: who bought in the last 200 days before 2020-11-02, and not in the 60 days from then on.
        Assert.That(session.Scalar<string>("select concat_ws(' ', count(*), count(*) filter (where has_left), sum(value_lost)) from star.score_churn where snapshot_date = '2020-11-01'"), Is.EqualTo(session.Scalar<string>("""
            select concat_ws(' ', count(*), count(*) filter (where later = 0), sum(year) filter (where later = 0)) from (
              select customer_key, count(*) filter (where ordered_at >= '2020-11-02') as later, sum(revenue) filter (where ordered_at < '2020-11-02' and ordered_at >= '2019-11-03') as year
              from star.fact_sales group by customer_key having max(ordered_at) filter (where ordered_at < '2020-11-02') >= timestamp '2020-11-02' - interval 200 day)
            """)));
    }

    [Test]
    public void Churn_TooLittleData_SaysSoInsteadOfANumber()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(new Sale(1, "2020-01-01", "a", 10), new Sale(2, "2020-12-01", "b", 10));

        warehouse.Session.InTransaction(() => ChurnModel.Score(warehouse.Session, RfmWarehouse.Catalogue, churn, 1));

        Assert.That(warehouse.Session.Scalar<string>("select concat_ws(' ', learner is null, auc is null, notes) from star.score_churn_fit"), Does.StartWith("true true no probabilities: "));
        Assert.That(warehouse.Session.Scalar<long>("select count(churn_probability) from star.score_churn"), Is.Zero);
    }

    [Test]
    public void Segments_Conditions_HoldOnTheirDays()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(
            new Sale(1, "2020-05-01", "a", 50), new Sale(1, "2020-06-20", "b", 70), new Sale(2, "2020-06-01", "c", 20), new Sale(2, "2020-06-02", "d", 20),
            new Sale(3, "2020-01-05", "e", 500), new Sale(3, "2020-06-30", "f", 1));
        warehouse.Session.Execute("insert into star.dim_customer by name select i::integer as customer_key, i::integer as customer_version_key, i::varchar as customer_id, case i when 1 then 'France' else 'Spain' end as country, timestamp '2000-01-01' as valid_from, timestamp '9999-12-31' as valid_to, true as is_current, 1 as run_id from range(1, 4) r(i)");
        warehouse.Session.Execute("insert into star.fact_support_case by name select 2 as customer_key, timestamp '2020-06-10' as opened_at, true as is_complaint, 1 as run_id, 'x' as case_id");

        Score(warehouse, """
            segment: content
            all:
              - {event: order, at_least: 2, within_days: 90}
              - {event: complaint, at_most: 0, within_days: 365}
            month_ends: 2
            """, """
            segment: big_or_french
            any:
              - {measure: revenue, at_least: 400}
              - {attribute: country, in: [France]}
            month_ends: 0
            """, """
            segment: quiet
            all:
              - {measure: revenue, at_most: 25, within_days: 30}
              - {attribute: country, not_in: [France]}
            month_ends: 0
            """);

        Assert.That(warehouse.Rows("select segment, strftime(snapshot_date, '%Y-%m-%d'), customer_key, is_new from star.score_segment_member order by all"), Is.EqualTo(
            "big_or_french 2020-06-30 1 true; big_or_french 2020-06-30 3 true; content 2020-06-30 1 true; quiet 2020-06-30 3 true"));
        Assert.That(warehouse.Rows("select segment, other_segment, customers from star.score_segment_overlap where segment < other_segment order by all"),
            Is.EqualTo("big_or_french content 1; big_or_french quiet 1"));
    }

    [Test]
    public void Segments_WrongFile_NamesEveryOffender()
    {
        var problems = new List<Problem>();
        SegmentReader.Read("segments/a.yaml", "segment: a\nall:\n  - {event: order}\n  - {attribute: contry, in: [x]}\n  - {measure: revenue, event: order, at_least: 1}\n"u8.ToArray(), ["country"], problems);

        Assert.That(problems.Select(p => $"{p.Where} {p.Found}"), Is.EqualTo((string[])
        [
            "segments/a.yaml:3:5 a event without an end", "segments/a.yaml:4:17 'contry'", "segments/a.yaml:5:5 a condition on event and measure",
        ]));
        Assert.That(problems[1].Expected, Does.Contain("country"));
    }

    [Test]
    public void Forecast_RevenueAndOrders_GoOn()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Sell(Enumerable.Range(0, 36).SelectMany(m => Enumerable.Range(0, 10).Select(i => new Sale(1 + i, new DateTime(2018, 1, 15).AddMonths(m), $"o{m}-{i}", 100 + m))));
        warehouse.Session.InTransaction(() => ForecastModel.Score(warehouse.Session, RfmWarehouse.Catalogue, ForecastSettings.Usual with { Horizon = 2 }, 1));

        // The data ends on 2020-12-15, so December is not over and is forecast too.
        Assert.That(warehouse.Rows("select series, strftime(period_start, '%Y-%m'), round(expected / 10) * 10 from star.score_forecast where series = 'orders' order by all"),
            Is.EqualTo("orders 2020-12 10.0; orders 2021-01 10.0"));
        Assert.That(warehouse.Session.Scalar<bool>("select bool_and(low_95 <= low_80 and low_80 <= expected and expected <= high_80 and high_80 <= high_95 and abs(expected - 1360) < 30) from star.score_forecast where series = 'revenue'"), Is.True);
    }

    [Test]
    public void Offers_OfTheStar_AreNotOwned()
    {
        using var warehouse = new RfmWarehouse();
        var random = new Random(3);
        warehouse.Session.Execute("create temp table bought (customer_key integer, product_key integer)");
        warehouse.Session.InTransaction(() =>
        {
            using var append = warehouse.Session.Append("temp", "bought");
            for (var c = 1; c <= 60; c++)
            {
                for (var p = 1; p <= 8; p++)
                {
                    if (random.Next(10) < (p % 2 == c % 2 ? 6 : 1))
                        append.Row(c, p);
                }
            }

            append.Complete();
        });
        warehouse.Session.Execute("insert into star.fact_sales by name select customer_key, product_key, concat(customer_key, '-', product_key) as order_id, timestamp '2020-01-01' as ordered_at, 1 as quantity, 5 as revenue, false as is_return, 1 as run_id from bought");

        warehouse.Session.InTransaction(() => OfferModel.Score(warehouse.Session, RfmWarehouse.Catalogue, OfferSettings.Usual, 1));

        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_offer"), Is.Positive);
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_offer semi join bought using (customer_key, product_key)"), Is.Zero);
        Assert.That(warehouse.Session.Scalar<long>("select count(*) from star.score_offer where rank = 1 and product_key % 2 <> customer_key % 2"), Is.LessThan(25));
    }

    private static void Score(RfmWarehouse warehouse, params string[] yaml)
    {
        var problems = new List<Problem>();
        var segments = yaml.Select(y => SegmentReader.Read("segments/x.yaml", System.Text.Encoding.UTF8.GetBytes(y), ["country"], problems)!).ToList();
        Assert.That(problems, Is.Empty);
        warehouse.Session.InTransaction(() => SegmentModel.Score(warehouse.Session, RfmWarehouse.Catalogue, segments, 1));
    }

    private static IReadOnlyList<string> Features(RfmWarehouse warehouse, DateOnly newest)
    {
        IReadOnlyList<string> rows = [];
        warehouse.Session.InTransaction(() =>
        {
            ChurnModel.Prepare(warehouse.Session, churn, new DateOnly(2019, 1, 1), newest, byContract: false, default);
            rows = warehouse.Session.Query<string>("select to_json(f)::varchar from (select * exclude (has_left) from churn_feature where cut <= '2020-07-01') f order by cut, customer_key");
        });
        return rows;
    }

    // Customers of odd keys buy every month or so; those of even keys stop after some months.
    private static IEnumerable<Sale> Buyers(int count)
    {
        var random = new Random(11);
        for (var c = 1; c <= count; c++)
        {
            var stops = new DateTime(2020, 1, 1).AddDays(c % 2 == 0 ? random.Next(100, 366) : 365);
            for (var (day, n) = (new DateTime(2019, 6, 1).AddDays(random.Next(60)), 0); day < stops && day < new DateTime(2021, 1, 1); day = day.AddDays(random.Next(10, c % 2 == 0 ? 60 : 45)), n++)
                yield return new Sale(c, day, $"o{c}-{n}", random.Next(10, 100));
        }

        yield return new Sale(1, "2020-12-31", "last", 5);
    }
}
