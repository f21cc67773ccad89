using Crm.Analytics.Tests.Declarations;
using Crm.Analytics.Tests.Oracle;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Engines.ClickHouse;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Cluster;

/// <summary>Every oracle case on one node and on two: the answers are those of the warehouse's own file, row for row.</summary>
[TestFixture(1)]
[TestFixture(2)]
public sealed class ClusterOracleTests(int nodes)
{
    private AdventureWorksStar _star = null!;
    private ClusterClient _client = null!;
    private CubeReader _reader = null!;

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "adventureworks"), "*.yaml").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f)!);

    [OneTimeSetUp]
    public void Copy()
    {
        _star = new AdventureWorksStar();
        _client = (nodes == 1 ? SharedClusters.One : SharedClusters.Two).Client("adventureworks");
        using var session = _star.Connect();
        new ClusterShipment(session, _client, _star.Project.Catalogue, Path.Combine(Path.GetTempPath(), $"crm-ship-{Guid.NewGuid():N}")).Ship();
        _reader = new CubeReader(_star.Connect, _star.Project.Catalogue, () => AdventureWorksStar.Today) { Star = new ClusterStar(_client) };
    }

    [OneTimeTearDown]
    public void Close()
    {
        _client?.Dispose();
        _star.Dispose();
    }

    [Test]
    public void Copy_HoldsEveryRowOfTheWarehouse()
    {
        using var session = _star.Connect();
        var tables = new ClusterComparison(session, _client, _star.Project.Catalogue).Compare(1);
        Assert.That(tables.Where(t => !t.IsSame), Is.Empty);
        Assert.That(tables.First(t => t.Table == "fact_internet").RowsThere, Is.EqualTo(60398));
    }

    [TestCaseSource(nameof(Files))]
    public void Answers_OfEachFileOfCases_AreThoseOfTheWarehouse(string file)
    {
        var (wrong, refused) = (new List<string>(), new List<string>());
        foreach (var example in OracleCase.Read(Path.Combine(TestProject.RepositoryRoot, "tests", "Oracle", "adventureworks", file)))
        {
            try
            {
                var query = example.Query with { Rollups = RollupUse.Refused };
                var (own, there) = (Text(_star.Reader.Read(query), example.Round), Text(_reader.Read(query), example.Round));
                if (own != there)
                {
                    wrong.Add($"{example.Name}:\n{Difference(own, there)}");
                }
            }
            catch (CrmException e) when (e.Message.Contains("shared out over a bridge", StringComparison.Ordinal))
            {
                refused.Add(example.Name);
            }
            catch (Exception e)
            {
                wrong.Add($"{example.Name}: {e.Message}");
            }
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(refused, Is.EqualTo(file == "facts-and-attributes.yaml" ? ["amount by reason, weighted", "margin by reason and year", "filtered by a reason"] : Array.Empty<string>()), "what a cluster does not answer so far");
    }

    [Test]
    public void Sketch_OfDistinctValues_IsNear()
    {
        // The engine states an error below 1 % for its sketch.
        Assert.That((long)_reader.Read(new CubeQuery { Measures = ["web.buyers_about"] }).Rows[0].Values[0]!, Is.EqualTo(18484).Within(2).Percent);
    }

    [TestCase("web.amount", "item.category", "Clothing")]
    [TestCase("web.dear_amount", "territory.country", "France")]
    [TestCase("web.year_before", "date.month", "2013-02-01")]
    public void Rows_BehindACell_AreThoseOfTheWarehouse(string measure, string dimension, string value)
    {
        var query = Drill.At(new CubeQuery { Measures = [measure], Dimensions = [dimension] }, new Dictionary<string, object?> { [dimension] = value });
        Assert.That(Drilled(new ClusterStar(_client)), Is.EqualTo(Drilled(Crm.Analytics.Warehouse.Engines.OwnStar.Instance)));

        List<string> Drilled(Crm.Analytics.Warehouse.Engines.IStarEngine engine)
        {
            var rows = new List<string>();
            new DrillThrough(_star.Connect, _star.Project.Catalogue, () => AdventureWorksStar.Today) { Star = engine }.Read(query, null, _ => { }, r => rows.Add(OracleCase.Text(r, false)));
            rows.Sort(StringComparer.Ordinal);
            return rows;
        }
    }

    private static string Text(CubeResult result, bool round) => string.Join('\n', result.Rows.Select(r => $"{r.TotalLevel} {OracleCase.Text(r.Values, round)}"));

    private static string Difference(string own, string there)
    {
        var (a, b) = (own.Split('\n'), there.Split('\n'));
        var at = Enumerable.Range(0, Math.Max(a.Length, b.Length)).First(i => i >= a.Length || i >= b.Length || a[i] != b[i]);
        return $"  {a.Length} rows, {b.Length} there; row {at}: {(at < a.Length ? a[at] : "none")} | {(at < b.Length ? b[at] : "none")}";
    }
}
