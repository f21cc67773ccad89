using System.Text;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Etl;

/// <summary>Maps over streams that are joined: a change in either stream loads what it touches again.</summary>
public sealed class JoinedStreamTests
{
    private const string Source =
        """
        source: shop
        connector: files
        streams:
          orders: {path: data/orders*.csv, key: order_id, columns: {created_at: timestamp}}
          order_items: {path: data/items*.csv, key: item_id, columns: {qty: integer, price: "decimal(18,4)"}}
        map:
          order_line:
            from: orders join order_items using (order_id)
            order_id: order_id
            ordered_at: created_at
            customer_id: customer
            product_id: coalesce(sku, '-')
            quantity: coalesce(qty, 0)
            unit_price: coalesce(price, 0)
        """;

    private const string Orders = "order_id,created_at,customer\n1,2026-01-01 10:00:00,c1\n2,2026-01-02 10:00:00,c2\n";
    private const string Items = "item_id,order_id,sku,qty,price\na,1,S,1,1.50\nb,1,T,2,2.50\nc,2,S,3,1.50\nd,9,S,1,1.50\n";
    private const string Sales = """
        SELECT concat_ws('|', s.order_id, d.day, c.customer_id, p.product_id, CAST(s.quantity AS INTEGER), CAST(s.unit_price AS DOUBLE))
        FROM star.fact_sales s JOIN star.dim_date d USING (date_key) JOIN star.dim_customer c USING (customer_version_key) JOIN star.dim_product p USING (product_version_key) ORDER BY ALL
        """;

