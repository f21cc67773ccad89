using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Generate.Company;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Generate;

/// <summary>A generated company, loaded: what was planted comes out, and nothing else is amiss.</summary>
internal sealed class GeneratedCompanyRunTests
{
    private TestProject project = null!;
    private CompanySummary truth = null!;
    private RunSummary summary = null!;

    [OneTimeSetUp]
    public void Run()
    {
        project = new TestProject(source: null);
        File.Delete(Path.Combine(project.Folder, "crm.yaml"));
        truth = CompanyGenerator.Generate(new() { Customers = 500, Years = 2, Seed = 3, BadScores = 0.05 }, project.Folder);
        summary = project.Run();
    }

    [OneTimeTearDown]
    public void Remove() => project.Dispose();

    [Test]
    public void Run_Company_SetsAsideThePlantedLinesAlone()
    {
        var scores = File.ReadLines(Path.Combine(project.Folder, "data", "survey", "opinions.csv")).Skip(1).Count(l => l.Split(',')[5] == "11");

        Assert.That(summary.Counts.Quarantined, Is.EqualTo(truth.BrokenLines + scores));
        Assert.That((truth.BrokenLines, scores), Is.Not.EqualTo((0L, 0)));
        Assert.That(summary.Counts.Read, Is.EqualTo(summary.Counts.Loaded + summary.Counts.Unchanged + summary.Counts.Quarantined));
    }

    [TestCase("fact_sales")]
    [TestCase("fact_campaign_contact")]
    [TestCase("fact_interaction")]
    [TestCase("fact_support_case")]
    [TestCase("fact_survey_response")]
    [TestCase("fact_opportunity")]
    [TestCase("fact_loyalty_entry")]
    [TestCase("fact_web_event")]
    [TestCase("fact_exchange_rate")]
    [TestCase("fact_target")]
    [TestCase("fact_customer_month")]
    [TestCase("bridge_order_reason")]
    [TestCase("dim_employee")]
    [TestCase("dim_campaign")]
    public void Run_Company_FillsTheStar(string table) => Assert.That(project.Scalar<long>($"select count(*) from star.{table}"), Is.GreaterThan(10));

    [Test]
    public void Run_Company_ConvertsRevenueAsTheFilesSay()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        var told = session.Query<(decimal Revenue, long Lines)>($"""
            with line as (
              select ordered_at::timestamp as sold_at, quantity::decimal(18,3) as quantity, unit_price::decimal(18,4) as price, discount::decimal(18,4) as discount, currency from {Raw("webshop/orders")}
              union all select try_cast(sold_at as timestamp), quantity::decimal(18,3), unit_price::decimal(18,4), discount::decimal(18,4), currency from {Raw("till/receipts")} where is_return is not null
              union all select ordered_at::timestamp, quantity::decimal(18,3), unit_price::decimal(18,4), discount::decimal(18,4), currency from {Raw("sales/orders")}
            ),
            rated as (
              select quantity * price - discount as amount, case currency when 'EUR' then 1 else rate::decimal(18,6) end as rate
              from line asof left join (select rate_date::date as day, currency as of_currency, rate from {Raw("masterdata/rates")}) as rates on of_currency = currency and sold_at::date >= day
              where sold_at is not null
            )
            select sum(round(amount::decimal(18,4) * rate, 4))::decimal(18,4), count(*) from rated
            """)[0];
        var (revenue, lines) = project.Query<(decimal, long)>("select sum(revenue)::decimal(18,4), count(*) from star.fact_sales")[0];

        Assert.That(lines, Is.EqualTo(told.Lines).And.EqualTo(truth.Lines - truth.BrokenLines));
        Assert.That(revenue, Is.EqualTo(told.Revenue).Within(0.0002m * lines), "each line is rounded to four digits once");
    }

    [Test]
    public void Run_Company_ResolvesItsCustomers()
    {
        var persons = File.ReadLines(Path.Combine(project.Folder, "truth", "records.csv")).Skip(1).Select(l => l.Split(',')).ToDictionary(f => $"{f[0]}:{f[1]}", f => int.Parse(f[2], CultureInfo.InvariantCulture));
        var found = project.Query<(string Record, long Customer)>("select record_key, customer_id from identity.record where run_to is null").Where(r => persons.ContainsKey(r.Record)).ToList();
        var right = found.GroupBy(r => (r.Customer, persons[r.Record])).Sum(Pairs);
        var (precision, recall) = ((double)right / found.GroupBy(r => r.Customer).Sum(Pairs), (double)right / found.GroupBy(r => persons[r.Record]).Sum(Pairs));

        Assert.That(found, Has.Count.EqualTo(truth.Records));
        var mixed = found.GroupBy(r => r.Customer).Where(g => g.DistinctBy(r => persons[r.Record]).Count() > 1).Select(g => string.Join(' ', g.Select(r => $"{r.Record}={persons[r.Record]}")));
        Assert.That(precision, Is.GreaterThanOrEqualTo(0.99), () => string.Join('\n', mixed));
        Assert.That(recall, Is.GreaterThanOrEqualTo(0.95));

        static long Pairs(IEnumerable<(string, long)> group) => group.LongCount() * (group.LongCount() - 1) / 2;
    }

    private string Raw(string stream) => $"read_csv({SqlName.Literal(Path.Combine(project.Folder, "data", $"{stream}.csv"))}, header = true, all_varchar = true, ignore_errors = true)";
}
