using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Query;

/// <summary>The declarations that come with the program, over the empty star they make: every expression in them is one the engine runs.</summary>
public class StandardModelTests
{
    private static readonly Catalogue Standard = CatalogueReader.ReadStandard();

    private static IEnumerable<string> Cubes => Standard.Cubes.Keys;

    [TestCaseSource(nameof(Cubes))]
    public void Cube_AllOfIt_CanBeAsked(string name)
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using (var session = instance.Connect())
        {
            session.Execute("CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta; "
                + "CREATE TABLE meta.run (run_id INTEGER, status VARCHAR, published_at TIMESTAMP, newest TIMESTAMP)");
            StarSchema.Apply(session, Standard);
        }

        var cube = Standard.Cubes[name];
        var fact = Standard.Facts.Values.Single(f => f.Table == cube.Table);
        var dimensions = cube.Joins.Select(j => fact.Roles.Single(r => r.Role == j.Name))
            .SelectMany(r => Standard.Dimensions[r.Dimension].Attributes.Select(a => $"{r.Role}.{a.Name}"))
            .Concat(cube.Dimensions.Select(d => $"{name}.{d.Name}")).ToList();
        var query = new CubeQuery
        {
            Measures = [.. cube.Measures.Select(m => $"{name}.{m.Name}").Where(m => IsOf(name, m))],
            Dimensions = dimensions,
            Segments = [.. cube.Segments.Select(s => $"{name}.{s.Name}")],
            Totals = Totals.Grand,
        };
        var answer = new CubeReader(instance.Connect, Standard).Read(query);
        Assert.That(answer.Rows, Has.Count.EqualTo(1));
        Assert.That(answer.Columns, Has.Count.EqualTo(dimensions.Count + query.Measures.Count));
        Assert.That(answer.AsOf, Is.EqualTo(new DataAsOf(null, null, null)));
        foreach (var shared in cube.Measures.Select(m => $"{name}.{m.Name}").Where(m => !IsOf(name, m)))
            Assert.That(new CubeReader(instance.Connect, Standard).Read(new CubeQuery { Measures = [shared], Dimensions = ["date.month", "customer.country"] }).Rows, Is.Empty, shared);
    }

    /// <summary>False for a measure that other cubes' measures are part of: it is asked by what all of them reach.</summary>
    private static bool IsOf(string cube, string measure)
        => CubePlanner.Plan(new CubeQuery { Measures = [measure] }, Standard).Blocks.All(b => b.Cube == cube);

    [Test]
    public void Names_ThatStand_CanBeAsked()
    {
        string[] sales = ["revenue", "returns", "quantity", "lines", "orders", "customers", "average_order_value"];
        Assert.That(CubePlanner.Plan(new CubeQuery
        {
            Measures = [.. sales.Select(m => $"sales.{m}")],
            Dimensions = ["date.day", "date.week", "date.month", "date.quarter", "date.year", "geography.country", "product.code", "product.name", "customer.id"],
        }, Standard).Blocks[0].Joins, Has.Count.EqualTo(4));
        Assert.That(CubePlanner.Plan(new CubeQuery
        {
            Measures = ["rfm.customers", "rfm.revenue"],
            Dimensions = ["rfm.segment", "rfm.r", "rfm.f", "rfm.m", "rfm.snapshot"],
        }, Standard).Blocks[0].Joins, Is.Empty);
    }
}
