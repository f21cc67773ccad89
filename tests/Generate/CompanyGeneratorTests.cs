using System.Security.Cryptography;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Generate.Company;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Generate;

/// <summary>The files of a generated company, read back by other means, against what truth/ says about them and against the laws they are drawn by.</summary>
internal sealed class CompanyGeneratorTests : GeneratedFiles<CompanySummary>
{
    private static readonly CompanyOptions small = new() { Customers = 800, Years = 2, Seed = 7 };

    protected override CompanySummary Draw(string project) => CompanyGenerator.Generate(small, project);

    [Test]
    public void Generate_SameSeed_MakesTheSameBytes()
    {
        var options = new CompanyOptions { Customers = 60, Years = 1 };
        CompanyGenerator.Generate(options, Path.Combine(Folder, "one"));
        CompanyGenerator.Generate(options, Path.Combine(Folder, "two"));
        CompanyGenerator.Generate(options with { Seed = 2 }, Path.Combine(Folder, "other"));

        var hashes = Hashes("one");
        Assert.That(Hashes("two"), Is.EqualTo(hashes));

        // The calendar of campaigns and the lists of places and channels are those of every company.
        Assert.That(Hashes("other").Intersect(hashes).Select(h => h.Split(' ')[1]), Has.All.Matches<string>(f => f!.EndsWith(".yaml", StringComparison.Ordinal) || f.Contains("geography") || f.Contains("channels") || f.Contains("campaigns")));
    }

