using Crm.Analytics.Etl;
using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Identity;

/// <summary>Runs whose project declares an identity: records of several sources become one customer, and facts follow.</summary>
internal sealed class ResolvedCustomerTests
{
    private const string Shop =
        """
        source: shop
        connector: files
        streams:
          people: {path: shop/people*.csv, format: csv, columns: {at: timestamp}}
          orders: {path: shop/orders*.csv, format: csv, columns: {qty: integer, at: timestamp, price: "decimal(18,4)"}}
        map:
          customer: {from: people, customer_id: id, effective_at: at, name: name, email: email, phone: phone, city: city}
          order_line: {from: orders, order_id: invoice, ordered_at: at, customer_id: customer, product_id: "'P'", quantity: qty, unit_price: price}
        """;

    private const string Club =
        """
        source: club
        connector: files
        streams:
          members: {path: club/members*.csv, format: csv, columns: {at: timestamp}}
          points: {path: club/points*.csv, format: csv, columns: {at: timestamp, points: "decimal(18,2)"}}
        map:
          customer: {from: members, customer_id: id, effective_at: at, name: name, email: email, phone: phone}
          loyalty_entry: {from: points, entry_id: entry, entered_at: at, customer_id: member, kind: "'earned'", points: points}
        """;

    private const string Rules =
        """
        identity: customer
        calling_code: 44
        match: {name: full_name, email: email, phone: phone}
        rules:
          - {name: same e-mail, columns: [email]}
          - {name: same phone and name, columns: [phone, name]}
        """;

    private const string Customers = "SELECT count(*) FROM star.dim_customer WHERE customer_key > 0 AND is_current";
    private const string Revenue = "SELECT c.customer_id || ' ' || CAST(sum(f.revenue) AS INTEGER) FROM star.fact_sales f JOIN star.dim_customer c ON c.customer_version_key = f.customer_version_key GROUP BY c.customer_id ORDER BY 1";
    private const string Ids = "SELECT record_key || '=' || customer_id FROM identity.record WHERE run_to IS NULL ORDER BY record_key";

    [Test]
    public void Run_RecordsOfTwoSources_BecomeOneCustomerThatFactsCarry()
    {
        using var project = Project(Rules);
        project.Run();
        var ids = IdsOf(project);
        Assert.That(ids["club:m1"], Is.EqualTo(ids["shop:1"]));
        Assert.That(ids.Values.Distinct().Count(), Is.EqualTo(4));
        Assert.That(project.Scalar<long>(Customers), Is.EqualTo(4));
        Assert.That(project.Query<string>(Revenue), Is.EquivalentTo(new[] { $"{ids["shop:1"]} 30", $"{ids["shop:2"]} 5", $"{ids["shop:9"]} 7" }));
        Assert.That(project.Query<string>("SELECT c.customer_id || ' ' || CAST(sum(f.points) AS INTEGER) FROM star.fact_loyalty_entry f JOIN star.dim_customer c ON c.customer_version_key = f.customer_version_key GROUP BY c.customer_id ORDER BY 1"),
            Is.EquivalentTo(new[] { $"{ids["club:m1"]} 100", $"{ids["club:m2"]} 50" }));
        Assert.That(project.Scalar<string>($"SELECT city FROM star.dim_customer WHERE customer_id = '{ids["shop:1"]}' AND is_current"), Is.EqualTo("Leeds"));
        var before = project.Hashes();
        Assert.That(project.Run().Published, Is.False);
        Assert.That(project.Hashes(), Is.EqualTo(before));
    }

    [Test]
    public void Run_WithoutDeclaration_MakesNoTablesOfIdentity()
    {
        using var project = Project(null);
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'identity'"), Is.Zero);
        Assert.That(project.Scalar<long>(Customers), Is.EqualTo(5));
    }

