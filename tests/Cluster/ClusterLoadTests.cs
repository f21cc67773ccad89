using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Engines.ClickHouse;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Cluster;

/// <summary>Runs of a project brought to a cluster of two nodes: after each, the cluster holds what the warehouse holds, row for row.</summary>
public sealed class ClusterLoadTests
{
    private const string Places =
        """
        source: shop
        connector: files
        streams:
          lines: {path: data/*.csv, columns: {price: integer, at: timestamp}}
        map:
          order_line: {from: lines, order_id: id, ordered_at: at, product_id: "'P'", quantity: "CASE WHEN price < 0 THEN -1 ELSE 1 END", unit_price: abs(price), customer_id: customer, is_return: price < 0}
          customer: {from: lines, where: customer IS NOT NULL, customer_id: customer, country: country, effective_at: at}
        """;

    private const string People =
        """
        source: shop
        connector: files
        streams:
          people: {path: shop/people*.csv, format: csv, columns: {at: timestamp}}
          orders: {path: shop/orders*.csv, format: csv, columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
        map:
          customer: {from: people, customer_id: id, effective_at: at, name: name, email: email, city: city}
          order_line: {from: orders, order_id: invoice, ordered_at: at, customer_id: customer, product_id: "'P'", quantity: qty, unit_price: price}
        """;

    private const string Rules =
        """
        identity: customer
        guards: {several_per_source: [shop]}
        match: {email: email}
        rules:
          - {name: same e-mail, columns: [email]}
        """;

    private static readonly CubeQuery byCountry = new() { Measures = ["sales.revenue", "sales.orders", "sales.customers"], Dimensions = ["customer.country"], Totals = Totals.Grand };

    [Test]
    public void Ship_AfterEachRun_LeavesTheClusterAsTheWarehouse()
    {
        using var project = new TestProject(Places);
        using var client = SharedClusters.Two.Client("runs");
        var answers = new List<string>();
        void Next(string text)
        {
            project.Write("data/a.csv", $"id,price,customer,country,at\n{text}");
            project.Run();
            answers.Add(Shipped(project, client));
        }

        Next("1,10,c1,Spain,2026-01-01\n2,20,c2,Italy,2026-01-02\n3,30,c3,France,2026-01-03\n3,30,c3,France,2026-01-03\n4,40,,,2026-01-04\n5,50,c5,Peru,2026-01-05\n");

        // A line taken out and one changed: the others stand elsewhere and are no other rows.
        Next("1,10,c1,Spain,2026-01-01\n3,30,c3,France,2026-01-03\n3,30,c3,France,2026-01-03\n4,44,,,2026-01-04\n5,50,c5,Peru,2026-01-05\n");

        // One of two lines that say the same goes; a return comes.
        Next("1,10,c1,Spain,2026-01-01\n3,30,c3,France,2026-01-03\n4,44,,,2026-01-04\n5,50,c5,Peru,2026-01-05\n6,-10,c1,Spain,2026-01-06\n");

        // A customer moved, told late: rows between get the other version.
        project.Write("data/b.csv", "id,price,customer,country,at\n7,5,c1,Chile,2025-12-01\n8,5,c1,Kenya,2026-01-03\n");
        project.Run();
        answers.Add(Shipped(project, client));

        // Two runs at once, one of which ends what the other brought.
        Next("1,11,c1,Spain,2026-01-01\n");
        project.Write("data/a.csv", "id,price,customer,country,at\n1,12,c1,Spain,2026-01-01\n");
        project.Run();
        project.Write("data/a.csv", "id,price,customer,country,at\n1,13,c1,Spain,2026-01-01\n9,1,c9,Peru,2026-02-01\n");
        project.Run();
        answers.Add(Shipped(project, client));
        using var warehouse = project.Open();
        for (var run = 1; run <= 7; run++)
        {
            Assert.That(Ask(warehouse, project, client, byCountry with { AsOfRun = run }), Is.EqualTo(Ask(warehouse, project, null, byCountry with { AsOfRun = run })), $"as of run {run}");
        }

        Assert.That(answers.Distinct().Count(), Is.EqualTo(answers.Count));
        using var session = warehouse.Connect();
        Assert.That(Ship(session, project, client).Rows, Is.Zero, "nothing is new");
    }

    [Test]
    public void Ship_CustomersThatBecomeOne_MovesTheirRowsToAnotherNode()
    {
        using var project = new TestProject(People);
        project.Write("model/identity.yaml", Rules);
        project.Write("shop/people1.csv", "id,name,email,city,at\n1,Ann,ann@x.org,Leeds,2026-01-01\n2,Zoe,zoe@x.org,York,2026-01-01\n3,Bob,bob@x.org,Hull,2026-01-01\n");
        project.Write("shop/orders1.csv", "invoice,qty,at,price,customer\n1,1,2026-01-05,10,1\n2,1,2026-01-06,5,2\n3,2,2026-01-07,3,3\n4,1,2026-01-07,4,\n5,1,2026-01-07,4,\n");
        project.Run();
        using var client = SharedClusters.Two.Client("merges");
        Shipped(project, client);
        var before = PerNode(client);

        // Three keys in a row become one: whichever it is, not all were on its node.
        project.Write("shop/people2.csv", "id,name,email,city,at\n2,Zoe Ray,ann@x.org,York,2026-02-01\n3,Bob Ray,ann@x.org,Hull,2026-02-01\n");
        project.Run();
        Shipped(project, client);
        Assert.That(PerNode(client), Is.Not.EqualTo(before));
    }

