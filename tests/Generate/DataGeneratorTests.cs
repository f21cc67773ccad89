using System.Security.Cryptography;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Generate;
using Crm.Analytics.Tests.Storage;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Generate;

/// <summary>The generated files, read back by other means, against what truth/ says about them.</summary>
internal sealed class DataGeneratorTests : GeneratedFiles<GenerateSummary>
{
    private static readonly GenerateOptions small = new()
    {
        Customers = 300,
        Orders = 2_000,
        Days = 40,
        Products = 60,
        Rates = new() { Ragged = 0.01, BadDates = 0.01, UnknownProducts = 0.01, Duplicates = 0.1 },
    };

    protected override GenerateSummary Draw(string project) => DataGenerator.Generate(small, project);

    [Test]
    public void Generate_SameSeed_MakesTheSameBytes()
    {
        using var again = new WarehouseFolder();
        DataGenerator.Generate(small, Path.Combine(again.Path, "shop"));

        Assert.That(Hashes(Path.Combine(again.Path, "shop")), Is.EqualTo(Hashes(Project)));
    }

    [Test]
    public void Generate_OtherSeed_MakesOtherData()
    {
        using var again = new WarehouseFolder();
        DataGenerator.Generate(small with { Seed = 2 }, Path.Combine(again.Path, "shop"));

        var same = Hashes(Path.Combine(again.Path, "shop")).Intersect(Hashes(Project)).Select(h => h.Split(' ')[1]);
        Assert.That(same, Is.EquivalentTo((string[])["crm.yaml", "sources/shop.yaml"]));
    }

    [Test]
    public void Generate_Project_PassesTheCheck()
        => Assert.That(ProjectReader.Read(Project, StandardConnectors.Options).Problems, Is.Empty);