    [Test]
    public void Run_LateMerge_MovesFactsAndOldRunsStillAnswer()
    {
        using var project = Project(Rules.Replace("match:", "guards: {several_per_source: [shop]}\nmatch:"));
        project.Run();
        var first = IdsOf(project);
        project.Write("shop/people2.csv", "id,name,email,phone,city,at\n2,Zoe Ray,ann@x.org,,York,2026-02-01\n");
        project.Run();
        var ids = IdsOf(project);
        Assert.That(ids["shop:2"], Is.EqualTo(first["shop:1"]));
        Assert.That(project.Scalar<long>(Customers), Is.EqualTo(3), "the customer that was Zoe's is no customer any more");
        Assert.That(project.Query<string>(Revenue), Is.EquivalentTo(new[] { $"{first["shop:1"]} 35", $"{first["shop:9"]} 7" }));
        Assert.That(AsOf(project, 1), Is.EquivalentTo(new[] { $"{first["shop:1"]} 30", $"{first["shop:2"]} 5", $"{first["shop:9"]} 7" }));
    }

    [Test]
    public void Run_NewDay_MatchesItAgainstKnownRecordsOnly()
    {
        using var project = Project(Rules);
        project.Run();
        var first = IdsOf(project);
        project.Write("club/members2.csv", "id,name,email,phone,at\nm3,\"Ray, Zoe\",,+44 20 7946 0002,2026-02-01\nm4,New Person,new@x.org,,2026-02-01\n");
        project.Write("shop/orders2.csv", "invoice,qty,at,price,customer\n4,1,2026-02-02,2,1\n");
        project.Run();
        var ids = IdsOf(project);
        Assert.That(first.All(f => ids[f.Key] == f.Value), Is.True, "known records keep their customers");
        Assert.That(ids["club:m3"], Is.EqualTo(first["shop:2"]), "the same telephone in another format, and the name in another order");
        Assert.That(first.Values, Does.Not.Contain(ids["club:m4"]));
        Assert.That(project.Query<string>(Revenue), Does.Contain($"{first["shop:1"]} 32"));
        Assert.That(project.Scalar<long>("SELECT count(*) FROM identity.record WHERE run_to IS NOT NULL"), Is.Zero);
    }

    [Test]
    public void Run_ProbabilisticNextDay_MatchesByTheModelOfTheFirst()
    {
        using var project = new TestProject(Shop);
        project.Write("sources/club.yaml", Club);
        project.Write("model/identity.yaml", "identity: customer\nmatch: {name: full_name, email: email, phone: phone}\nprobabilistic: {threshold: 90%}\n");
        var records = new GeneratedRecords(31);
        var persons = Enumerable.Range(0, 400).Select(_ => records.Person()).ToList();
        var members = persons.Select((p, i) => $"m{i},{records.Typo(p[0])} {p[1]},{(i % 3 == 0 ? "" : p[8])},{(i % 3 == 1 ? "" : p[7])},2026-01-10").ToList();
        project.Write("shop/people1.csv", "id,name,email,phone,city,at\n" + string.Join('\n', persons.Select((p, i) => $"{i},{p[0]} {p[1]},{p[8]},{p[7]},{p[5]},2026-01-01")) + "\n");
        project.Write("shop/orders1.csv", "invoice,qty,at,price,customer\n1,1,2026-01-02,10,1\n");
        project.Write("club/points1.csv", "entry,at,member,points\ne1,2026-01-11,m1,100\ne2,2026-01-11,m2,50\n");
        project.Write("club/members1.csv", "id,name,email,phone,at\n" + string.Join('\n', members.Take(300)) + "\n");
        project.Run();
        var first = IdsOf(project);
        project.Write("club/members2.csv", "id,name,email,phone,at\n" + string.Join('\n', members.Skip(300)) + "\n");
        project.Run();
        var ids = IdsOf(project);
        Assert.That(first.Count(f => ids[f.Key] != f.Value), Is.Zero);
        Assert.That(Enumerable.Range(300, 100).Count(i => ids[$"club:m{i}"] == ids[$"shop:{i}"]), Is.AtLeast(95), "the second day finds whom it belongs to");
        Assert.That(project.Scalar<long>("SELECT count(*) FROM identity.model"), Is.EqualTo(1), "the first day's parameters serve the second");
        Assert.That(project.Scalar<long>("SELECT count(*) FROM identity.link WHERE run_to IS NOT NULL"), Is.Zero, "links between known records stay as they are");
    }

