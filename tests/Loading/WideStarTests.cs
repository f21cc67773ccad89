using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Loading;

/// <summary>Runs over sources that bear the contracts' names: what the standard model makes of them.</summary>
public sealed class WideStarTests
{
    private const string Lines = "order_line: {path: data/line*.csv, format: csv}";
    private const string LineHeader = "order_id,line_id,ordered_at,customer_id,product_id,quantity,unit_price,currency,is_return\n";
    private const string CaseHeader = "case_id,opened_at,customer_id,first_response_at,resolved_at,sla_minutes,is_complaint,changed_at\n";

    [Test]
    public void Sales_InSeveralCurrencies_AreInTheProjectsByTheRateOfTheDay()
    {
        using var project = Project(Lines, "exchange_rate: {path: data/rate*.csv, format: csv}");
        project.Write("data/rates.csv", "rate_date,from_currency,to_currency,rate\n2024-02-28,EUR,GBP,0.8\n2024-02-29,USD,EUR,0.5\n2024-02-10,CHF,GBP,0.9\n2024-03-01,GBP,SEK,12.5\n");
        project.Write("data/lines.csv", LineHeader
            + "1,1,2024-02-29 10:00:00,c1,A,2,10,GBP,false\n1,2,2024-02-29 10:00:00,c1,B,1,10,EUR,false\n"
            + "2,1,2024-02-29 11:00:00,c1,A,1,10,USD,false\n3,1,2024-02-29 12:00:00,c1,A,-1,10,EUR,true\n"
            + "4,1,2024-02-29 12:00:00,c1,A,1,10,CHF,false\n5,1,2024-03-02 12:00:00,c1,A,1,25,SEK,false\n6,1,2024-03-02 12:00:00,c1,A,1,7,,false\n");
        project.Run();
        Assert.That(Revenue(project), Is.EqualTo("1/1 20.0000; 1/2 8.0000; 2/1 4.0000; 3/1 -8.0000; 4/1 NULL; 5/1 2.0000; 6/1 7.0000"));
        Assert.That(project.Scalar<decimal>("SELECT sum(revenue) FROM star.fact_sales WHERE ordered_at < '2024-03-01'"), Is.EqualTo(24m));
        Assert.That(project.Query<string>("SELECT kind || ' ' || subject || ' ' || found FROM conformed.finding"), Is.EqualTo(new[] { "rate CHF 1" }));

        project.Write("data/rates2.csv", "rate_date,from_currency,to_currency,rate\n2024-02-27,CHF,GBP,0.88\n2024-02-29,EUR,GBP,0.85\n");
        project.Run();
        Assert.That(Revenue(project), Is.EqualTo("1/1 20.0000; 1/2 8.5000; 2/1 4.2500; 3/1 -8.5000; 4/1 8.8000; 5/1 2.0000; 6/1 7.0000"), "rates that come late convert again");
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales_history"), Is.EqualTo(4));
    }

    [Test]
    public void SupportCase_MovesOn_IsOneRowWithItsLags()
    {
        using var project = Project("support_case: {path: data/case*.csv, format: csv}");
        project.Write("data/case1.csv", CaseHeader + "k1,2024-03-30 23:30:00,c1,2024-03-31 00:15:30,,120,true,2024-03-31 00:16:00\nk2,2024-03-01 09:00:00,c2,,,,,2024-03-01 09:00:00\n");
        project.Run();
        project.Write("data/case2.csv", CaseHeader + "k1,2024-03-30 23:30:00,c1,2024-03-31 00:15:30,2024-03-31 01:00:00,120,true,2024-03-31 01:00:00\n");
        project.Write("data/case3.csv", CaseHeader + "k1,2024-03-30 23:30:00,c1,,,120,true,2024-03-30 23:30:00\n");
        project.Run();
        const string rows = "SELECT concat_ws('|', case_id, response_minutes, resolution_minutes, is_within_sla, responded_key, resolved_key, is_complaint) FROM star.fact_support_case ORDER BY 1";
        Assert.That(project.Query<string>(rows), Is.EqualTo(new[] { "k1|45|90|true|20240331|20240331|true", "k2|0|0|false" }), "an older state that comes late says nothing");
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_support_case_history"), Is.EqualTo(1));
    }

