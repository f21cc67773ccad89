using Crm.Analytics.Models.Campaigns;
using Crm.Analytics.Models.Matching;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Models.Scoring;

internal sealed class CampaignModelTests
{
    [Test]
    public void Uplift_OrdersOfBothGroups_AreComparedWithinTheWindow()
    {
        using var warehouse = new RfmWarehouse();
        // 200 contacted, of whom 80 order; 100 kept back, of whom 10 do; an order after the window counts for nobody.
        warehouse.Session.Execute("""
            insert into star.fact_campaign_contact by name
            select 1 as campaign_key, i::integer as customer_key, timestamp '2024-06-01' as sent_at, i > 200 as is_control, case when i <= 200 then 1 else 0 end as cost,
              case when i <= 20 then timestamp '2024-06-02' end as responded_at, i::varchar as contact_id, 1 as run_id from range(1, 301) r(i);
            insert into star.fact_campaign_contact by name select 2 as campaign_key, 1 as customer_key, timestamp '2024-06-01' as sent_at, false as is_control, 'x' as contact_id, 1 as run_id;
            insert into star.fact_sales by name
            select i::integer as customer_key, timestamp '2024-06-10' as ordered_at, i::varchar as order_id, 10 as revenue, false as is_return, 1 as run_id from range(1, 301) r(i) where i <= 80 or i between 201 and 210
            union all select 290, timestamp '2024-07-20', 'late', 10, false, 1
            """);

        var outcome = warehouse.Score(new UpliftModel(), UpliftSettings.Usual);

        Assert.That(warehouse.Rows("select campaign_key, outcome, contacted, control, contacted_with_outcome, control_with_outcome, round(uplift, 6), added_revenue::double, roi, verdict from star.score_campaign_uplift order by 1, 2"), Is.EqualTo(
            "1 order 200 100 80 10 0.3 600.0 2.0 worked; 1 response 200 100 20 0 0.1 worked; 2 order 1 0 1 0 no control group; 2 response 1 0 0 0 no control group"));
        var (low, high) = UpliftMeasure.Newcombe(80, 200, 10, 100);
        Assert.That(warehouse.Session.Scalar<double>("select uplift_low from star.score_campaign_uplift where campaign_key = 1 and outcome = 'order'"), Is.EqualTo(low).Within(1e-12));
        Assert.That(warehouse.Session.Scalar<double>("select uplift_high from star.score_campaign_uplift where campaign_key = 1 and outcome = 'order'"), Is.EqualTo(high).Within(1e-12));
        Assert.That(outcome.Notes, Is.EqualTo((string[])["1 campaigns have no control group: what they added cannot be told"]));
        Assert.That(warehouse.Score(new UpliftModel(), UpliftSettings.Usual, 2).Changed, Is.Zero);
    }

    [Test]
    public void Attribution_Rules_ShareEachOrderOnce()
    {
        using var warehouse = new RfmWarehouse();
        warehouse.Session.Execute("""
            insert into star.dim_channel by name select unnest([1, 2, 3]) as channel_key, unnest(['mail', 'search', 'hotline']) as channel, 1 as run_id;
            insert into star.fact_campaign_contact by name select unnest([1, 1, 2]) as customer_key, 1 as channel_key, 0 as campaign_key, unnest([timestamp '2024-06-01', timestamp '2024-01-01', timestamp '2024-06-05']) as sent_at,
              unnest([false, false, true]) as is_control, unnest(['a', 'b', 'c']) as contact_id, 1 as run_id;
            insert into star.fact_web_event by name select 1 as customer_key, 2 as channel_key, 0 as campaign_key, unnest([timestamp '2024-06-03', timestamp '2024-06-03 00:05']) as happened_at, 's' as session_id,
              unnest(['e1', 'e2']) as event_id, 1 as run_id;
            insert into star.fact_interaction by name select 1 as customer_key, 3 as channel_key, timestamp '2024-06-08' as started_at, 'in' as direction, 'i' as interaction_id, 1 as run_id
            """);
        warehouse.Sell(new Sale(1, "2024-06-10", "o1", 100), new Sale(2, "2024-06-10", "o2", 40));

        var outcome = warehouse.Score(new AttributionModel(), AttributionSettings.Usual);

        // Customer 1: mail, search, hotline, then an order of 100; the mail of January is too old, the control group's was never sent.
        Assert.That(warehouse.Rows("select rule, touch, value::double from star.score_attribution where touch_by = 'channel' and rule in ('first', 'last', 'position') and value <> 0 order by all"), Is.EqualTo(
            "first (no touch) 40.0; first mail 100.0; last (no touch) 40.0; last hotline 100.0; position (no touch) 40.0; position hotline 40.0; position mail 40.0; position search 20.0"));
        Assert.That(warehouse.Rows("select distinct round(sum(value), 3)::double, round(sum(conversions), 6)::double from star.score_attribution where touch_by = 'channel' group by rule"), Is.EqualTo("140.0 2.0"));
        Assert.That(warehouse.Session.Scalar<double>("select value / (select value from star.score_attribution where rule = 'time_decay' and touch = 'mail') from star.score_attribution where rule = 'time_decay' and touch = 'hotline'"),
            Is.EqualTo(2).Within(1e-4), "seven days later counts double");
        Assert.That(outcome.Notes, Has.Some.Contains("by campaign: no order was touched").And.Some.Contains("only 1 orders were touched"));
    }