    [Test]
    public void Run_OrderBeforeItsCustomer_FindsItLater()
    {
        using var project = Project(Rules);
        project.Run();
        var first = IdsOf(project);
        project.Write("shop/people2.csv", "id,name,email,phone,city,at\n9,Club Bob,bob@x.org,,Hull,2026-03-01\n");
        project.Run();
        var ids = IdsOf(project);
        Assert.That(ids["shop:9"], Is.EqualTo(first["club:m2"]), "the record that only an order spoke of is Bob");
        Assert.That(project.Query<string>(Revenue), Does.Contain($"{first["club:m2"]} 7"));
        Assert.That(AsOf(project, 1), Does.Contain($"{first["shop:9"]} 7"));
    }

    [Test]
    public void Run_DeclaredLater_ResolvesWhatWasLoaded()
    {
        using var project = Project(null);
        project.Run();
        project.Write("model/identity.yaml", Rules);
        project.Run();
        var ids = IdsOf(project);
        Assert.That(ids["club:m1"], Is.EqualTo(ids["shop:1"]));
        Assert.That(project.Scalar<long>(Customers), Is.EqualTo(4));
        Assert.That(project.Query<string>(Revenue), Is.EquivalentTo(new[] { $"{ids["shop:1"]} 30", $"{ids["shop:2"]} 5", $"{ids["shop:9"]} 7" }));
        Assert.That(AsOf(project, 1), Is.EquivalentTo(new[] { "1 30", "2 5", "9 7" }));
        Assert.That(project.Run().Published, Is.False);
    }

    [Test]
    public void Run_DeclarationGone_IsRefused()
    {
        using var project = Project(Rules);
        project.Run();
        File.Delete(Path.Combine(project.Folder, "model", "identity.yaml"));
        Assert.That(() => project.Run(), Throws.InstanceOf<CrmException>().With.Property("Found").Contains("identity"));
    }

