using Crm.Analytics.Etl;
using Crm.Analytics.Host;
using Crm.Analytics.Host.Demo;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Oracle;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Published;

/// <summary>
/// Online Retail through the whole of the ETL: the figures that others published, and the traps in this data, each held against SQL written
/// independently over the raw files.
/// </summary>
internal sealed class OnlineRetailTests
{
    private static readonly string Sample = Path.Combine(FindRoot(), "samples", "online-retail");
    private TestProject _project = null!;
    private RunSummary _summary = null!;
    private DuckDbInstance _warehouse = null!;
    private DuckDbInstance _scratch = null!;
    private ISession _star = null!;
    private ISession _raw = null!;
    private ICubeReader _cubes = null!;

    [OneTimeSetUp]
    public void Run()
    {
        _project = new TestProject(File.ReadAllText(Path.Combine(Sample, "sources", "shop.yaml")));
        File.Copy(Path.Combine(Sample, "crm.yaml"), Path.Combine(_project.Folder, "crm.yaml"), overwrite: true);
        SampleArchive.Unpack(Path.Combine(Sample, "by-day.tar.br"), Path.Combine(_project.Folder, "data"), CancellationToken.None);
        _project.Steps.Add(new ScoringStep(new RfmScoring()));
        _summary = _project.Run();
        _warehouse = _project.Open();
        _star = _warehouse.Connect();
        _cubes = new CubeReader(_warehouse.Connect, ProjectReader.ReadOrThrow(_project.Folder, StandardConnectors.Options).Catalogue);
        _scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        _raw = _scratch.Connect();
        _raw.Execute($"""
            CREATE TABLE line AS
            SELECT InvoiceNo AS invoice, StockCode AS code, Description AS name, CAST(Quantity AS BIGINT) AS qty, CAST(InvoiceDate AS TIMESTAMP) AS moment,
                   CAST(UnitPrice AS DECIMAL(18,4)) AS price, split_part(CustomerID, '.', 1) AS customer, Country AS country, filename AS file
            FROM read_csv({SqlName.Literal(Path.Combine(_project.Folder, "data", "**", "*.csv").Replace('\\', '/'))}, all_varchar = true, filename = true)
            """);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _star.Dispose();
        _raw.Dispose();
        _scratch.Dispose();
        _warehouse.Dispose();
        _project.Dispose();
    }

    private static IEnumerable<TestCaseData> Cases => OracleCase.TestsOf("online-retail");

    [TestCaseSource(nameof(Cases))]
    public void Answer_OfEachCase_IsThatOfIndependentSql(object given) => ((OracleCase)given).Check(_cubes, _raw);

    [Test]
    public void Run_OfTheSample_ReadsAllFilesAndRecords()
    {
        Assert.That(_summary.Streams.Sum(s => s.Files), Is.EqualTo(305));
        Assert.That(_summary.Counts.Read, Is.EqualTo(541_909));
        Assert.That(_summary.Counts.Loaded + _summary.Counts.Unchanged + _summary.Counts.Quarantined, Is.EqualTo(541_909));
        Assert.That(_summary.Counts.Loaded, Is.EqualTo(541_909));
    }

    [TestCase(null, 9_747_747.934)]
    [TestCase("geography.country = 'United Kingdom'", 8_187_806.364)]
    public void Revenue_IsThePublishedOne(string? where, decimal published) =>
        Assert.That(Ask(where, "sales.revenue")[0], Is.EqualTo(published));