    [Test]
    public void Effects_SpendersWhoJoin_AreComparedWithTheirLikes()
    {
        using var warehouse = new RfmWarehouse();
        // Half of the big spenders and a few of the others join; who joins spends 20 more afterwards, whatever they spent before.
        var sales = Enumerable.Range(1, 1200).SelectMany(c =>
        {
            var (big, joined) = (c % 5 < 2, Joins(c));
            return (Sale[])[new(c, "2023-12-15", $"p{c}", big ? 200 + (c % 7) : 20 + (c % 7)), new(c, "2024-12-20", $"q{c}", (big ? 100 : 10) + (joined ? 20 : 0) + (c % 7))];
        });
        warehouse.Sell(sales.Append(new Sale(1, "2024-12-31", "end", 0)));
        warehouse.Session.Execute("insert into star.fact_loyalty_entry by name select i::integer as customer_key, timestamp '2024-03-01' as entered_at, i::varchar as entry_id, 'earned' as kind, 1 as run_id from range(1, 1201) r(i) where case when i % 5 < 2 then i % 2 = 0 else i % 10 = 7 end");

        warehouse.Score(new EffectModel(), EffectSettings.Usual);

        var (effect, low, high, raw) = warehouse.Session.Query<(double, double, double, double)>("select effect, effect_low, effect_high, raw_difference from star.score_effect where question = 'membership'")[0];
        Assert.That(effect, Is.EqualTo(20).Within(1));
        Assert.That(low, Is.LessThan(effect).And.GreaterThan(15));
        Assert.That(high, Is.GreaterThan(effect).And.LessThan(25));
        Assert.That(raw, Is.GreaterThan(50), "without matching, who joins is mixed up with what joining does");
        Assert.That(warehouse.Rows("select verdict from star.score_effect where question = 'membership'"), Is.EqualTo("raises"));
        Assert.That(warehouse.Rows("select count(*) from star.score_effect where question = 'complaint'"), Is.EqualTo("0"), "nobody complained");

        static bool Joins(int c) => c % 5 < 2 ? c % 2 == 0 : c % 10 == 7;
    }

    [Test]
    public void Effects_ShortHistory_SaysSoInsteadOfANumber()
    {
        using var warehouse = new RfmWarehouse().Sell(new Sale(1, "2024-12-01", "a", 5), new Sale(2, "2024-12-31", "b", 5));
        warehouse.Session.Execute("insert into star.fact_support_case by name select 1 as customer_key, timestamp '2024-12-05' as opened_at, true as is_complaint, 'x' as case_id, 1 as run_id");

        warehouse.Score(new EffectModel(), EffectSettings.Usual);

        Assert.That(warehouse.Rows("select effect is null, verdict from star.score_effect"), Does.StartWith("true cannot be told: the sales begin after 2024-01-"));
    }
}