    [TestCase("most_recent", "Ann Leeds")]
    [TestCase("{take: most_trusted, sources: [club]}", "Ann M Lee")]
    [TestCase("most_frequent", "Ann Lee")]
    [TestCase("most_complete", "Ann Lee")]
    public void Run_Survivorship_ChoosesAsDeclaredAndKeepsLineage(string way, string name)
    {
        using var project = Project(Rules.Replace("match:", $"survivorship: {{name: {way}}}\nguards: {{several_per_source: [shop]}}\nmatch:"));
        project.Write("shop/people0.csv", "id,name,email,phone,city,at\n7,Ann Lee,ann@x.org,020 7946 0009,Leeds,2025-01-01\n8,Ann Leeds,ann@x.org,,,2026-01-20\n");
        project.Run();
        var id = IdsOf(project)["shop:1"];
        Assert.That(project.Scalar<string>($"SELECT name FROM star.dim_customer WHERE customer_id = '{id}' AND is_current"), Is.EqualTo(name));
        Assert.That(project.Scalar<string>($"SELECT value FROM identity.survivor WHERE customer_id = '{id}' AND column_name = 'name' AND run_to IS NULL"), Is.EqualTo(name));
        Assert.That(project.Scalar<long>($"SELECT count(*) FROM identity.survivor s JOIN meta.source_file f ON f.file_id = s.source_file WHERE customer_id = '{id}'"), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public void Run_DecisionsInTurns_MoveFactsBothWays()
    {
        using var project = Project(Rules);
        project.Run();
        var first = IdsOf(project);
        var split = first["shop:1"];
        for (var turn = 0; turn < 4; turn++)
        {
            project.Decide(turn % 2 == 1, turn + 1, "shop:1", "club:m1");
            var done = project.Run(new RunRequest { IsDecided = true });
            Assert.That(done.Published, Is.True);
            var ids = IdsOf(project);
            Assert.That(ids["shop:1"] == ids["club:m1"], Is.EqualTo(turn % 2 == 1), $"turn {turn}");
            Assert.That(project.Query<string>(Revenue), Does.Contain($"{ids["shop:1"]} 30"));
            Assert.That(project.Scalar<long>(Customers), Is.EqualTo(turn % 2 == 1 ? 4 : 5));
            Assert.That(AsOf(project, 1), Does.Contain($"{split} 30"));
            Assert.That(project.Run().Published, Is.False);
        }
    }

    [Test]
    public void Run_MergeAgainstGuards_IsFollowed()
    {
        using var project = Project(Rules);
        project.Run();
        project.Decide(true, 1, "shop:1", "shop:2");
        project.Run(new RunRequest { IsDecided = true });
        var ids = IdsOf(project);
        Assert.That(ids["shop:1"], Is.EqualTo(ids["shop:2"]), "a person's decision outweighs the guard of one record per source");
        Assert.That(project.Query<string>(Revenue), Does.Contain($"{ids["shop:1"]} 35"));
    }

    [Test]
    public void Run_RulesThatContradictGuards_CutTheWeakerAndSaySo()
    {
        using var project = Project(Rules);
        project.Write("club/members2.csv", "id,name,email,phone,at\nm5,Zoe Ray,ann@x.org,020 7946 0002,2026-01-05\n");
        var run = project.Run();
        var ids = IdsOf(project);
        Assert.That(ids["shop:1"], Is.Not.EqualTo(ids["shop:2"]));
        Assert.That(run.Warnings, Has.Some.Contains("were cut"));
    }

    private static TestProject Project(string? identity)
    {
        var project = new TestProject(Shop);
        project.Write("sources/club.yaml", Club);
        if (identity is not null)
        {
            project.Write("model/identity.yaml", identity);
        }

        project.Write("shop/people1.csv", "id,name,email,phone,city,at\n1,Ann Lee,ann@x.org,020 7946 0001,Leeds,2026-01-01\n2,Zoe Ray,zoe@x.org,020 7946 0002,York,2026-01-01\n");
        project.Write("shop/orders1.csv", "invoice,qty,at,price,customer\n1,1,2026-01-02,10,1\n2,2,2026-01-03,10,1\n3,1,2026-01-03,5,2\n8,1,2026-01-04,7,9\n");
        project.Write("club/members1.csv", "id,name,email,phone,at\nm1,Ann M Lee,ann+club@x.org,,2026-01-10\nm2,Bob Oak,bob@x.org,,2026-01-10\n");
        project.Write("club/points1.csv", "entry,at,member,points\ne1,2026-01-11,m1,100\ne2,2026-01-11,m2,50\n");
        return project;
    }

    private static Dictionary<string, string> IdsOf(TestProject project) => project.Query<string>(Ids).Select(r => r.Split('=')).ToDictionary(r => r[0], r => r[1]);

    private static IReadOnlyList<string> AsOf(TestProject project, int run) => project.Query<string>(
        $"""
        WITH f AS (SELECT customer_key, revenue FROM star.fact_sales WHERE run_id <= {run} UNION ALL SELECT customer_key, revenue FROM star.fact_sales_history WHERE run_from <= {run} AND run_to > {run}),
        c AS (SELECT customer_key, customer_id FROM star.dim_customer WHERE run_id <= {run} UNION SELECT customer_key, customer_id FROM star.dim_customer_history WHERE run_from <= {run} AND run_to > {run})
        SELECT c.customer_id || ' ' || CAST(sum(revenue) AS INTEGER) FROM f JOIN (SELECT DISTINCT customer_key, customer_id FROM c) c USING (customer_key) GROUP BY c.customer_id ORDER BY 1
        """);
}
