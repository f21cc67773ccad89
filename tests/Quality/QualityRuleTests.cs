using Crm.Analytics.Etl;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Quality;

/// <summary>Each kind of rule, by what becomes of the records that break it.</summary>
internal sealed class QualityRuleTests
{
    [TestCase("{not_null: country, severity: quarantine}", "2", "country: missing, expected a value")]
    [TestCase("{range: {column: quantity, min: 1, max: 10}, severity: quarantine}", "3", "quantity: found '11.000', expected 1 to 10")]
    [TestCase("{range: {column: ordered_at, max: 2011-01-01}, severity: quarantine}", "3,4", "ordered_at: found '2011-01-02 10:00:00', expected at most 2011-01-01")]
    [TestCase("{pattern: {column: customer_id, matches: 'c[0-9]'}, severity: quarantine}", "4", "customer_id: found 'c44', expected a text that matches c[0-9]")]
    [TestCase("{accepted: {column: country, values: [France, Spain]}, severity: quarantine}", "4", "country: found 'Utopia', expected one of France, Spain")]
    [TestCase("{rule: quantity < 11, severity: quarantine, name: not so many}", "3", "not so many: quantity < 11")]
    [TestCase("{unique: [order_id, product_id], severity: quarantine}", "5", "order_id, product_id: found '1, A' again, expected it once in the source")]
    [TestCase("{sql: 'SELECT _file, _record FROM order_line WHERE quantity > (SELECT avg(quantity) * 2 FROM order_line)', severity: quarantine, name: outlier}", "3", "outlier: found by the rule's query")]
    public void Run_RuleSaysQuarantine_PutsTheRecordsAsideWithTheReason(string rule, string records, string reason)
    {
        using var project = Project(rule);
        project.Day(
            "2011-01-01",
            "1,A,Lamp,2,2011-01-01 00:00:00,3.50,c1,France",
            "2,B,Chair,1,2011-01-01 00:00:00,9,c2,",
            "3,A,Lamp,11,2011-01-02 10:00:00,3.50,c3,Spain",
            "4,A,Lamp,1,2011-01-02 10:00:00,3.50,c44,Utopia",
            "1,A,Lamp,2,2011-01-01 00:00:00,3.50,c1,France");
        var summary = project.Run();
        var bad = records.Split(',').Length;
        Assert.That(summary.Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(5, 5 - bad, 0, bad, 0)));
        Assert.That(project.Query<string>("SELECT DISTINCT CAST(source_record AS VARCHAR) FROM meta.quarantine ORDER BY 1"), Is.EqualTo(records.Split(',')));
        Assert.That(project.Query<string>("SELECT reason FROM meta.quarantine ORDER BY quarantine_id")[0], Is.EqualTo(reason));
        Assert.That(project.Scalar<string>("SELECT min(raw) FROM meta.quarantine"), Does.Contain("\"invoice\""));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(5 - bad));
    }

    [Test]
    public void Run_RuleSaysWarn_LoadsAndTells()
    {
        using var project = Project("{range: {column: quantity, max: 10}, severity: warn}");
        project.Day("2011-01-01", "1,A,Lamp,11,2011-01-01 10:00:00,3.50,c1,France");
        var summary = project.Run();
        Assert.That(summary.Counts.Loaded, Is.EqualTo(1));
        Assert.That(summary.Warnings.Single(), Does.Contain("sources/shop.yaml:").And.Contain("1 rows break the rule 'range quantity at most 10'"));
    }

    [Test]
    public void Run_RecordThatIsPutAside_NeitherWarnsNorFails()
    {
        using var project = Project("{rule: quantity <> 0, severity: quarantine}", "{range: {column: quantity, min: 1}, severity: fail}");
        project.Day("2011-01-01", "1,A,Lamp,0,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,1,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(2, 1, 0, 1, 0)));
    }

    [Test]
    public void Run_ValuesThatAnEarlierRowOfTheSourceHas_AreFoundInLaterDeliveries()
    {
        using var project = Project("{unique: order_id, severity: quarantine}");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        project.Day("2011-01-02", "1,B,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,B,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(2, 1, 0, 1, 0)));
        project.Day("2011-01-01", "1,A,Lamp,3,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts.Quarantined, Is.Zero, "what a file delivered again replaces is no other row");
    }

    [Test]
    public void Run_RowOfAKeyBroughtAgain_IsNoDuplicateOfItself()
    {
        using var project = new TestProject(TestProject.Lines.Replace("order_id: invoice,", "order_id: invoice, line_id: code,") + "\nquality:\n  - {unique: country, severity: quarantine, contract: order_line}\n");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        project.Day("2011-01-02", "1,A,Lamp,9,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,9,2011-01-01 10:00:00,3.50,c1,France");
        Assert.That(project.Run().Counts, Is.EqualTo(new Warehouse.Loading.RecordCounts(2, 1, 0, 1, 0)));
    }

    [Test]
    public void Run_ReferenceToAMemberOfThisRunOrAnEarlierOne_Holds()
    {
        using var project = new TestProject(TestProject.Lines.Replace("where: customer IS NOT NULL", "where: country = 'France'")
            + "\nquality:\n  - {reference: {column: customer_id, in: customer.id}, severity: quarantine, contract: order_line}\n");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France", "2,A,Lamp,2,2011-01-01 10:00:00,3.50,c2,Spain");
        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(1));
        Assert.That(project.Scalar<string>("SELECT reason FROM meta.quarantine"), Is.EqualTo("customer_id: found 'c2', expected a value that customer.id has"));
        project.Day("2011-01-02", "3,A,Lamp,2,2011-01-02 10:00:00,3.50,c1,Spain", "4,A,Lamp,2,2011-01-02 10:00:00,3.50,,Spain");
        Assert.That(project.Run().Counts.Quarantined, Is.Zero);
    }

    [Test]
    public void Run_DataOlderThanItMayBe_FailsEvenWhenNothingIsNew()
    {
        using var project = Project("{freshness: {column: ordered_at, max_age: 2 days}, severity: fail}", "{freshness: {stream: lines, max_age: 2 days}, severity: warn}");
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        var error = Assert.Throws<CrmException>(() => project.Run())!;
        Assert.That(error.Message, Does.Contain("the newest of shop/order_line is of 2011-01-01 10:00, older than 2 days"));
        project.Write("sources/shop.yaml", TestProject.Lines + "\nquality:\n  - {freshness: {column: ordered_at, max_age: 2 days}, severity: warn, contract: order_line}\n");
        Assert.That(project.Run().Warnings.Single(), Does.Contain("older than 2 days"));
        var again = project.Run();
        Assert.That(again.Published, Is.False);
        Assert.That(again.Warnings.Single(), Does.Contain("shop/order_line").And.Contain("older than 2 days"));
    }

    [Test]
    public void Run_VolumeFarFromItsHistory_IsTold()
    {
        using var project = Project("{volume: {stream: lines, against: history, tolerance: 50 %}, severity: warn}");
        RunSummary last = null!;
        for (var day = 1; day <= 7; day++)
        {
            var lines = day == 7 ? 1 : 4;
            project.Day($"2011-01-0{day}", [.. Enumerable.Range(0, lines).Select(l => $"{day}{l},A,Lamp,2,2011-01-0{day} 10:00:00,3.50,c1,France")]);
            last = project.Run();
            Assert.That(last.Warnings, Has.Count.EqualTo(day == 7 ? 1 : 0), $"day {day}");
        }

        Assert.That(last.Warnings[0], Does.Contain("1 records in shop/lines, where the median of 6 earlier runs is 4"));
    }

    [Test]
    public void Run_BadDateInARequiredColumn_IsOneReason()
    {
        using var project = Project("{rule: quantity <> 0, severity: quarantine}");
        project.Day("2011-01-01", "1,A,Lamp,2,yesterday,3.50,c1,France", "2,A,Lamp,x,,3.50,c1,France", "3,A,Lamp,1,2011-01-01 10:00:00,3.50,c1,France");
        project.Run();
        Assert.That(
            project.Query<string>("SELECT concat_ws(' ', source_record, rule, column_name, column_number) FROM meta.quarantine ORDER BY source_record, rule"),
            Is.EqualTo(new[] { "1 type at 5", "2 required ordered_at 5", "2 type qty 4" }));
    }

    [TestCase("{pattern: {column: country, matches: '(?=x)'}, severity: warn}", "no regular expression")]
    [TestCase("{sql: 'SELECT _file, _record FROM customers', severity: warn}", "a query that reads customers")]
    [TestCase("{sql: 'SELECT _file, _record FROM star.fact_sales', severity: warn}", "a query that reads star.fact_sales")]
    [TestCase("{sql: \"SELECT count(*) FROM read_csv('/etc/passwd')\", severity: warn}", "a query that reads read_csv()")]
    [TestCase("{sql: 'SELECT _file FROM order_line', severity: quarantine}", "with severity 'quarantine'")]
    [TestCase("{sql: 'SELECT order_id, product_id FROM order_line', severity: warn}", "a query that answers order_id, product_id")]
    [TestCase("{sql: 'SELECT _file, _record FROM order_line WHERE quantiti > 1', severity: warn}", "the query cannot be understood")]
    [TestCase("{sql: 'WITH o AS (SELECT * FROM order_line) SELECT count(*) FROM o, unnest([1, 2])', severity: warn}", null)]
    public void Check_PatternOrQuery_TellsWhatOnlyAnEngineKnows(string rule, string? problem)
    {
        using var project = Project(rule);
        project.Day("2011-01-01", "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France");
        if (problem is null)
        {
            Assert.That(project.Run().Warnings.Single(), Does.Contain("counts 2"));
            return;
        }

        var error = Assert.Throws<DeclarationException>(() => project.Run())!;
        Assert.That(error.Problems.Single().ToString(), Does.Contain(problem).And.Contain("sources/shop.yaml:10:"));
    }

    private static TestProject Project(params string[] rules) =>
        new(TestProject.Lines + "\nquality:\n" + string.Concat(rules.Select(r => $"  - {r}\n")));
}
