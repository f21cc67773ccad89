using Crm.Analytics.Reports.Delivery;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Delivery;

internal sealed class DeliveryTests
{
    [Test]
    public void Folder_Delivered_HoldsTheFilesAndARecordOfThem()
    {
        using var project = new DeliveryProject("archive: {formats: [html, csv, xlsx], folder: shared/reports}");
        var outcome = project.Deliver().Single();
        var names = Directory.GetFiles(Path.Combine(project.Folder, "shared", "reports")).Select(Path.GetFileName);
        Assert.That(outcome.State, Is.EqualTo(DeliveryState.Delivered), outcome.Said);
        Assert.That(names, Is.EquivalentTo(new[] { "countries.html", "countries.by_country.csv", "countries.by_month.csv", "countries.xlsx" }));
        var record = project.Records.Single();
        Assert.That((record.Id, record.Run, record.State, record.Files.Length), Is.EqualTo((1, (int?)1, "delivered", 4)));
        Assert.That(record.Files.First(f => f.Name == "countries.by_country.csv").Rows, Is.EqualTo(3));
    }

    [Test]
    public void Burst_Delivered_GivesEachRecipientTheirRowsAlone()
    {
        using var project = new DeliveryProject("regions: {formats: csv, folder: to, burst: {by: geography.country, to: {France: fr@example.org, Germany: de@example.org}}}");
        Assert.That(project.Deliver().Select(o => (o.Value, o.State)), Is.EqualTo(new (string?, DeliveryState)[] { ("France", DeliveryState.Delivered), ("Germany", DeliveryState.Delivered) }));
        Assert.That(File.ReadAllText(Path.Combine(project.Folder, "to", "countries-France.by_country.csv")), Does.Contain("France").And.Not.Contain("Germany"));
        Assert.That(project.Cubes.Asked.Where(q => q.Measures.Count > 0), Is.All.Matches<CubeQuery>(q => q!.Filters.OfType<MemberFilter>().Any(f => f.Member == "geography.country")));
    }

    [Test]
    public void Burst_WithoutNames_MakesOneForEachMemberInTheData()
    {
        using var project = new DeliveryProject("regions: {formats: json, folder: to, burst: {by: geography.country}}");
        Assert.That(project.Deliver().Select(o => o.Value), Is.EquivalentTo(new[] { "France", "Germany", "=HYPERLINK(1)" }));
        Assert.That(Directory.GetFiles(Path.Combine(project.Folder, "to")).Select(Path.GetFileName), Does.Contain($"countries-_HYPERLINK_1_-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("=HYPERLINK(1)"u8))[..8]}.json"));
    }

