using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Etl;

public sealed class EtlRunTests
{
    [Test]
    public void Run_NewFiles_LoadsFactsWithTheDimensionsOfTheirTime()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "C2,A,Lamp,-1,2011-01-01 11:00:00,3.50,c1,France");
        project.Day("2011-01-02", "3,A,Red lamp,1,2011-01-02 10:00:00,4.00,c1,Spain", "4,B,Chair,1,2011-01-02 12:00:00,10.00,,Spain");
        var summary = project.Run();
        Assert.That(summary.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(4, 4, 0, 0, 0)));
        Assert.That(project.Query<string>(
            """
            SELECT concat_ws('|', d.day, s.order_id, c.customer_id, c.country, p.product_id, p.name, g.country, s.quantity, s.revenue, s.is_return)
            FROM star.fact_sales s JOIN star.dim_date d USING (date_key)
            JOIN star.dim_customer c USING (customer_version_key) JOIN star.dim_product p USING (product_version_key) JOIN star.dim_geography g USING (geography_key)
            ORDER BY s.source_file, s.source_record
            """), Is.EqualTo(new[]
        {
            "2011-01-01|1|c1|France|A|Lamp|France|2.000|7.0000|false",
            "2011-01-01|C2|c1|France|A|Lamp|France|-1.000|-3.5000|true",
            "2011-01-02|3|c1|Spain|A|Red lamp|Spain|1.000|4.0000|false",
            "2011-01-02|4|(unknown)|(unknown)|B|Chair|Spain|1.000|10.0000|false",
        }));
    }

    [Test]
    public void Run_NothingNew_ChangesNoTable()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        var before = project.Hashes();
        var again = project.Run();
        Assert.That(again.Published, Is.False);
        Assert.That(again.Run, Is.EqualTo(1));
        Assert.That(again.Counts, Is.EqualTo(default(Warehouse.Loading.RecordCounts)));
        Assert.That(project.Hashes(), Is.EqualTo(before));
    }

    [Test]
    public void Run_ExactDuplicates_AreKeptAndCounted()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts.Loaded, Is.EqualTo(2));
        Assert.That(project.Scalar<decimal>("SELECT sum(revenue) FROM star.fact_sales"), Is.EqualTo(14m));
    }

    [Test]
    public void Run_BadRecords_AreQuarantinedWholeWithEveryReason()
    {
        using var project = new TestProject(TestProject.Lines + "\nquality:\n  - {name: no quantity, rule: quantity <> 0, severity: quarantine, contract: order_line}\n");
        project.Day(
            "2011-01-01",
            "1,A,Lamp,two,2011-01-01 10:00:00,3.50,c1,France",
            "2,A,Lamp,1,yesterday,3.50,c2,France",
            "3,A,Lamp,0,2011-01-01 10:00:00,3.50,c3,France",
            ",A,Lamp,1,2011-01-01 10:00:00,3.50,c4,France",
            "5,A,Lamp,1,0011-01-01 10:00:00,3.50,c5,France",
            "6,A,Lamp,1",
            "7,A,Lamp,1,2011-01-01 10:00:00,3.50,c7,France");
        var summary = project.Run();
        Assert.That(summary.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(7, 1, 0, 6, 0)));
        Assert.That(project.Query<string>("SELECT customer_id FROM star.dim_customer WHERE customer_key > 0"), Is.EqualTo(new[] { "c7" }));
        var reasons = project.Query<string>("SELECT source_record || ' ' || rule || ' ' || reason FROM meta.quarantine ORDER BY source_record, rule, reason");
        Assert.That(reasons, Has.Some.StartsWith("1 type qty: found 'two', expected integer"));
        Assert.That(reasons, Has.Some.StartsWith("2 type at: found 'yesterday', expected timestamp"));
        Assert.That(reasons, Has.Some.StartsWith("3 no quantity"));
        Assert.That(reasons, Has.Some.StartsWith("4 required order_id: missing"));
        Assert.That(reasons, Has.Some.StartsWith("5 time ordered_at"));
        Assert.That(reasons, Has.Some.StartsWith("6 unreadable"));
        Assert.That(project.Scalar<string>("SELECT min(raw) FROM meta.quarantine WHERE source_record = 1"), Does.Contain("\"qty\":\"two\""));
    }

    [Test]
    public void Run_ExpressionFailsOnARecord_QuarantinesThatRecordOnly()
    {
        using var project = new TestProject(TestProject.Lines.Replace("customer_id: customer, product_id", "customer_id: \"CAST(CAST(customer AS INTEGER) + 1 AS VARCHAR)\", product_id"));
        project.Day("2011-01-01", "1,A,Lamp,1,2011-01-01 10:00:00,3.50,10,France", "2,A,Lamp,1,2011-01-01 10:00:00,3.50,x,France", "3,A,Lamp,1,2011-01-01 10:00:00,3.50,,France");
        var summary = project.Run();
        Assert.That(summary.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(3, 2, 0, 1, 0)));
        Assert.That(project.Scalar<string>("SELECT rule || source_record FROM meta.quarantine"), Is.EqualTo("expression2"));
    }

    [Test]
    public void Run_RuleSaysFail_ChangesNothing()
    {
        using var project = new TestProject(TestProject.Lines + "\nquality:\n  - {name: cheap, rule: unit_price < 100, severity: fail}\n");
        project.Day("2011-01-01", "1,A,Lamp,1,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        var before = project.Hashes();
        project.Day("2011-01-02", "2,A,Lamp,1,2011-01-02 10:00:00,350,c1,France");
        var error = Assert.Throws<CrmException>(() => project.Run())!;
        Assert.That(error.Kind, Is.EqualTo(FailureKind.CheckFailed));
        Assert.That(error.Message, Does.Contain("1 rows break the rule 'cheap'").And.Contain("sources/shop.yaml:"));
        Assert.That(project.Hashes(), Is.EqualTo(before));
    }

    [Test]
    public void Run_FileDeliveredAgainWithOtherContent_MovesWhatItReplacesToTheHistory()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,1,2011-01-01 10:00:00,3.50,c2,France", "3,A,Lamp,1,2011-01-01 10:00:00,3.50,c2,France");
        project.Run();
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,5,2011-01-01 10:00:00,3.50,c2,France");
        var second = project.Run();
        Assert.That(second.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(2, 1, 1, 0, 1)));
        Assert.That(project.Scalar<decimal>("SELECT sum(quantity) FROM star.fact_sales"), Is.EqualTo(7m));
        Assert.That(project.Scalar<decimal>(
            """
            SELECT sum(quantity) FROM (
              SELECT quantity FROM star.fact_sales WHERE run_id <= 1
              UNION ALL SELECT quantity FROM star.fact_sales_history WHERE run_from <= 1 AND run_to > 1)
            """), Is.EqualTo(4m));
    }

    [Test]
    public void Run_KeyedStream_InsertsReplacesAndLeavesAlone()
    {
        using var project = new TestProject(TestProject.Lines.Replace("order_id: invoice,", "order_id: invoice, line_id: code,"));
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "1,B,Chair,1,2011-01-01 10:00:00,9,c1,France");
        project.Run();
        project.Day("2011-01-02", "1,A,Lamp,3,2011-01-01 10:00:00,3.50,c1,France", "1,B,Chair,1,2011-01-01 10:00:00,9,c1,France", "2,A,Lamp,1,2011-01-02 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(3, 2, 1, 0, 0)));
        Assert.That(project.Query<string>("SELECT order_id || line_id || CAST(quantity AS INTEGER) FROM star.fact_sales ORDER BY 1"), Is.EqualTo(new[] { "1A3", "1B1", "2A1" }));
    }

    [Test]
    public void Run_FilesInAnyOrder_GivesTheSameStar()
    {
        string[][] days =
        [
            ["1,A,Lamp,1,2011-01-01 10:00:00,3.50,c1,France", "2,B,Chair,1,2011-01-01 11:00:00,9,c2,Spain"],
            ["3,A,Red lamp,1,2011-01-02 10:00:00,3.50,c1,Spain", "4,C,,1,2011-01-02 11:00:00,1,c2,Spain"],
            ["5,A,Lamp,1,2011-01-03 10:00:00,3.50,c1,France", "6,B,Chair,1,2011-01-03 10:00:00,9,c2,Italy"],
            ["7,A,Lamp,1,2011-01-04 10:00:00,3.50,c1,France", "8,C,Table,1,2011-01-04 10:00:00,9,c3,Italy"],
        ];
        string? expected = null;
        foreach (var order in new[] { new[] { 0, 1, 2, 3 }, [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2] })
        {
            using var project = new TestProject();
            foreach (var day in order)
            {
                project.Day($"2011-01-0{day + 1}", days[day]);
                project.Run();
            }

            var star = string.Join('\n', project.Query<string>(
                """
                SELECT concat_ws('|', order_id, c.customer_id, c.country, c.valid_from, c.valid_to, p.product_id, coalesce(p.name, '-'), p.valid_from, p.valid_to)
                FROM star.fact_sales s JOIN star.dim_customer c USING (customer_version_key) JOIN star.dim_product p USING (product_version_key)
                ORDER BY order_id
                """));
            expected ??= star;
            Assert.That(star, Is.EqualTo(expected), string.Join(',', order));
        }
    }

    [Test]
    public void Run_FactBeforeItsMember_InfersTheMemberAndFillsItLater()
    {
        using var project = new TestProject();
        project.Day("2011-01-01", "1,Z,,1,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        Assert.That(project.Scalar<string>("SELECT product_id || is_inferred || coalesce(name, '-') FROM star.dim_product WHERE product_key > 0"), Is.EqualTo("Ztrue-"));
        project.Day("2011-01-02", "2,Z,Zebra,1,2011-01-02 10:00:00,3.50,c1,France");
        project.Run();
        Assert.That(project.Query<string>("SELECT p.name FROM star.fact_sales JOIN star.dim_product p USING (product_version_key)"), Is.EqualTo(new[] { "Zebra", "Zebra" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.dim_product_history"), Is.EqualTo(1));
    }

    [Test]
    public void Run_StreamThatBearsTheContractsNames_NeedsNoMap()
    {
        using var project = new TestProject("source: shop\nconnector: files\nstreams:\n  order_line: {path: data/*.csv, format: csv}\n");
        project.Write("data/a.csv", "order_id,ordered_at,product_id,quantity,unit_price,Country,note\n1,2011-01-01 10:00:00,A,2,3.5,France,x\n2,2011-01-01,B,oops,1,France,y\n");
        Assert.That(project.Run().Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(2, 1, 0, 1, 0)));
        Assert.That(project.Scalar<string>("SELECT revenue || ' ' || g.country FROM star.fact_sales JOIN star.dim_geography g USING (geography_key)"), Is.EqualTo("7.0000 France"));
    }

    [Test]
    public void Run_MapToAMissingColumn_IsRefusedBeforeAnythingIsLoaded()
    {
        using var project = new TestProject(TestProject.Lines.Replace("order_id: invoice", "order_id: invoise"));
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        var error = Assert.Throws<DeclarationException>(() => project.Run())!;
        Assert.That(error.Problems[0].ToString(), Does.Contain("sources/shop.yaml:6:").And.Contain("invoise"));
    }
}