    [Test]
    public void Opportunity_FromItsStages_StandsAtTheNewestWhateverTheOrder()
    {
        using var project = Project("opportunity: {path: data/stage*.csv, format: csv}", "customer: {path: data/customer*.csv, format: csv}");
        project.Write("data/customer0.csv", "customer_id,effective_at,name,city\n");
        const string header = "opportunity_id,entered_at,stage,customer_id,amount,probability,is_won\n";
        project.Write("data/stage1.csv", header + "o1,2024-01-05 09:00:00,offer,c1,900,0.5,false\no2,2024-01-01 09:00:00,lead,c2,50,0.1,false\n");
        project.Run();
        project.Write("data/stage2.csv", header + "o1,2024-01-01 09:00:00,lead,c1,1000,0.1,false\n");
        project.Run();
        project.Write("data/stage3.csv", header + "o1,2024-02-01 09:00:00,won,c1,950,1,true\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT concat_ws('|', opportunity_id, stage, value, expected_value, stages, opened_at, closed_at, days_to_close) FROM star.fact_opportunity ORDER BY 1"), Is.EqualTo(new[]
        {
            "o1|won|950.0000|950.0000|3|2024-01-01 09:00:00|2024-02-01 09:00:00|31", "o2|lead|50.0000|5.0000|1|2024-01-01 09:00:00",
        }));
        Assert.That(project.Query<string>("SELECT c.customer_id FROM star.fact_opportunity o JOIN star.dim_customer c USING (customer_version_key) ORDER BY 1"), Is.EqualTo(new[] { "c1", "c2" }));
        var key = project.Scalar<int>("SELECT customer_key FROM star.dim_customer WHERE customer_id = 'c1'");
        project.Write("data/customer1.csv", "customer_id,effective_at,name,city\nc1,2023-01-01 00:00:00,Ann,Bonn\nc1,2024-01-15 00:00:00,Ann,Köln\n");
        project.Run();
        Assert.That(
            project.Query<string>("SELECT concat_ws('|', c.city, c.customer_key, s.stage) FROM star.fact_opportunity_stage s JOIN star.dim_customer c USING (customer_version_key) WHERE s.opportunity_id = 'o1' ORDER BY entered_at"),
            Is.EqualTo(new[] { $"Bonn|{key}|lead", $"Bonn|{key}|offer", $"Köln|{key}|won" }), "an inferred member is completed in place, and its facts find its versions");
    }

    [Test]
    public void CustomerMonth_FromTwoFacts_FollowsTouchedMonths()
    {
        using var project = Project(Lines, "loyalty_entry: {path: data/points*.csv, format: csv}");
        project.Write("data/points0.csv", "entry_id,entered_at,customer_id,kind,points\n");
        project.Write("data/line1.csv", LineHeader + "1,1,2024-02-29 10:00:00,c1,A,2,10,,false\n1,2,2024-02-29 10:00:00,c1,B,1,5,,false\n2,1,2024-03-05 10:00:00,c1,A,-1,10,,true\n3,1,2024-03-05 10:00:00,,A,1,10,,false\n");
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_customer_month"), Is.Zero, "order lines alone say it all themselves");
        project.Write("data/points1.csv", "entry_id,entered_at,customer_id,kind,points\np1,2024-03-05 10:00:00,c1,earned,20\np2,2024-04-01 10:00:00,c2,earned,7\n");
        project.Run();
        const string rows = "SELECT concat_ws('|', strftime(month, '%Y-%m'), c.customer_id, orders, revenue, points_earned, m.run_id) FROM star.fact_customer_month m JOIN star.dim_customer c USING (customer_version_key) ORDER BY 1";
        Assert.That(project.Query<string>(rows), Is.EqualTo(new[] { "2024-02|c1|1|25.0000|0.00|2", "2024-03|c1|0|-10.0000|20.00|2", "2024-04|c2|0|0.0000|7.00|2" }));
        project.Write("data/line2.csv", LineHeader + "4,1,2024-03-09 10:00:00,c1,A,1,3,,false\n");
        project.Run();
        Assert.That(project.Query<string>(rows), Is.EqualTo(new[] { "2024-02|c1|1|25.0000|0.00|2", "2024-03|c1|1|-7.0000|20.00|3", "2024-04|c2|0|0.0000|7.00|2" }));
    }

    [Test]
    public void Checks_OfWhatWasLoaded_TellWhatIsOdd()
    {
        using var project = Project(
            "order_reason: {path: data/reason.csv, format: csv}", "customer: {path: data/customer.csv, format: csv}", "employee: {path: data/employee.csv, format: csv}");
        project.Write("data/reason.csv", "order_id,reason,ordered_at,weight\n1,price,2024-01-01 10:00:00,0.5\n1,brand,2024-01-01 10:00:00,0.5\n2,price,2024-01-01 10:00:00,0.7\n");
        project.Write("data/customer.csv", "customer_id,effective_at,city,country\na,2024-01-01,Paris,France\nb,2024-01-01,Paris,Texas\nc,2020-01-01,Bonn,West\nc,2021-01-01,Bonn,Germany\n");
        project.Write("data/employee.csv", "employee_id,effective_at,name,manager_id\nboss,2024-01-01,Bo,\nann,2024-01-01,Ann,boss\nben,2024-01-01,Ben,ann\nx,2024-01-01,X,y\ny,2024-01-01,Y,x\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT kind || ' ' || subject || ' ' || found FROM conformed.finding ORDER BY 1"), Is.EqualTo(new[]
        {
            "circle employee.management 2", "hierarchy customer.residence 1", "weight order_reason 1",
        }));
        Assert.That(project.Query<string>("SELECT text FROM conformed.finding ORDER BY kind"), Has.Some.Contains("Paris in France and Texas").And.Some.Contains("2 = 0.7"));
        Assert.That(project.Query<string>(
            """
            SELECT concat_ws(' ', m.employee_id, a.employee_id, t.distance)
            FROM star.bridge_employee_management t
            JOIN star.dim_employee m ON m.employee_key = t.employee_key AND m.is_current JOIN star.dim_employee a ON a.employee_key = t.ancestor_key AND a.is_current
            ORDER BY 1
            """), Is.EqualTo(new[] { "ann ann 0", "ann boss 1", "ben ann 1", "ben ben 0", "ben boss 2", "boss boss 0", "x x 0", "x y 1", "y x 1", "y y 0" }));
    }

    [Test]
    public void CompositeKey_WithSeparatorsCaseAndAccents_KeepsMembersApart()
    {
        using var project = Project("visit: {path: data/visit*.csv, format: csv}", "store: {path: data/store*.csv, format: csv}");
        project.Write("model/store.yaml", "contract: store\ngrain: one store\nkey: [country, store_id]\ncolumns: {country: {type: text, required: true}, store_id: {type: text, required: true}, name: {type: text}}\n");
        project.Write("model/store_dimension.yaml", "dimension: store\nfrom: store\nkey: [country, store_id]\nattributes: {country: {}, id: {column: store_id}, name: {}}\n");
        project.Write("model/visit.yaml", "contract: visit\ngrain: one visit\nkey: id\ntime: happened_at\ncolumns: {id: {type: text, required: true}, happened_at: {type: timestamp}, country: {type: text}, shop: {type: text}}\n");
        project.Write("model/visit_fact.yaml", "fact: visit\nkind: factless\ngrain: one visit\nfrom: visit\ntime: happened_at\ndimensions: {date: happened_at, store: {column: [country, shop]}}\ncolumns: {id: {}, happened_at: {}}\n");
        project.Write("data/store1.csv", "country,store_id,name\nDE|1,2,one\nDE,1|2,two\nde,1,small\nDÉ,1,accent\n");
        project.Write("data/visit1.csv", "id,happened_at,country,shop\n1,2024-01-01,DE|1,2\n2,2024-01-01,DE,1|2\n3,2024-01-01,de,1\n4,2024-01-01,DÉ,1\n5,2024-01-01,DE,9\n6,2024-01-01,DE,\n");
        project.Run();
        const string rows = "SELECT concat_ws('|', v.id, s.name, s.is_inferred, s.store_key = 0) FROM star.fact_visit v JOIN star.dim_store s USING (store_key) ORDER BY v.id";
        Assert.That(project.Query<string>(rows), Is.EqualTo(new[] { "1|one|false|false", "2|two|false|false", "3|small|false|false", "4|accent|false|false", "5|true|false", "6|(unknown)|false|true" }));
        var key = project.Scalar<int>("SELECT store_key FROM star.fact_visit WHERE id = '5'");
        project.Write("data/store2.csv", "country,store_id,name\nDE,9,nine\nDE|1,2,uno\n");
        project.Run();
        Assert.That(project.Query<string>(rows), Has.Some.EqualTo("5|nine|false|false").And.Some.EqualTo("1|uno|false|false"));
        Assert.That(project.Scalar<int>("SELECT store_key FROM star.dim_store WHERE name = 'nine'"), Is.EqualTo(key));
    }

    [Test]
    public void Moments_OfOtherZones_AreInTheProjects()
    {
        using var project = new TestProject("source: web\nconnector: files\ntime_zone: America/New_York\nstreams:\n  web_event: {path: data/*.csv, format: csv}\n");
        project.Write("data/events.csv", "event_id,kind,happened_at\n"
            + "1,a,2024-07-01 12:00:00\n2,a,2024-07-01T12:00:00Z\n3,a,2024-07-01 12:00:00+02:00\n4,a,2024-01-01 23:30:00\n5,a,2024-03-10 02:30:00\n6,a,2024-11-03 01:30:00\n7,a,2024-07-01 12:00:00-05\n8,a,2024-03-31T01:30:00Z\n9,a,2024-02-29\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT concat_ws(' ', event_id, happened_at, date_key) FROM star.fact_web_event ORDER BY 1"), Is.EqualTo(new[]
        {
            "1 2024-07-01 17:00:00 20240701", "2 2024-07-01 13:00:00 20240701", "3 2024-07-01 11:00:00 20240701", "4 2024-01-02 04:30:00 20240102",
            "5 2024-03-10 07:30:00 20240310", "6 2024-11-03 06:30:00 20241103", "7 2024-07-01 18:00:00 20240701", "8 2024-03-31 02:30:00 20240331", "9 2024-02-29 05:00:00 20240229",
        }));
    }

    [Test]
    public void Calendar_WithAFiscalYearFromApril_HasLeapDayAndFiscalPeriods()
    {
        using var project = Project("web_event: {path: data/*.csv, format: csv}");
        project.Write("crm.yaml", "name: Test\nfiscal_year_start: april\n");
        project.Write("data/events.csv", "event_id,kind,happened_at\n1,a,2024-02-29 12:00:00\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT concat_ws(' ', date_key, fiscal_year, fiscal_quarter, fiscal_month, day_of_year) FROM star.dim_date WHERE date_key IN (20240229, 20240331, 20240401, 20241231) ORDER BY 1"), Is.EqualTo(new[]
        {
            "20240229 2024 4 11 60", "20240331 2024 4 12 91", "20240401 2025 1 1 92", "20241231 2025 3 9 366",
        }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.dim_date WHERE date_key > 0"), Is.EqualTo(366));
    }

    private static TestProject Project(params string[] streams) =>
        new($"source: crm\nconnector: files\nstreams:\n{string.Concat(streams.Select(s => $"  {s}\n"))}");

    private static string Revenue(TestProject project) => string.Join("; ", project.Query<string>(
        "SELECT order_id || '/' || line_id || ' ' || coalesce(CAST(revenue AS VARCHAR), 'NULL') FROM star.fact_sales ORDER BY 1"));
}