    [Test]
    public void Generate_InParts_DrawsTheSamePersons()
    {
        CompanyGenerator.Generate(small with { Part = 300 }, Path.Combine(Folder, "parts"));

        string[] files = [.. Directory.GetFiles(Path.Combine(Folder, "parts", "data", "webshop"), "orders*.csv").Order(StringComparer.Ordinal)];
        Assert.That(files, Has.Length.EqualTo(3));
        Assert.That(files.SelectMany(f => File.ReadLines(f).Skip(1)).Order(StringComparer.Ordinal),
            Is.EqualTo(File.ReadLines(Path.Combine(Project, "data", "webshop", "orders.csv")).Skip(1).Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Generate_Project_PassesTheCheck_AndFillsEveryContract()
    {
        var read = ProjectReader.Read(Project, StandardConnectors.Options);

        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Project!.Sources.SelectMany(s => s.Maps).Select(m => m.Contract).Distinct(), Is.EquivalentTo(read.Project.Catalogue.Contracts.Keys));
        Assert.That(Directory.GetFiles(Path.Combine(Project, "data"), "*.csv", SearchOption.AllDirectories), Has.All.Matches<string>(f => File.ReadLines(f!).Skip(1).Any()));
    }

    [Test]
    public void Summary_Numbers_AreThoseOfTheFiles()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Count("truth", "lifetimes.csv"), Is.EqualTo(Summary.Persons).And.EqualTo(800));
            Assert.That(Count("truth", "records.csv"), Is.EqualTo(Summary.Records));
            Assert.That(Count("data", "marketing", "contacts.csv"), Is.EqualTo(Summary.Contacts));
            Assert.That(Count("data", "servicedesk", "cases.csv"), Is.EqualTo(Summary.Cases));
            Assert.That(LinesOf("webshop", "orders") + LinesOf("till", "receipts") + LinesOf("sales", "orders"), Is.EqualTo(Summary.Lines));
        }
    }

    [Test]
    public void Purchases_Persons_BuyAtTheirOwnRateAndNotAfterTheyLeft()
    {
        // Gamma of shape 0.5 and scale 1/45: mean 0.0111 a day, standard deviation 0.0157; cut at 0.4.
        var mean = Session.Scalar<double>($"select avg(purchases_a_day) from {Csv("truth", "lifetimes.csv")}");
        Assert.That(mean, Is.EqualTo(0.5 / 45).Within(4 * 0.0157 / Math.Sqrt(800)));

        // What a campaign sold or the sales force won is none of their own rate's; own numbers are below 5000.
        var (bought, expected) = Session.Query<(double, double)>($"""
            with own as (select person, least(coalesce(left_on, date '2024-01-01'), date '2024-01-01') - joined_on as days, purchases_a_day as rate from {Csv("truth", "lifetimes.csv")}),
            placed as (select count(distinct order_id) as orders from ({Orders}) where substr(order_id, 2)::bigint % 10000 < 5000)
            select (select orders from placed)::double, (select sum(1 + days * rate) from own)::double
            """)[0];
        Assert.That(bought, Is.EqualTo(expected).Within(5 * Math.Sqrt(expected)));
        Assert.That(Session.Scalar<long>($"""
            select count(*) from ({Orders}) as o join {Csv("truth", "lifetimes.csv")} as l on l.person = substr(order_id, 2)::bigint // 10000
            where substr(order_id, 2)::bigint % 10000 between 1 and 4999 and o.ordered_at::date > l.left_on
            """), Is.Zero);
    }

    [Test]
    public void Campaigns_MeasuredUplift_IsNearTheTrueOne()
    {
        var (contacted, bought, control, anyway, won) = Session.Query<(double, double, double, double, double)>($"""
            select count(*) filter (where not c.is_control)::double, count(responded_at) filter (where not c.is_control)::double, count(*) filter (where c.is_control)::double,
              count(responded_at) filter (where c.is_control)::double, count(*) filter (where would_be_won)::double / count(*)
            from {Csv("data", "marketing", "contacts.csv")} as c join {Csv("truth", "contacts.csv")} using (contact_id)
            """)[0];
        var (treated, left) = (bought / contacted, anyway / control);
        var error = Math.Sqrt((treated * (1 - treated) / contacted) + (left * (1 - left) / control));

        Assert.That(control / (contacted + control), Is.EqualTo(0.2).Within(0.04));
        Assert.That(treated - left, Is.EqualTo(won).Within(3.5 * error));
        Assert.That(won, Is.GreaterThan(0.01), "the campaigns do something");
    }

    [Test]
    public void Complaints_ThatEndedBadly_DriveCustomersAway()
        => Assert.That(Session.Scalar<long>($"select count(*) from {Csv("truth", "lifetimes.csv")} where left_by_complaint"), Is.GreaterThan(3));

    [Test]
    public void Points_OfEveryMember_AreNeverBelowZero()
        => Assert.That(Session.Scalar<long>($"""
            select count(*) from (select sum(points) over (partition by member order by entered_at, points desc) as held from {Csv("data", "loyalty", "points.csv")}) where held < 0
            """), Is.Zero);

    [TestCase(5, 1, 120)]
    [TestCase(100, 0, 120)]
    [TestCase(100, 11, 120)]
    [TestCase(100, 1, 5)]
    public void Generate_OptionsOutOfRange_AreRefused(int customers, int years, int products)
    {
        var options = new CompanyOptions { Customers = customers, Years = years, Products = products };

        Assert.That(() => CompanyGenerator.Generate(options, Path.Combine(Folder, "wrong")), Throws.InstanceOf<CrmException>());
        Assert.That(Directory.Exists(Path.Combine(Folder, "wrong")), Is.False);
    }

    // The lines that are sales, of all three systems that sell.
    private string Orders => $"""
        select order_id, ordered_at from {Csv("data", "webshop", "orders.csv")} where not is_return
        union all select receipt, try_cast(sold_at as timestamp) from read_csv({Quoted("data", "till", "receipts.csv")}, header = true, all_varchar = true, ignore_errors = true) where is_return = 'false'
        union all select order_id, ordered_at from {Csv("data", "sales", "orders.csv")}
        """;

    private IEnumerable<string> Hashes(string project)
    {
        var at = Path.Combine(Folder, project);
        return Directory.GetFiles(at, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))} {Path.GetRelativePath(at, f).Replace('\\', '/')}");
    }

    private long LinesOf(string system, string stream) => File.ReadLines(Path.Combine(Project, "data", system, $"{stream}.csv")).Skip(1).Count();

    private long Count(params string[] path) => Session.Scalar<long>($"select count(*) from {Csv(path)}");

    private string Csv(params string[] path) => $"read_csv({Quoted(path)}, header = true)";

    private string Quoted(params string[] path) => SqlName.Literal(Path.Combine([Project, .. path]).Replace('\\', '/'));
}