    [Test]
    public void Ship_ThatDies_ShowsNothing_AndAgainDoublesNothing()
    {
        using var project = new TestProject(Places);
        project.Write("data/a.csv", "id,price,customer,country,at\n1,10,c1,Spain,2026-01-01\n2,20,c2,Italy,2026-01-02\n");
        project.Run();
        using var client = SharedClusters.Two.Client("deaths");
        Dies(project, client, 3);
        using (var warehouse = project.Open())
        {
            Assert.That(Assert.Throws<CrmException>(() => Ask(warehouse, project, client, byCountry))!.Found, Does.Contain("nothing was loaded"));
        }

        var first = Shipped(project, client);
        project.Write("data/a.csv", "id,price,customer,country,at\n1,11,c1,Spain,2026-01-01\n3,30,c3,Italy,2026-01-02\n");
        project.Run();
        for (var tables = 5; tables < 25; tables += 9)
        {
            Dies(project, client, tables);
            using var warehouse = project.Open();
            Assert.That(Ask(warehouse, project, client, byCountry), Is.EqualTo(first));
        }

        Assert.That(Shipped(project, client), Is.Not.EqualTo(first));
    }

    [Test]
    public void Node_KilledDuringLoadAndQuestion_IsAnError_AndNothingIsLost()
    {
        using var cluster = new TestCluster(2);
        using var project = new TestProject(Places);
        project.Write("data/a.csv", "id,price,customer,country,at\n1,10,c1,Spain,2026-01-01\n2,20,c2,Italy,2026-01-02\n");
        project.Run();
        using var client = cluster.Client("killed");
        var first = Shipped(project, client);
        project.Write("data/a.csv", "id,price,customer,country,at\n1,10,c1,Spain,2026-01-01\n2,21,c2,Italy,2026-01-02\n3,30,c3,Italy,2026-01-02\n");
        project.Run();
        using (var warehouse = project.Open())
        using (var session = warehouse.Connect())
        {
            var error = Assert.Throws<ClusterException>(() => Ship(session, project, client, new Told(4, () => cluster.Kill(1))));
            Assert.That(error!.Retryable, Is.True);
            Assert.That(error.Where, Does.Contain(client.Address.Nodes[1].ToString()));
            error = Assert.Throws<ClusterException>(() => Ask(warehouse, project, client, byCountry));
            Assert.That(error!.Retryable, Is.True);
            Assert.That(error.Found, Does.Contain("another node does not answer"));
            cluster.Restart(1);
            Assert.That(Ask(warehouse, project, client, byCountry), Is.EqualTo(first));
        }

        Assert.That(Shipped(project, client), Is.Not.EqualTo(first));
        cluster.Kill(0);
        cluster.Restart(0);
        using var again = project.Open();
        Assert.That(Ask(again, project, client, byCountry), Is.EqualTo(Ask(again, project, null, byCountry)));
    }

    [Test]
    public void Ship_IntoTheStarOfAnotherWarehouse_IsRefused()
    {
        using var client = SharedClusters.One.Client("taken");
        foreach (var refused in new[] { false, true })
        {
            using var project = new TestProject(Places);
            project.Write("data/a.csv", "id,price,customer,country,at\n1,10,c1,Spain,2026-01-01\n");
            project.Run();
            using var warehouse = project.Open();
            using var session = warehouse.Connect();
            if (refused)
            {
                Assert.That(Assert.Throws<ClusterException>(() => Ship(session, project, client))!.Found, Does.Contain("another warehouse"));
            }
            else
            {
                Ship(session, project, client);
            }
        }
    }

    private static void Dies(TestProject project, ClusterClient client, int tables)
    {
        using var warehouse = project.Open();
        using var session = warehouse.Connect();
        Assert.Throws<InvalidOperationException>(() => Ship(session, project, client, new Told(tables, () => throw new InvalidOperationException())));
    }

    /// <summary>Brings the cluster up to the warehouse, compares every table, and answers a question that both answer alike.</summary>
    private static string Shipped(TestProject project, ClusterClient client)
    {
        using var warehouse = project.Open();
        using var session = warehouse.Connect();
        var shipment = Ship(session, project, client);
        var tables = new ClusterComparison(session, client, CatalogueOf(project)).Compare(shipment.Run!.Value);
        Assert.That(tables.Where(t => !t.IsSame), Is.Empty);
        var answer = Ask(warehouse, project, client, byCountry);
        Assert.That(answer, Is.EqualTo(Ask(warehouse, project, null, byCountry)));
        return answer;
    }

    private static Shipment Ship(ISession session, TestProject project, ClusterClient client, IProgress<ShipmentProgress>? progress = null)
        => new ClusterShipment(session, client, CatalogueOf(project), Path.Combine(project.Folder, "landing", ".cluster"), progress).Ship();

    private static Catalogue CatalogueOf(TestProject project) => ProjectReader.ReadOrThrow(project.Folder, Crm.Analytics.Etl.StandardConnectors.Options).Catalogue;

    private static string Ask(DuckDbInstance warehouse, TestProject project, ClusterClient? client, CubeQuery query)
        => string.Join('\n', new CubeReader(warehouse.Connect, CatalogueOf(project)) { Star = client is null ? Crm.Analytics.Warehouse.Engines.OwnStar.Instance : new ClusterStar(client) }.Read(query).Rows
            .Select(r => $"{r.TotalLevel}|{Oracle.OracleCase.Text(r.Values, false)}"));

    private static string PerNode(ClusterClient client) => string.Join(' ', client.Address.Nodes.Select(n => client.Number(
        n, $"SELECT count() FROM {client.Address.Database}.fact_sales_local WHERE visible_to = {ClusterTable.Forever}")));

    /// <summary>Does something when so many tables were sent.</summary>
    private sealed class Told(int tables, Action act) : IProgress<ShipmentProgress>
    {
        private int told;

        public void Report(ShipmentProgress value)
        {
            if (++told == tables)
            {
                act();
            }
        }
    }
}