    [Test]
    public void Measures_HaveTheMeaningsThatStand()
    {
        var row = Ask(null, "sales.orders", "sales.customers", "sales.returns", "sales.lines", "sales.quantity", "sales.average_order_value");
        Assert.That(row[0], Is.EqualTo(Of<long>("SELECT count(DISTINCT invoice) FROM line WHERE invoice NOT LIKE 'C%'")).And.EqualTo(22_064));
        Assert.That(row[1], Is.EqualTo(Of<long>("SELECT count(DISTINCT customer) FROM line")).And.EqualTo(4_372));
        Assert.That(row[2], Is.EqualTo(Of<decimal>("SELECT sum(qty * price) FROM line WHERE invoice LIKE 'C%'")).And.EqualTo(-896_812.49m));
        Assert.That(row[3], Is.EqualTo(541_909));
        Assert.That(row[4], Is.EqualTo(Of<decimal>("SELECT sum(qty) FROM line")));
        Assert.That((double)row[5]!, Is.EqualTo(Of<double>("SELECT sum(qty * price) / count(DISTINCT invoice) FILTER (invoice NOT LIKE 'C%') FROM line")).Within(1e-9));
    }

    [Test]
    public void CleanRows_AreThePublishedOnes()
    {
        const string clean = "customer IS NOT NULL AND qty > 0 AND price > 0";
        var expected = Of<string>($"SELECT concat_ws(' ', count(*), CAST(sum(qty * price) AS DECIMAL(18,3)), count(DISTINCT customer), count(DISTINCT invoice)) FROM line WHERE {clean}");
        Assert.That(expected, Is.EqualTo("397884 8911407.904 4338 18532"));
        Assert.That(_star.Scalar<string>(
            "SELECT concat_ws(' ', count(*), CAST(sum(revenue) AS DECIMAL(18,3)), count(DISTINCT customer_key), count(DISTINCT order_id)) FROM star.fact_sales WHERE customer_key <> 0 AND quantity > 0 AND unit_price > 0"),
            Is.EqualTo(expected));
    }

    [Test]
    public void Cohort_OfDecember2010_IsThePublishedOne()
    {
        const string months = "948 362 317 367 341 376 360 336 336 374 354 474 260";
        Assert.That(Of<string>(Cohort("customer", "moment", "line", "customer IS NOT NULL")), Is.EqualTo(months));
        Assert.That(_star.Scalar<string>(Cohort("customer_key", "ordered_at", "star.fact_sales", "customer_key <> 0")), Is.EqualTo(months));
    }

