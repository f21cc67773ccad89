using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Models.Scoring;

/// <summary>Satisfaction and service measures of the cubes, against figures worked out by hand.</summary>
internal sealed class ServiceMeasureTests
{
    private RfmWarehouse warehouse = null!;

    [OneTimeSetUp]
    public void Fill()
    {
        warehouse = new RfmWarehouse();
        warehouse.Session.Execute("create schema if not exists meta; create table if not exists meta.run (run_id integer, status varchar, published_at timestamp, newest timestamp)");

        // 50 promoters, 20 passives, 30 detractors; 40 of 50 content.
        warehouse.Session.Execute("""
            insert into star.fact_survey_response by name
            select i::varchar as response_id, 'nps' as kind, case when i < 50 then 9 + i % 2 when i < 70 then 7 + i % 2 else i % 7 end as score, timestamp '2024-03-01' as answered_at, 1 as customer_key, 1 as run_id from range(100) r(i)
            union all by name
            select 'c' || i as response_id, 'csat' as kind, case when i < 40 then 4 + i % 2 else 1 + i % 3 end as score, timestamp '2024-03-01' as answered_at, 1 as customer_key, 1 as run_id from range(50) r(i)
            """);

        // Twenty cases of 60, 120 … 1,200 minutes, limit 600; every fourth a complaint, of which two ended well.
        warehouse.Session.Execute("""
            insert into star.fact_support_case by name
            select i::varchar as case_id, timestamp '2024-03-01' as opened_at, i as response_minutes, i * 60 as resolution_minutes, timestamp '2024-03-02' as resolved_at, i * 60 <= 600 as is_within_sla, 600 as sla_minutes,
              i % 4 = 0 as is_complaint, case when i in (4, 8) then 5 when i % 4 = 0 then 2 end as satisfaction, (i % 10 = 0)::integer as reopened_count, 1 as customer_key, 1 as run_id
            from range(1, 21) r(i)
            """);
    }

    [OneTimeTearDown]
    public void Forget() => warehouse.Dispose();

    [TestCase("surveys.nps", 20.0)]
    [TestCase("surveys.nps_low", 2.91343012)]
    [TestCase("surveys.nps_high", 37.08656988)]
    [TestCase("surveys.csat", .8)]
    [TestCase("surveys.csat_low", .66962894)]
    [TestCase("surveys.csat_high", .88756250)]
    [TestCase("service.sla_rate", .5)]
    [TestCase("service.sla_breaches", 10.0)]
    [TestCase("service.sla_breach_rate", .5)]
    [TestCase("service.complaint_recovery_rate", .4)]
    [TestCase("service.reopen_rate", .1)]
    [TestCase("service.first_response_p90", 18.1)]
    [TestCase("service.first_response_p95", 19.05)]
    [TestCase("service.resolution_p90", 1086.0)]
    [TestCase("service.resolution_p95", 1143.0)]
    [TestCase("service.median_resolution_minutes", 630.0)]
    public void Measure_KnownAnswers_IsAsByHand(string measure, double expected)
    {
        var answer = new CubeReader(warehouse.Connect, RfmWarehouse.Catalogue).Read(new CubeQuery { Measures = [measure] });

        Assert.That(Convert.ToDouble(answer.Rows[0].Values[0], System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(expected).Within(1e-6));
    }
}