    [TestCase("above: 100", 111.0, true)]
    [TestCase("above: 100000", 111.0, false)]
    [TestCase("below: 500", 10.0, true)]
    [TestCase("falls_by: 50%", 10.0, true)]
    [TestCase("falls_by: 99.9%", 10.0, false)]
    [TestCase("rises_by: 50%", 5000.0, true)]
    [TestCase("rises_by: 50%", 111.0, false)]
    [TestCase("unusual: 3.5", 90000.0, true)]
    [TestCase("unusual: 3.5", 371.0, false)]
    public void Condition_OnTheNewestPeriod_DecidesWhetherItGoes(string rule, double newest, bool goes)
    {
        using var project = new DeliveryProject($"alert: {{formats: csv, folder: to, only_if: {{measure: sales.revenue, over: date.month, {rule}}}}}");
        project.Cubes = new RowCubes([.. Enumerable.Range(1, 11).Select(m => new Sale("France", new(2011, m, 1), "anna", 360 + (m % 4 * 5))), new("France", new(2011, 12, 1), "anna", (decimal)newest)]);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(goes ? DeliveryState.Delivered : DeliveryState.NotDue));
    }

    [Test]
    public void Alert_ThatHoldsOn_IsToldOnceUntilItHeldNoMore()
    {
        using var project = new DeliveryProject("alert: {formats: csv, folder: to, only_if: {measure: sales.revenue, below: 100}}");
        var states = new List<DeliveryState>();
        foreach (var revenue in new[] { 50, 40, 500, 60 })
        {
            project.Cubes = new RowCubes(new Sale("France", new(2011, 12, 1), "anna", revenue));
            states.Add(project.Deliver().Single().State);
        }

        Assert.That(states, Is.EqualTo(new[] { DeliveryState.Delivered, DeliveryState.ToldAlready, DeliveryState.NotDue, DeliveryState.Delivered }));
    }

    [Test]
    public void TodaysLoad_NotThere_IsWaitedForAndThenSaidOnTheReport()
    {
        using var project = new DeliveryProject("morning: {folder: to, wait_for: {load: today, until: \"09:30\"}}");
        project.Load = new(FixedClock.Start.AddDays(-1), null);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Waiting));
        Assert.That(project.Records, Is.Empty);
        project.Clock.Now = FixedClock.Start.AddHours(2);
        Assert.That(project.Deliver().Single().State, Is.EqualTo(DeliveryState.Delivered));
        Assert.That(File.ReadAllText(Path.Combine(project.Folder, "to", "countries.html")), Does.Contain("load has not come yet"));
    }

    [Test]
    public void FailedLoad_IsSaidOnTheReport()
    {
        using var project = new DeliveryProject("morning: {folder: to}");
        project.Load = new(FixedClock.Start.AddDays(-1), FixedClock.Start);
        project.Deliver();
        Assert.That(File.ReadAllText(Path.Combine(project.Folder, "to", "countries.html")), Does.Contain("The last load failed (2 January 2012, 08:00)"));
    }

    [Test]
    public void BlankReport_IsAFailureAndGoesNowhere()
    {
        using var project = new DeliveryProject("archive: {folder: to}");
        project.Cubes = new RowCubes();
        var outcome = project.Deliver().Single();
        Assert.That((outcome.State, outcome.Said), Is.EqualTo((DeliveryState.Failed, "the report is blank: no block of it has figures")));
        Assert.That(Directory.Exists(Path.Combine(project.Folder, "to")), Is.False);
        Assert.That(project.Records.Single().State, Is.EqualTo("failed"));
    }

    [Test]
    public void Rerun_OverTheSameData_GivesTheSameBytes()
    {
        using var project = new DeliveryProject("archive: {formats: [html, csv, json, xlsx, svg, parquet], folder: to, burst: {by: geography.country, to: {France: fr@example.org}}}");
        var made = project.Deliver().Single();
        Assert.That(made.State, Is.EqualTo(DeliveryState.Delivered), made.Said);
        project.Clock.Now = FixedClock.Start.AddDays(400);
        var again = DeliveryRecords.Rerun(project.Environment, project.Records.Single(), Path.Combine(project.Folder, "again"));
        Assert.That(again, Has.Count.EqualTo(8));
        Assert.That(again.Where(f => f.IsSame != true).Select(f => Path.GetFileName(f.File.Path)), Is.Empty);
    }

    [Test]
    public void Rerun_AfterTheDataChanged_SaysSo()
    {
        using var project = new DeliveryProject("archive: {formats: [csv], folder: to}");
        project.Deliver();
        project.Cubes.Sales = [.. project.Cubes.Sales, new("Spain", new(2011, 12, 1), "dora", 1)];
        var again = DeliveryRecords.Rerun(project.Environment, project.Records.Single(), Path.Combine(project.Folder, "again"));
        Assert.That(again.Select(f => f.IsSame), Is.All.False);
    }

    [Test]
    public void UnknownDelivery_IsNamedWithTheNearest() =>
        Assert.That(() =>
        {
            using var project = new DeliveryProject("archive: {folder: to}");
            project.Deliver("archiv");
        }, Throws.InstanceOf<CrmException>().With.Message.Contains("did you mean 'archive'"));

    [Test]
    public void Log_WithHalfALine_IsReadAndGoesOn()
    {
        using var project = new DeliveryProject("archive: {folder: to}");
        project.Deliver();
        File.AppendAllText(Path.Combine(project.Folder, "deliveries", "log.jsonl"), "{\"id\":2,\"rep");
        project.Deliver();
        Assert.That(project.Records.Select(r => r.Id), Is.EqualTo(new[] { 1, 2 }));
    }
}
