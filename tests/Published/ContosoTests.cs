using Crm.Analytics.Etl;
using Crm.Analytics.Host;
using Crm.Analytics.Host.Demo;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Tests.Architecture;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Tests.Oracle;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Published;

/// <summary>
/// Contoso through the whole of the ETL, with nothing but YAML: figures held against SQL written independently over the raw files. Which member is which
/// contact the files say themselves (<c>ContactId</c>); the matching never sees that column.
/// </summary>
internal sealed class ContosoTests
{
    private TestProject _project = null!;
    private RunSummary _summary = null!;
    private RunSummary _again = null!;
    private Dictionary<string, string> _hashes = null!;
    private Dictionary<string, string> _hashesAgain = null!;
    private DuckDbInstance _warehouse = null!;
    private DuckDbInstance _scratch = null!;
    private ISession _star = null!;
    private ISession _raw = null!;
    private ICubeReader _cubes = null!;

    [OneTimeSetUp]
    public void Run()
    {
        var sample = Path.Combine(SourceTree.Root, "samples", "contoso");
        _project = new TestProject(null);
        foreach (var file in Directory.EnumerateFiles(sample, "*.yaml", SearchOption.AllDirectories))
        {
            _project.Write(Path.GetRelativePath(sample, file), File.ReadAllText(file));
        }

        SampleArchive.Unpack(Path.Combine(sample, "data.tar.br"), Path.Combine(_project.Folder, "data"), CancellationToken.None);
        _project.Steps.Add(new ScoringStep(new RfmScoring()));
        _summary = _project.Run();
        _hashes = _project.Hashes();
        _again = _project.Run();
        _hashesAgain = _project.Hashes();
        _warehouse = _project.Open();
        _star = _warehouse.Connect();
        _cubes = new CubeReader(_warehouse.Connect, ProjectReader.ReadOrThrow(_project.Folder, StandardConnectors.Options).Catalogue);
        _scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        _raw = _scratch.Connect();
        foreach (var table in (string[])["contacts", "members", "online_purchases", "pos_purchases", "reviews", "hotel_stays"])
        {
            _raw.Execute($"CREATE TABLE {table} AS SELECT * FROM read_csv({SqlName.Literal(Path.Combine(_project.Folder, "data", $"{table}.csv").Replace('\\', '/'))}, all_varchar = true)");
        }
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

    private static IEnumerable<TestCaseData> Cases => OracleCase.TestsOf("contoso");

    [TestCaseSource(nameof(Cases))]
    public void Answer_OfEachCase_IsThatOfIndependentSql(object given) => ((OracleCase)given).Check(_cubes, _raw);

    [Test]
    public void Run_OfTheSample_ReadsAllRecords()
    {
        Assert.That(_summary.Counts.Read, Is.EqualTo(5_000 + 5_002 + 12_369 + 20_024 + 20_020 + 41_550));
        Assert.That(_summary.Counts.Quarantined, Is.Zero, string.Join('\n', _summary.Reasons));
    }

    [Test]
    public void Identity_OfContactsAndMembers_IsWhatTheFilesSay()
    {
        var truth = _raw.Query<(string Member, string Contact)>("SELECT LoyaltyId, ContactId FROM members WHERE ContactId IN (SELECT ContactId FROM contacts)").ToHashSet();
        var found = _star.Query<(string Member, string Contact)>(
            """
            SELECT split_part(a.record_key, ':', 2), split_part(b.record_key, ':', 2)
            FROM identity.record a JOIN identity.record b USING (customer_id)
            WHERE a.record_key LIKE 'club:%' AND b.record_key LIKE 'webshop:%' AND a.run_to IS NULL AND b.run_to IS NULL
            """).ToHashSet();
        Assert.That(truth, Has.Count.EqualTo(5_000));
        Assert.That(found.Except(truth), Is.Empty, "nobody is taken for somebody else");
        Assert.That(truth.Except(found).Count(), Is.LessThanOrEqualTo(1), "all but one of 5,000 are found");
    }

    [Test]
    public void Customers_InTheDimension_AreCountedOnce()
    {
        var everybody = _raw.Scalar<long>(
            """
            SELECT count(DISTINCT id) FROM (
              SELECT ContactId AS id FROM contacts UNION ALL SELECT ContactId FROM members UNION ALL SELECT ContactId FROM online_purchases UNION ALL SELECT UserId FROM reviews
              UNION ALL SELECT coalesce(m.ContactId, p.LoyaltyId) FROM pos_purchases p LEFT JOIN members m USING (LoyaltyId)
              UNION ALL SELECT HotelCustomerID FROM hotel_stays)
            """);

        // Members that no contact of the shop answers to have no number there, although their record tells one that purchases or reviews may use.
        var apart = _raw.Scalar<long>("SELECT count(*) FROM members WHERE ContactId NOT IN (SELECT ContactId FROM contacts) AND ContactId IN (SELECT ContactId FROM online_purchases UNION SELECT UserId FROM reviews)");
        var customers = _star.Scalar<long>("SELECT count(*) FROM star.dim_customer WHERE customer_key > 0 AND is_current");
        Assert.That(customers, Is.EqualTo(everybody + apart).Within(1));
    }

    [TestCase("web", "SELECT CAST(sum(CAST(TotalPrice AS DOUBLE)) AS DOUBLE) FROM online_purchases")]
    [TestCase("store", "SELECT CAST(sum(CAST(TotalPrice AS DOUBLE)) AS DOUBLE) FROM pos_purchases")]
    [TestCase("hotel", "SELECT CAST(sum(CAST(DollarsSpent AS DOUBLE)) AS DOUBLE) FROM hotel_stays")]
    public void Revenue_OfAChannel_IsThatOfItsFile(string channel, string raw) =>
        Assert.That(_star.Scalar<double>($"SELECT CAST(sum(revenue) AS DOUBLE) FROM star.fact_sales WHERE channel = '{channel}'"), Is.EqualTo(_raw.Scalar<double>(raw)).Within(0.01));

    [Test]
    public void Revenue_ByOccupationOfTheCustomer_BringsBothChannelsTogether()
    {
        var raw = _raw.Query<(string Occupation, double Revenue)>(
            """
            SELECT c.Occupation, CAST(sum(CAST(p.TotalPrice AS DOUBLE)) AS DOUBLE)
            FROM (SELECT ContactId, TotalPrice FROM online_purchases UNION ALL SELECT m.ContactId, p.TotalPrice FROM pos_purchases p JOIN members m USING (LoyaltyId)) p
            JOIN contacts c USING (ContactId) GROUP BY 1 ORDER BY 1
            """);
        var star = _star.Query<(string Occupation, double Revenue)>(
            """
            SELECT c.occupation, CAST(sum(f.revenue) AS DOUBLE) FROM star.fact_sales f JOIN star.dim_customer c ON c.customer_key = f.customer_key AND c.is_current
            WHERE c.occupation IS NOT NULL GROUP BY 1 ORDER BY 1
            """);
        Assert.That(star.Select(r => r.Occupation), Is.EqualTo(raw.Select(r => r.Occupation)));
        foreach (var (one, other) in star.Zip(raw))
        {
            Assert.That(one.Revenue, Is.EqualTo(other.Revenue).Within(0.001 * other.Revenue), one.Occupation);
        }
    }

    [Test]
    public void LoyaltyAndReviews_InTheStar_AreThoseOfTheFiles()
    {
        Assert.That(_star.Scalar<double>("SELECT CAST(sum(points) AS DOUBLE) FROM star.fact_loyalty_entry"), Is.EqualTo(_raw.Scalar<double>("SELECT CAST(sum(CAST(RewardPointsAdded AS DOUBLE)) AS DOUBLE) FROM pos_purchases")).Within(0.01));
        Assert.That(_star.Scalar<double>("SELECT avg(score) FROM star.fact_survey_response"), Is.EqualTo(_raw.Scalar<double>("SELECT avg(CAST(ReviewRating AS DOUBLE)) FROM reviews")).Within(1e-9));
        Assert.That(_star.Scalar<long>("SELECT count(*) FROM star.fact_survey_response"), Is.EqualTo(20_020));
    }

    [Test]
    public void Customer_WithSeveralRecords_HasAttributesOfBoth()
    {
        var bornInShop = _raw.Scalar<long>("SELECT count(DateOfBirth) FROM contacts");
        var trusted = _star.Scalar<long>("SELECT count(*) FROM identity.survivor WHERE column_name = 'birth_date' AND record_key LIKE 'webshop:%' AND run_to IS NULL");
        Assert.That(trusted, Is.EqualTo(bornInShop).Within(2), "the shop's dates of birth are trusted more");
        Assert.That(_star.Scalar<long>("SELECT count(*) FROM star.dim_customer WHERE is_current AND sex IS NOT NULL AND birth_date IS NOT NULL AND occupation IS NOT NULL AND income IS NOT NULL AND region IS NOT NULL AND loyalty_tier IS NOT NULL"),
            Is.GreaterThanOrEqualTo(4_998));
    }

    [Test]
    public void Cubes_AskedOfTheSample_CountCustomersOnce()
    {
        var sales = _cubes.Read(new CubeQuery { Measures = ["sales.customers", "sales.orders"] });
        var buyers = _raw.Scalar<long>(
            """
            SELECT count(DISTINCT id) FROM (
              SELECT ContactId AS id FROM online_purchases UNION ALL SELECT CASE WHEN c.ContactId IS NULL THEN p.LoyaltyId ELSE m.ContactId END FROM pos_purchases p JOIN members m USING (LoyaltyId) LEFT JOIN contacts c ON c.ContactId = m.ContactId
              UNION ALL SELECT HotelCustomerID FROM hotel_stays)
            """);
        Assert.That(Convert.ToInt64(sales.Rows[0].Values[0]), Is.EqualTo(buyers).Within(1));
        Assert.That(Convert.ToInt64(sales.Rows[0].Values[1]), Is.EqualTo(12_369 + 20_024 + 41_550));
    }

    [Test]
    public void SecondRun_OfTheSame_ChangesNothing()
    {
        Assert.That(_again.Published, Is.False);
        Assert.That(_hashesAgain, Is.EqualTo(_hashes));
    }
}
