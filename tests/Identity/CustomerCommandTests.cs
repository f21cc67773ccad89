using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Cli;
using Crm.Analytics.Tests.Etl;

namespace Crm.Analytics.Tests.Identity;

/// <summary><c>crm customer show|merge|split</c> on a small project: explained, decided, undone.</summary>
internal sealed class CustomerCommandTests
{
    private const string Source =
        """
        source: shop
        connector: files
        streams:
          people: {path: people*.csv, format: csv, columns: {at: timestamp}}
          orders: {path: orders*.csv, format: csv, columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
        map:
          customer: {from: people, customer_id: id, effective_at: at, name: name, email: email, city: city}
          order_line: {from: orders, order_id: invoice, ordered_at: at, customer_id: customer, product_id: "'P'", quantity: qty, unit_price: price}
        """;

    private const string Identity =
        """
        identity: customer
        match: {name: full_name, email: email, city: place}
        rules: [{name: same e-mail, columns: email}]
        probabilistic: {threshold: 90%}
        guards: {several_per_source: true}
        survivorship: {name: most_frequent}
        """;

    [Test]
    public void Show_OfACustomer_TellsRecordsEvidenceValuesAndHistory()
    {
        using var project = Project();
        var shown = Json(project, "customer", "show", "shop:1");
        Assert.That(shown.GetProperty("records").GetArrayLength(), Is.EqualTo(2));
        var link = shown.GetProperty("links").EnumerateArray().First(l => l.GetProperty("rule").GetString() == "same e-mail");
        Assert.That(link.GetProperty("evidence")[0].GetProperty("left").GetString(), Is.EqualTo("ann@x.org"));
        Assert.That(shown.GetProperty("values").EnumerateArray().Where(v => v.GetProperty("column").GetString() == "name").Select(v => v.GetProperty("stands").GetBoolean()), Is.EquivalentTo(new[] { true, false }));
        Assert.That(shown.GetProperty("values")[0].GetProperty("file").GetString(), Does.EndWith("people.csv"));
        Assert.That(shown.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("fromRun").GetInt32()), Is.All.EqualTo(1));
        var text = Text(project, 0, "customer", "show", shown.GetProperty("customer").GetString()!);
        Assert.That(text, Does.Contain("same e-mail").And.Contain("ann@x.org").And.Contain("shop:2"));
    }

    [Test]
    public void Show_OfAProbabilisticLink_AddsUpToItsWeight()
    {
        using var project = Project();
        var shown = Json(project, "customer", "show", "shop:100");
        var link = shown.GetProperty("links").EnumerateArray().First(l => l.GetProperty("rule").GetString() == "probabilistic");
        var sum = link.GetProperty("evidence").EnumerateArray().Sum(e => e.GetProperty("weight").GetDouble());
        Assert.That(sum, Is.EqualTo(link.GetProperty("weight").GetDouble()).Within(1e-9));
        Assert.That(link.GetProperty("probability").GetDouble(), Is.GreaterThan(0.9));
        Assert.That(link.GetProperty("evidence").EnumerateArray().Select(e => e.GetProperty("column").GetString()), Is.SupersetOf(new[] { "name", "email", "city" }));
    }

    [Test]
    public void SplitAndMerge_InTurns_MoveFactsAndOldRunsAnswerAsTheyDid()
    {
        using var project = Project();
        var before = Json(project, "query", "--measures", "sales.revenue", "--by", "customer.id", "--as-of", "1");
        var id = Json(project, "customer", "show", "shop:1").GetProperty("customer").GetString()!;
        Text(project, 0, "customer", "split", id, "shop:2", "--by", "Eve", "--note", "two sisters");
        Assert.That(Revenue(project, "shop:1"), Is.EqualTo(10));
        Assert.That(Revenue(project, "shop:2"), Is.EqualTo(20));
        var decision = Json(project, "customer", "show", "shop:2").GetProperty("decisions")[0];
        Assert.That((decision.GetProperty("says").GetString(), decision.GetProperty("by").GetString(), decision.GetProperty("note").GetString(), decision.GetProperty("run").GetInt32()), Is.EqualTo(("two", "Eve", "two sisters", 2)));
        Text(project, 0, "run");
        Assert.That(Revenue(project, "shop:1"), Is.EqualTo(10), "later runs respect it");
        Text(project, 0, "customer", "merge", "shop:1", "shop:2", "--by", "Eve");
        Assert.That(Revenue(project, "shop:1"), Is.EqualTo(30));
        Assert.That(Json(project, "query", "--measures", "sales.revenue", "--by", "customer.id", "--as-of", "1").GetProperty("data").ToString(), Is.EqualTo(before.GetProperty("data").ToString()));
    }

    [Test]
    public void MergesAndSplits_InACycle_FollowTheLastWord()
    {
        using var project = Project();
        Text(project, 0, "customer", "merge", "shop:1", "shop:3", "shop:4");
        Text(project, 0, "customer", "split", "shop:3", "shop:4", "shop:2");
        Assert.That(Customer(project, "shop:1"), Is.EqualTo(Customer(project, "shop:3")));
        Assert.That(Customer(project, "shop:4"), Is.EqualTo(Customer(project, "shop:2")).And.Not.EqualTo(Customer(project, "shop:1")));
        Text(project, 0, "customer", "merge", "shop:4", "shop:1");
        Assert.That(((string[])["shop:2", "shop:3", "shop:4"]).Select(r => Customer(project, r)), Is.All.EqualTo(Customer(project, "shop:1")));
        Text(project, 0, "customer", "split", "shop:1", "shop:1");
        Assert.That(Customer(project, "shop:1"), Is.Not.EqualTo(Customer(project, "shop:2")), "also against the rule that says they are one");
        Assert.That(Customer(project, "shop:2"), Is.EqualTo(Customer(project, "shop:4")));
    }

    [TestCase("customer show 4711", "no customer '4711'")]
    [TestCase("customer merge shop:1 shop:2", "two or more different customers")]
    [TestCase("customer split shop:1 shop:3", "no record of customer")]
    [TestCase("customer split shop:1 shop:1 shop:2", "fewer, so that one stays")]
    public void Customer_WrongUse_SaysWhatIsExpected(string command, string expected)
    {
        using var project = Project();
        Assert.That(Text(project, 2, command.Split(' ')), Does.Contain(expected));
    }

    private static TestProject Project()
    {
        var project = new TestProject(Source);
        project.Write("model/identity.yaml", Identity);
        var people = new List<string> { "1,Ann Lee,ann@x.org,Leeds,2026-01-01", "2,Anne Lee,ann@x.org,York,2026-01-02", "3,Zoe Ray,zoe@x.org,Hull,2026-01-01", "4,Ivo Kerr,ivo@x.org,Bath,2026-01-01" };
        var records = new GeneratedRecords(9);
        for (var i = 0; i < 300; i++)
        {
            var p = records.Person();
            people.Add($"{100 + (2 * i)},{p[0]} {p[1]},{p[8]},{p[5]},2026-01-01");
            people.Add($"{101 + (2 * i)},{p[0]} {(i == 0 ? p[1] : records.Typo(p[1]))},{(i == 0 || i % 3 > 0 ? "" : p[8])},{p[5]},2026-01-02");
        }

        project.Write("people.csv", "id,name,email,city,at\n" + string.Join('\n', people) + "\n");
        project.Write("orders.csv", "invoice,qty,at,price,customer\n1,1,2026-01-05,10,1\n2,1,2026-01-05,20,2\n3,1,2026-01-05,5,3\n");
        Text(project, 0, "run");
        return project;
    }

    private static string Customer(TestProject project, string record) => Json(project, "customer", "show", record).GetProperty("customer").GetString()!;

    private static double Revenue(TestProject project, string record)
    {
        var id = Customer(project, record);
        return project.Scalar<double>($"SELECT CAST(sum(f.revenue) AS DOUBLE) FROM star.fact_sales f JOIN star.dim_customer c ON c.customer_version_key = f.customer_version_key WHERE c.customer_id = '{id}'");
    }

    private static JsonElement Json(TestProject project, params string[] args)
    {
        using var document = JsonDocument.Parse(Text(project, 0, [.. args, "--json"]));
        return document.RootElement.Clone();
    }

    private static string Text(TestProject project, int code, params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var ended = CommandLine.Run([.. args, "--project", project.Folder], output, error, CancellationToken.None);
        Assert.That(ended, Is.EqualTo(code), $"{error}\n{Encoding.UTF8.GetString(output.ToArray())}");
        return code == 0 ? Encoding.UTF8.GetString(output.ToArray()) : error.ToString();
    }
}