    [Test]
    public void Truth_ByDay_ReconcilesWithTheOrderFiles()
    {
        const int fields = 10;
        var told = File.ReadLines(Path.Combine(Project, "truth", "days.csv")).Skip(1).ToList();
        var found = new List<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(Project, "data", "orders")).Order(StringComparer.Ordinal))
        {
            var all = File.ReadLines(file).Skip(1).Select(l => l.Split(',')).ToList();
            var whole = all.Where(f => f.Length == fields).ToList();
            var sold = whole.Where(f => DateTime.TryParse(f[2], System.Globalization.CultureInfo.InvariantCulture, out _)).ToList();
            found.Add(FormattableString.Invariant(
                $"{Path.GetFileNameWithoutExtension(file)},{all.Count},{all.Count - whole.Count},{whole.Count - sold.Count},{sold.Count(f => f[4][0] == 'X')},{sold.Count},{sold.Count(IsReturn)},{sold.Where(f => !IsReturn(f)).Select(f => f[0]).Distinct().Count()},{sold.Sum(Value):0.00},{sold.Where(IsReturn).Sum(Value):0.00}"));
        }

        Assert.That(found, Is.EqualTo(told));
        Assert.That(Summary.Lines, Is.EqualTo(told.Sum(t => long.Parse(t.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture))));
        Assert.That(Summary.BrokenLines, Is.InRange(60, 200), "2 % of some 6,000 lines");
        Assert.That(Summary.ReturnedLines, Is.GreaterThan(50));

        static bool IsReturn(string[] f) => f[9] == "true";

        static decimal Value(string[] f) => decimal.Parse(f[5], System.Globalization.CultureInfo.InvariantCulture) * decimal.Parse(f[6], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Test]
    public void Truth_Totals_ReconcileWithTheDays()
    {
        Assert.That(Session.Scalar<decimal>($"select sum(revenue) from {Csv("truth", "days.csv")}"), Is.EqualTo(Summary.Revenue));
        Assert.That(Session.Scalar<long>($"select sum(ragged + bad_dates) from {Csv("truth", "days.csv")}"), Is.EqualTo(Summary.BrokenLines));
        Assert.That(Session.Scalar<long>($"select count(distinct person_id) from {Csv("truth", "identity.csv")}"), Is.EqualTo(Summary.Persons).And.EqualTo(270));
        Assert.That(Session.Scalar<long>($"select count(*) from {Csv("truth", "identity.csv")}"), Is.EqualTo(Summary.Customers).And.EqualTo(300));
    }

    [Test]
    public void Truth_Identity_NamesEveryCustomerOfTheFiles()
    {
        Assert.That(Session.Scalar<long>($"select count(distinct customer_id) from {Csv("data", "customers", "*.csv")}"), Is.EqualTo(300));
        Assert.That(Session.Scalar<long>($"select count(*) from {Csv("data", "customers", "*.csv")} where customer_id not in (select customer_id from {Csv("truth", "identity.csv")})"), Is.Zero);
        Assert.That(Session.Scalar<long>($"select count(distinct spelling) from {Csv("truth", "identity.csv")}"), Is.EqualTo(6));
        Assert.That(Session.Scalar<long>($"select max(n) from (select count(*) n from {Csv("truth", "identity.csv")} group by person_id)"), Is.EqualTo(3));
        Assert.That(Session.Scalar<long>($"""
            select count(*) from {Csv("data", "customers", "*.csv")} a join {Csv("truth", "identity.csv")} i using (customer_id)
            join {Csv("data", "customers", "*.csv")} b on b.customer_id = i.person_id
            where i.spelling <> 'own' and ((a.email = b.email and a.name = b.name) or a.birth_date <> b.birth_date)
            """), Is.Zero, "a duplicate's name or address is spelled otherwise, the birth date is the same");
    }

    [Test]
    public void Truth_CustomerChanges_AreTheDifferencesBetweenTheFiles()
    {
        var found = Session.Query<string>($"""
            select concat_ws(' ', customer_id, attribute, new) from (
              select customer_id, updated_at, unnest([{Changed("name")}, {Changed("city")}, {Changed("country")}], recursive := true)
              from {Csv("data", "customers", "*.csv")} window own as (partition by customer_id order by updated_at))
            where old <> new order by customer_id, updated_at, attribute
            """);

        Assert.That(found, Has.Count.GreaterThan(10));
        Assert.That(Session.Query<string>($"select concat_ws(' ', customer_id, attribute, new) from {Csv("truth", "customer_changes.csv")} order by customer_id, changed_at, attribute"),
            Is.EqualTo(found));

        static string Changed(string column) => $"{{'attribute': '{column}', 'old': lag({column}) over own, 'new': {column}}}";
    }

    [Test]
    public void Orders_Customers_AreKnownBeforeTheyOrder()
        => Assert.That(Session.Scalar<long>($"""
            select count(*) from {Orders} o
            where customer_id is not null and not exists (from {Csv("data", "customers", "*.csv")} c where c.customer_id::varchar = o.customer_id and c.updated_at < o.ordered_at::timestamp)
            """), Is.Zero);

    [Test]
    public void Orders_Prices_AreThoseOfTheirDay()
        => Assert.That(Session.Scalar<long>($"""
            select count(*) from {Orders} o asof join {Csv("data", "products", "*.csv")} p on p.sku = o.sku and o.ordered_at::timestamp >= p.updated_at
            where not o.is_return::boolean and p.price <> o.unit_price::decimal(18,2)
            """), Is.Zero);

    [Test]
    public void Orders_OfCustomers_FollowAParetoLaw()
    {
        var share = Session.Scalar<double>($"""
            with placed as (
              select person_id, count(distinct order_id) as orders
              from {Orders} o join {Csv("truth", "identity.csv")} i on i.customer_id::varchar = o.customer_id
              where not o.is_return::boolean group by person_id),
            ranked as (select orders, row_number() over (order by orders desc) as place from placed)
            select sum(orders) filter (where place <= 54) / sum(orders) from ranked
            """);

        Assert.That(share, Is.InRange(0.6, 0.75), "a fifth of the customers place two orders out of three");
    }

    [Test]
    public void Generate_FolderWithFiles_IsRefused()
    {
        var error = Assert.Throws<CrmException>(() => DataGenerator.Generate(small, Project));

        Assert.That(error.Kind, Is.EqualTo(FailureKind.WrongUse));
    }

    [TestCase(0, 1, 1)]
    [TestCase(1, -5, 1)]
    [TestCase(1, 1, 0)]
    public void Generate_OptionsOutOfRange_AreRefused(int customers, int orders, int days)
    {
        using var other = new WarehouseFolder();
        var options = small with { Customers = customers, Orders = orders, Days = days };

        Assert.That(() => DataGenerator.Generate(options, Path.Combine(other.Path, "x")), Throws.InstanceOf<CrmException>());
        Assert.That(Directory.Exists(Path.Combine(other.Path, "x")), Is.False);
    }

    [Test]
    public void Generate_SmallestOptions_MakeOneOrder()
    {
        using var other = new WarehouseFolder();

        var one = DataGenerator.Generate(new() { Customers = 1, Orders = 1, Days = 1, Products = 1 }, Path.Combine(other.Path, "x"));

        Assert.That((one.Customers, one.Orders), Is.EqualTo((1L, 1L)));
    }

    // The lines that are sales: whole, and with a date that is one.
    private string Orders => $"(from read_csv({Quoted("data", "orders", "*.csv")}, header = true, all_varchar = true, ignore_errors = true) "
        + "where try_cast(ordered_at as timestamp) is not null)";

    private static IEnumerable<string> Hashes(string project)
        => Directory.GetFiles(project, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))} {Path.GetRelativePath(project, f).Replace('\\', '/')}");

    private string Csv(params string[] path) => $"read_csv({Quoted(path)}, header = true)";

    private string Quoted(params string[] path) => SqlName.Literal(Path.Combine([Project, .. path]).Replace('\\', '/'));
}