    [Test]
    public void Join_ChangeInEitherStream_LoadsTheRowsItTouches()
    {
        using var project = new TestProject(Source);
        project.Write("data/orders.csv", Orders);
        project.Write("data/items.csv", Items);
        Assert.That(project.Run().Counts, Is.EqualTo(new RecordCounts(9, 9, 0, 0, 0)), "two orders, four items, three of them joined");
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "1|2026-01-01|c1|S|1|1.5", "1|2026-01-01|c1|T|2|2.5", "2|2026-01-02|c2|S|3|1.5" }));
        Assert.That(project.Run().Published, Is.False);

        project.Write("data/orders2.csv", "order_id,created_at,customer\n9,2026-01-09 10:00:00,c9\n1,2026-01-01 10:00:00,c7\n");
        var summary = project.Run();
        Assert.That(summary.Streams.Single(s => s.Stream == "orders_join_order_items").Counts, Is.EqualTo(new RecordCounts(3, 3, 0, 0, 0)), "the items of the new order and of the changed one");
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "1|2026-01-01|c7|S|1|1.5", "1|2026-01-01|c7|T|2|2.5", "2|2026-01-02|c2|S|3|1.5", "9|2026-01-09|c9|S|1|1.5" }));

        project.Write("data/items.csv", Items.Replace("b,1,T,2,2.50\n", "").Replace("c,2,S,3", "c,9,S,4"));
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "1|2026-01-01|c7|S|1|1.5", "9|2026-01-09|c9|S|1|1.5", "9|2026-01-09|c9|S|4|1.5" }));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM (SELECT * FROM meta.run WHERE read <> loaded + unchanged + quarantined)"), Is.Zero);
    }

    [Test]
    public void Join_BadJoinedRecord_IsSetAsideWithWhatItIsMadeOf()
    {
        using var project = new TestProject(Source);
        project.Write("data/orders.csv", Orders);
        project.Write("data/items.csv", Items.Replace("a,1,S,1,", "a,1,S,many,"));
        Assert.That(project.Run().Counts.Quarantined, Is.EqualTo(1));
        Assert.That(project.Scalar<string>("SELECT raw FROM meta.quarantine"), Does.Contain("\"_of_order_items\":\"a\"").And.Contain("\"customer\":\"c1\""));
        project.Write("data/items.csv", Items);
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.quarantine"), Is.Zero);
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(3));
    }

    [Test]
    public void Join_ColumnsOfOneName_AreTakenByTheirStream()
    {
        using var project = new TestProject(Source.Replace("customer_id: customer", "customer_id: orders.note || orders.customer").Replace("coalesce(sku, '-')", "order_items.note")
            .Replace("using (order_id)", "on orders.order_id = order_items.order_id").Replace("order_id: order_id", "order_id: orders.order_id"));
        project.Write("data/orders.csv", "order_id,created_at,customer,note\n1,2026-01-01 10:00:00,c1,x\n");
        project.Write("data/items.csv", "item_id,order_id,sku,qty,price,note\na,1,S,1,1.50,y\n");
        project.Run();
        Assert.That(project.Query<string>(Sales), Is.EqualTo(new[] { "1|2026-01-01|xc1|y|1|1.5" }));
    }

    [Test]
    public void Join_DryRunAndRunThatDies_LeaveNothingBehind()
    {
        using var project = new TestProject(Source);
        project.Write("data/orders.csv", Orders);
        project.Write("data/items.csv", Items);
        Assert.That(project.Run(new RunRequest { IsDry = true }).Counts.Loaded, Is.EqualTo(9));
        Assert.That(project.LandedFiles(), Is.Empty);
        project.Steps.Add(new Failing());
        Assert.That(() => project.Run(), Throws.TypeOf<CrmException>());
        project.Steps.Clear();
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.fact_sales"), Is.EqualTo(3));
    }

    [Test]
    public void Join_MapCorrected_IsReplayedFromTheLanding()
    {
        using var project = new TestProject(Source);
        project.Write("data/orders.csv", Orders);
        project.Write("data/items.csv", Items);
        project.Run();
        project.Write("sources/shop.yaml", Source.Replace("coalesce(price, 0)", "coalesce(order_items.price, 0) * 2"));
        project.Run(new RunRequest { Source = "shop", Replays = true });
        Assert.That(project.Scalar<decimal>("SELECT sum(unit_price) FROM star.fact_sales"), Is.EqualTo(11m));
        project.Write("sources/shop.yaml", Source.Replace("join order_items", "left join order_items"));
        project.Write("data/orders3.csv", "order_id,created_at,customer\n5,2026-01-05 10:00:00,c5\n");
        project.Run();
        Assert.That(project.Query<string>("SELECT DISTINCT order_id FROM star.fact_sales ORDER BY 1"), Is.EqualTo(new[] { "1", "2", "5" }));
    }

    [TestCase("join", true)]
    [TestCase("left join", true)]
    [TestCase("join", false)]
    [TestCase("left join", false)]
    public void Join_RandomChanges_IsWhatSqlMakesOfTheFiles(string how, bool isKeyed)
    {
        using var project = new TestProject(Source.Replace("orders join", $"orders {how}").Replace(isKeyed ? "nothing" : "key: order_id, ", isKeyed ? "nothing" : "").Replace(isKeyed ? "nothing" : "key: item_id, ", isKeyed ? "nothing" : ""));
        var random = new Random(isKeyed ? 5 : 6);
        var (orders, items) = (new Dictionary<int, int>(), new Dictionary<int, (int Order, int Quantity)>());
        for (var round = 0; round < 7; round++)
        {
            for (var i = 0; i < 6; i++)
            {
                orders[random.Next(12)] = random.Next(4);
                items[random.Next(25)] = (random.Next(14), random.Next(1, 5));
                orders.Remove(random.Next(12));
                items.Remove(random.Next(25));
            }

            // Now one side changes, now the other, now both.
            if (round % 3 != 1)
            {
                project.Write("data/orders.csv", Text("order_id,created_at,customer\n", orders.Select(o => $"{o.Key},2026-01-01 10:00:00,c{o.Value}")));
            }

            if (round % 3 != 2)
            {
                project.Write("data/items.csv", Text("item_id,order_id,sku,qty,price\n", items.Select(i => $"{i.Key},{i.Value.Order},S{i.Key},{i.Value.Quantity},1.00")));
            }

            project.Run();
            using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
            using var session = scratch.Connect();
            string Csv(string name) => $"read_csv({SqlName.Literal(Path.Combine(project.Folder, $"data/{name}.csv"))}, all_varchar = true)";
            Assert.That(
                project.Query<string>("SELECT concat_ws('|', order_id, c.customer_id, p.product_id, CAST(quantity AS INTEGER)) FROM star.fact_sales JOIN star.dim_customer c USING (customer_version_key) JOIN star.dim_product p USING (product_version_key) ORDER BY 1"),
                Is.EqualTo(session.Query<string>($"SELECT concat_ws('|', order_id, customer, coalesce(sku, '-'), coalesce(qty, '0')) FROM {Csv("orders")} AS orders {how} {Csv("items")} AS items USING (order_id) ORDER BY 1")), $"round {round}");
        }
    }

    [TestCase("orders join nothing using (order_id)", "unknown name 'nothing'")]
    [TestCase("orders join orders using (order_id)", "'orders' in a join")]
    [TestCase("orders right join order_items using (order_id)", "'right' in a join")]
    [TestCase("orders join order_items", "an end in a join")]
    [TestCase("orders join order_items using ()", "')' in a join")]
    [TestCase("orders; drop", "';'")]
    public void Join_BadlyWritten_IsRefusedWithItsPlace(string from, string found)
    {
        using var project = new TestProject(Source.Replace("orders join order_items using (order_id)", $"\"{from}\""));
        var error = Assert.Throws<DeclarationException>(() => ProjectReader.ReadOrThrow(project.Folder, StandardConnectors.Options));
        Assert.That(error.Problems[0].ToString(), Does.Contain(found).And.StartWith("sources/shop.yaml:8:"));
    }

    [Test]
    public void Join_OverAColumnThatIsMissing_IsRefusedBeforeAnythingIsLoaded()
    {
        using var project = new TestProject(Source.Replace("using (order_id)", "using (order_no)"));
        project.Write("data/orders.csv", Orders);
        project.Write("data/items.csv", Items);
        var error = Assert.Throws<DeclarationException>(() => project.Run());
        Assert.That(error.Problems.Single().ToString(), Does.Contain("order_no").And.Contain("order_items (item_id, order_id, sku, qty, price)"));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM meta.run"), Is.Zero);
    }

    private static string Text(string header, IEnumerable<string> lines) =>
        new StringBuilder(header).AppendJoin('\n', lines).Append('\n').ToString();

    private sealed class Failing : IRunStep
    {
        public string Name => "fail";

        public long Execute(RunStepContext context) => throw new CrmException(FailureKind.Failed, "it dies", "here", "nothing", "run again");
    }
}