    [Test]
    public void RevenueByCountryAndMonth_EqualsTheRawFiles()
    {
        var answer = _cubes.Read(new CubeQuery { Measures = ["sales.revenue", "sales.orders"], Dimensions = ["geography.country", "date.month"] });
        var rows = answer.Rows.Select(r => string.Join('|', r.Values.Select(v => v switch
        {
            DateOnly d => d.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture),
            decimal d => d.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture),
            _ => $"{v}",
        })));
        Assert.That(rows, Is.EquivalentTo(_raw.Query<string>(
            "SELECT concat_ws('|', country, strftime(moment, '%Y-%m'), CAST(sum(qty * price) AS DECIMAL(18,3)), count(DISTINCT invoice) FILTER (invoice NOT LIKE 'C%')) FROM line GROUP BY country, strftime(moment, '%Y-%m')")));
    }

    [Test]
    public void Trap_CustomersInTwoCountries_HaveAVersionForEachStay()
    {
        Assert.That(Of<long>("SELECT count(*) FROM (SELECT customer FROM line WHERE customer IS NOT NULL GROUP BY 1 HAVING count(DISTINCT country) > 1)"), Is.EqualTo(8));
        Assert.That(_star.Scalar<long>("SELECT count(*) FROM (SELECT customer_id FROM star.dim_customer GROUP BY 1 HAVING count(DISTINCT country) > 1)"), Is.EqualTo(8));
        Assert.That(_star.Scalar<long>("SELECT count(DISTINCT customer_key) FROM star.dim_customer WHERE customer_key <> 0"), Is.EqualTo(4_372));

        // The line's own country is the country of the version it points at: each stay has its own.
        Assert.That(_star.Scalar<long>(
            """
            SELECT count(*) FROM star.fact_sales s JOIN star.dim_customer c USING (customer_version_key) JOIN star.dim_geography g USING (geography_key)
            WHERE s.customer_key <> 0 AND c.country <> g.country
            """), Is.Zero);
    }

    [Test]
    public void Trap_StockCodesWithSeveralDescriptions_AreOneProductWithTheNameOfItsTime()
    {
        Assert.That(Of<long>("SELECT count(*) FROM (SELECT code FROM line WHERE name <> '' GROUP BY 1 HAVING count(DISTINCT name) > 1)"), Is.EqualTo(650));
        Assert.That(_star.Scalar<long>("SELECT count(DISTINCT product_key) FROM star.dim_product WHERE product_key <> 0"), Is.EqualTo(Of<long>("SELECT count(DISTINCT code) FROM line")).And.EqualTo(4_070));
        Assert.That(_star.Scalar<long>("SELECT count(*) FROM star.dim_product WHERE is_current GROUP BY product_key HAVING count(*) > 1 UNION ALL SELECT 0"), Is.Zero);

        // Independent: the name last given to the code at or before the line's moment.
        _raw.Execute("CREATE OR REPLACE TABLE said AS SELECT code, moment, last(name ORDER BY file, rowid) AS name FROM line WHERE name IS NOT NULL AND price > 0 GROUP BY ALL");
        Assert.That(_star.Scalar<string>("SELECT CAST(sum(CAST(hash(p.product_id, p.name, s.ordered_at) AS HUGEINT)) AS VARCHAR) FROM star.fact_sales s JOIN star.dim_product p USING (product_version_key)"),
            Is.EqualTo(Of<string>(
                """
                WITH first_said AS (SELECT code, arg_min(name, moment) AS name FROM said GROUP BY code)
                SELECT CAST(sum(CAST(hash(l.code, coalesce(s.name, f.name), l.moment) AS HUGEINT)) AS VARCHAR)
                FROM line l ASOF LEFT JOIN said s ON s.code = l.code AND l.moment >= s.moment LEFT JOIN first_said f ON f.code = l.code
                """)));
    }

    [Test]
    public void Trap_InvoicesWithTwoTimestamps_AreOneOrder()
    {
        Assert.That(Of<long>("SELECT count(*) FROM (SELECT invoice FROM line GROUP BY 1 HAVING count(DISTINCT moment) > 1)"), Is.EqualTo(43));
        Assert.That(_star.Scalar<long>("SELECT count(*) FROM (SELECT order_id FROM star.fact_sales GROUP BY 1 HAVING count(DISTINCT ordered_at) > 1)"), Is.EqualTo(43));
    }

    [Test]
    public void Trap_NegativePrices_CountAndAreTold()
    {
        Assert.That(_star.Scalar<decimal>("SELECT sum(revenue) FROM star.fact_sales WHERE unit_price < 0"), Is.EqualTo(-22_124.12m));
        Assert.That(_summary.Warnings, Has.Some.Contains("2 rows break the rule 'negative price'"));
    }

    [Test]
    public void Trap_RowsWithoutCustomer_AreSalesToTheUnknownMember() =>
        Assert.That(_star.Scalar<string>("SELECT concat_ws(' ', count(*), sum(revenue)) FROM star.fact_sales WHERE customer_key = 0"),
            Is.EqualTo(Of<string>("SELECT concat_ws(' ', count(*), sum(qty * price)) FROM line WHERE customer IS NULL")).And.StartWith("135080 "));

    [Test]
    public void Trap_ExactDuplicates_AreKept() =>
        Assert.That(_star.Scalar<long>(
            """
            SELECT CAST(sum(n - 1) AS BIGINT) FROM (
              SELECT count(*) AS n FROM star.fact_sales s JOIN star.dim_geography g USING (geography_key)
              GROUP BY order_id, product_key, quantity, ordered_at, unit_price, customer_key, country, product_version_key)
            """), Is.GreaterThanOrEqualTo(Of<long>(
                "SELECT CAST(sum(n - 1) AS BIGINT) FROM (SELECT count(*) AS n FROM line GROUP BY invoice, code, name, qty, moment, price, customer, country)")).And.GreaterThanOrEqualTo(5_268));

    [Test]
    public void Trap_CancelledInvoices_AreNegativeLinesOfTheirOwnDay()
    {
        Assert.That(_star.Scalar<string>("SELECT concat_ws(' ', count(*), sum(revenue), min(ordered_at), max(quantity)) FROM star.fact_sales WHERE is_return"),
            Is.EqualTo(Of<string>("SELECT concat_ws(' ', count(*), sum(qty * price), min(moment), max(qty) || '.000') FROM line WHERE invoice LIKE 'C%'")));
    }

    [Test]
    public void Lineage_OfEveryRow_LeadsToItsLineInItsFile()
    {
        _raw.Execute("CREATE OR REPLACE TABLE numbered AS SELECT *, row_number() OVER (PARTITION BY file ORDER BY rowid) AS record FROM line");
        Assert.That(_star.Scalar<string>(
            "SELECT CAST(sum(CAST(hash(split_part(f.path, '/', -1), s.source_record, s.order_id, s.ordered_at, CAST(s.quantity AS BIGINT)) AS HUGEINT)) AS VARCHAR) FROM star.fact_sales s JOIN meta.source_file f ON f.file_id = s.source_file"),
            Is.EqualTo(Of<string>("SELECT CAST(sum(CAST(hash(parse_filename(file), record, invoice, moment, qty) AS HUGEINT)) AS VARCHAR) FROM numbered")));
    }

    [Test]
    public void Segments_CoverEveryCustomerWithAnOrder()
    {
        var answer = _cubes.Read(new CubeQuery
        {
            Measures = ["rfm.customers", "rfm.revenue"],
            Dimensions = ["rfm.segment"],
            Totals = Totals.Grand,
            Filters = [new MemberFilter("rfm.snapshot", FilterOperator.Equals, ["2011-12-09"])],
        });
        Assert.That(answer.Rows.Count(r => r.TotalLevel == 0), Is.EqualTo(11));
        Assert.That(answer.Rows[^1].Values[1], Is.EqualTo(Of<long>("SELECT count(DISTINCT customer) FROM line WHERE invoice NOT LIKE 'C%'")).And.EqualTo(4_339));
        Assert.That(answer.Rows[^1].Values[2], Is.EqualTo(Of<decimal>(
            "SELECT sum(qty * price) FROM line WHERE customer IN (SELECT customer FROM line WHERE invoice NOT LIKE 'C%')")));
    }

    [Test]
    public void RunAgain_ChangesNoTable()
    {
        using var copy = new TestProject(null);
        foreach (var file in Directory.EnumerateFiles(_project.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("warehouse.duckdb.", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copy.Folder, Path.GetRelativePath(_project.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }

        copy.Steps.Add(new ScoringStep(new RfmScoring()));
        var before = copy.Hashes();
        var again = copy.Run();
        Assert.That(again.Published, Is.False);
        Assert.That(again.Counts.Loaded, Is.Zero);
        Assert.That(copy.Hashes(), Is.EqualTo(before));
    }

    private IReadOnlyList<object?> Ask(string? where, params string[] measures) => _cubes.Read(new CubeQuery
    {
        Measures = measures,
        Filters = where is null ? [] : [FilterParser.Parse(where)],
    }).Rows[0].Values;

    private T Of<T>(string sql) => _raw.Scalar<T>(sql);

    private static string Cohort(string customer, string moment, string table, string where) =>
        $"""
        SELECT string_agg(n, ' ' ORDER BY month) FROM (
          SELECT date_trunc('month', {moment}) AS month, CAST(count(DISTINCT {customer}) AS VARCHAR) AS n
          FROM {table} WHERE {where} AND {customer} IN (
            SELECT {customer} FROM {table} WHERE {where} GROUP BY 1 HAVING date_trunc('month', min({moment})) = DATE '2010-12-01')
          GROUP BY 1)
        """;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crm.Analytics.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
