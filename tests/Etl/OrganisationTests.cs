using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Etl;

/// <summary>
/// A house in which some stand above others, to any depth and not everywhere to the same: each is asked with all that those below did, the whole counts once,
/// and one goes down from the head to those below, and on to the rows.
/// </summary>
public sealed class OrganisationTests
{
    private static readonly SourceLocation Here = new("model/cubes.yaml", 1, 1);
    private TestProject _project = null!;
    private DuckDbInstance _warehouse = null!;
    private Catalogue _catalogue = null!;

    // Ada leads Bob and Cid; Bob leads Dan; Dan leads Eve. Fay leads nobody and has nobody above.
    [OneTimeSetUp]
    public void Run()
    {
        _project = new TestProject("source: crm\nconnector: files\nstreams:\n  employee: {path: data/employees.csv, format: csv}\n  order_line: {path: data/lines.csv, format: csv}\n");
        _project.Write("data/employees.csv", "employee_id,name,manager_id,region\nA,Ada,,North\nB,Bob,A,North\nC,Cid,A,South\nD,Dan,B,North\nE,Eve,D,South\nF,Fay,,South\n");
        _project.Write("data/lines.csv", "order_id,line_id,ordered_at,customer_id,product_id,quantity,unit_price,employee_id\n"
            + "1,1,2024-01-02,x,p,1,1,A\n2,1,2024-01-03,x,p,1,2,B\n3,1,2024-01-04,y,p,1,4,C\n4,1,2024-01-05,y,p,1,8,D\n5,1,2024-01-06,x,p,1,16,E\n6,1,2024-01-07,z,p,1,32,F\n7,1,2024-01-08,z,p,1,64,\n");
        _project.Run();
        _warehouse = _project.Open();
        _catalogue = ProjectReader.ReadOrThrow(_project.Folder, StandardConnectors.Options).Catalogue;
    }

    [OneTimeTearDown]
    public void Close()
    {
        _warehouse.Dispose();
        _project.Dispose();
    }

    [Test]
    public void Members_OfATree_HaveWhatAllBelowThemDid_AndTheWholeCountsOnce()
    {
        var answer = Read(new CubeQuery { Measures = ["sales.revenue", "sales.lines"], Dimensions = ["management.id"], Totals = Totals.Grand });
        Assert.That(Texts(answer), Is.EquivalentTo(new[] { "A 31 5", "B 26 3", "C 4 1", "D 24 2", "E 16 1", "F 32 1", " 64 1", " 127 7" }));
    }

    [Test]
    public void Heads_AreThoseWithNobodyAbove()
    {
        var answer = Read(new CubeQuery { Measures = ["sales.revenue"], Dimensions = ["management.name"], Filters = [FilterParser.Parse("management.manager is null and management.id is not null")] });
        Assert.That(Texts(answer), Is.EquivalentTo(new[] { "Ada 31", "Fay 32" }));
    }

    [Test]
    public void Down_GoesToThoseDirectlyBelow_AndThroughToTheirRows()
    {
        var drill = new Drill(_catalogue);
        var asked = new CubeQuery { Measures = ["sales.revenue"], Dimensions = ["management.id"] };
        var ofAda = drill.Down(asked, new Dictionary<string, object?> { ["management.id"] = "A" });
        Assert.That(Texts(Read(ofAda)), Is.EquivalentTo(new[] { "B 26", "C 4" }));
        var ofBob = drill.Down(ofAda, new Dictionary<string, object?> { ["management.id"] = "B" });
        Assert.That(Texts(Read(ofBob)), Is.EquivalentTo(new[] { "D 24" }));
        var rows = new List<string>();
        new DrillThrough(_warehouse.Connect, _catalogue).Read(Drill.At(ofBob, new Dictionary<string, object?> { ["management.id"] = "D" }), null, _ => { }, r => rows.Add($"{r[^3]:0}"));
        Assert.That(rows, Is.EquivalentTo(new[] { "8", "16" }));
    }

    [Test]
    public void Members_OfATree_AreAsClosedAsThoseOfItsDimension()
    {
        var sales = _catalogue.Cubes["sales"] with { AccessPolicies = [new AccessPolicy("*", Here) { Excludes = ["employee.name"], Masked = ["employee.region"] }] };
        var narrowed = _catalogue with { Cubes = _catalogue.Cubes.ToDictionary(c => c.Key, c => c.Key == "sales" ? sales : c.Value) };
        var reader = new CubeReader(_warehouse.Connect, narrowed);
        var query = new CubeQuery { Measures = ["sales.revenue"], Security = SecurityContext.Nobody };
        Assert.That(Assert.Throws<CrmException>(() => reader.Read(query with { Dimensions = ["management.name"] }))!.Found, Does.Contain("not open to you"));
        Assert.That(Assert.Throws<CrmException>(() => reader.Read(query with { Filters = [FilterParser.Parse("management.region = North")] }))!.Found, Does.Contain("masked"));
        Assert.That(reader.Read(query with { Dimensions = ["management.region"] }).Rows.Select(r => r.Values[0]), Is.All.Null);
    }

    private CubeResult Read(CubeQuery query) => new CubeReader(_warehouse.Connect, _catalogue).Read(query);

    private static IEnumerable<string> Texts(CubeResult answer) => answer.Rows.Select(r => string.Join(' ', r.Values.Select(v => FormattableString.Invariant($"{v:0.##}"))));
}
