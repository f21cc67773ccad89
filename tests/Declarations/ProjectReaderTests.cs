using System.Text;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Declarations;

public sealed class ProjectReaderTests
{
    private const string Source = "source: shop\nconnector: files\nstreams: {lines: {path: a.csv}}\n";

    [Test]
    public void Folder_WithoutCrmYaml_IsWrongUse()
    {
        using var project = new TestProject();
        File.Delete(Path.Combine(project.Folder, "crm.yaml"));

        var error = Assert.Throws<CrmException>(() => project.Read());

        Assert.That(error, Has.Property("Kind").EqualTo(FailureKind.WrongUse).And.Property("Found").EqualTo("not a project folder")
            .And.Property("Next").Contains("crm init").And.Property("Next").Contains("crm demo"));
    }

    [Test]
    public void Folder_ThatIsNotThere_IsWrongUse()
        => Assert.That(() => ProjectReader.Read(Path.Combine(Path.GetTempPath(), "crm-none", "none"), StandardConnectors.Options), Throws.TypeOf<CrmException>().With.Property("Found").EqualTo("no such folder"));

    [Test]
    public void Folder_WithCrmYamlAsFolder_IsNoProject()
    {
        using var project = new TestProject();
        File.Delete(Path.Combine(project.Folder, "crm.yaml"));
        Directory.CreateDirectory(Path.Combine(project.Folder, "crm.yaml"));

        Assert.That(() => project.Read(), Throws.TypeOf<CrmException>());
    }

    [Test]
    public void Settings_WithNameOnly_HaveDefaults()
    {
        using var project = new TestProject();

        var settings = project.Read().Project!.Settings;

        Assert.That(settings.Security.AllowPrivateAddresses, Is.Empty);
        Assert.That(settings.Jobs, Is.Empty);
        Assert.That(settings.Rfm.By, Is.Empty);
        Assert.That(settings.Retention, Is.Empty);
        Assert.That(settings.LifetimeValue.Covariates, Is.Empty);
        var rfm = new RfmSettings("share", "rfm", 12, default);
        var plain = settings with
        {
            Where = default,
            Jobs = [],
            Retention = [],
            Security = SecuritySettings.Strict,
            Rfm = settings.Rfm with { Where = default, By = rfm.By },
            LifetimeValue = settings.LifetimeValue with { Covariates = LifetimeValueSettings.Usual.Covariates },
        };
        Assert.That(plain, Is.EqualTo(new ProjectSettings("Test", "warehouse.duckdb", "UTC", "EUR", 1, "en-GB", rfm, default)));
    }

    [TestCase("4", 4)]
    [TestCase("april", 4)]
    [TestCase("December", 12)]
    public void FiscalYearStart_NumberOrName_IsTheMonth(string written, int month)
    {
        using var project = new TestProject().Write("crm.yaml", $"name: Test\nfiscal_year_start: {written}\n");

        Assert.That(project.Read().Project!.Settings.FiscalYearStart, Is.EqualTo(month));
    }

    [Test]
    public void ReadOrThrow_WithProblems_CarriesThemAll()
    {
        using var project = new TestProject().Write("crm.yaml", "name: Test\ncurrency: x\nlocale: y\n").Write("sources/a.yaml", "source: a\n");

        var error = Assert.Throws<DeclarationException>(() => ProjectReader.ReadOrThrow(project.Folder, StandardConnectors.Options));

        Assert.That(error.Problems.Select(p => p.Where.ToString()),
            Is.EqualTo((string[])["crm.yaml:2:11", "crm.yaml:3:9", "sources/a.yaml:1:1", "sources/a.yaml:1:1"]));
        Assert.That(error.Kind, Is.EqualTo(FailureKind.CheckFailed));
    }

    private static IEnumerable<TestCaseData> NotText()
    {
        yield return new TestCaseData((object)"name: caf"u8.ToArray().Append((byte)0xE9).ToArray(), "crm.yaml:1:10: byte 0xE9, which is not UTF-8 text").SetArgDisplayNames("latin-1");
        yield return new TestCaseData((object)Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("name: x")).ToArray(),
            "crm.yaml:1:1: byte 0xFF, which is not UTF-8 text (the file looks like UTF-16)").SetArgDisplayNames("utf-16");
        yield return new TestCaseData((object)"name: x\n\0"u8.ToArray(), "crm.yaml:2:1: byte 0x00, which is not UTF-8 text").SetArgDisplayNames("zero byte");
        yield return new TestCaseData((object)"name: x\n  \u0007"u8.ToArray(), "crm.yaml:2:3: the control character 0x07").SetArgDisplayNames("control character");
        yield return new TestCaseData((object)Array.Empty<byte>(), "crm.yaml: an empty file").SetArgDisplayNames("nothing");
        yield return new TestCaseData((object)new byte[] { 0xEF, 0xBB, 0xBF }, "crm.yaml: an empty file").SetArgDisplayNames("a byte-order mark alone");
        yield return new TestCaseData((object)Encoding.ASCII.GetBytes(new string('[', 100_000)), "crm.yaml:1:34: more than 32 levels").SetArgDisplayNames("nested");
        yield return new TestCaseData((object)Encoding.ASCII.GetBytes(new string(' ', 2_000_000)), "crm.yaml: 2000000 bytes").SetArgDisplayNames("large");
    }

    [TestCaseSource(nameof(NotText))]
    public void Settings_NotReadableText_TellWhere(byte[] bytes, string problem)
    {
        using var project = new TestProject().Write("crm.yaml", bytes);

        var only = project.Read().Problems.Single();

        Assert.That($"{only.Where}: {only.Found}", Is.EqualTo(problem));
    }

    [Test]
    public void Settings_ByteOrderMarkAndCarriageReturns_AreRead()
    {
        using var project = new TestProject().Write("crm.yaml", [0xEF, 0xBB, 0xBF, .. "name: Café\r\nrfm:\r\n  ties: ntile\r\n"u8]);

        var settings = project.Read().Project!.Settings;

        Assert.That((settings.Name, settings.Rfm.Ties), Is.EqualTo(("Café", "ntile")));
    }

    [Test]
    public void Source_ThatCannotBeOpened_IsAProblemOfThatFile()
    {
        using var project = new TestProject().Write("sources/shop.yaml", Source);
        using var held = new FileStream(Path.Combine(project.Folder, "sources", "shop.yaml"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var problem = project.Read().Problems.Single();

        Assert.That((problem.Where.ToString(), problem.Expected), Is.EqualTo(("sources/shop.yaml", "a file that you may read")));
    }

    [Test]
    public void Model_DeclarationOfAStandardName_ReplacesIt()
    {
        using var project = new TestProject().Write("model/deep/er/geography.yaml",
            "dimension: geography\ntitle: Where\nfrom: order_line\nkey: country\nattributes: {country: {title: Land}}\n");

        var geography = project.Read().Project!.Catalogue.Dimensions["geography"];

        Assert.That((geography.Title, geography.Attributes.Single().Title, geography.Where.ToString()), Is.EqualTo(("Where", "Land", "model/deep/er/geography.yaml:1:1")));
    }

    [Test]
    public void Model_FilesOfOtherKinds_AreLeftAlone()
    {
        using var project = new TestProject().Write("model/notes.md", "\t").Write("sources/readme.txt", "\t").Write("sources/old/shop.yaml", "\t");

        Assert.That(project.Problems(), Is.Empty);
    }

    [Test]
    public void Source_StreamNamedLikeAContract_IsMappedByName()
    {
        using var project = new TestProject().Write("sources/shop.yaml", "source: shop\nconnector: files\nstreams: {customer: {path: a.csv}, other: {path: b.csv}}\n");

        var map = project.Read().Project!.Sources.Single().Maps.Single();

        Assert.That((map.Contract, map.From, map.Columns.Count), Is.EqualTo(("customer", "customer", 0)));
    }

    [Test]
    public void Source_ConnectorOfItsOwn_HasItsOwnOptions()
    {
        using var project = new TestProject().Write("sources/shop.yaml", """
            source: shop
            connector: ledger
            connection: ${SHOP_DB}
            streams:
              orders: {table: public.orders, tries: 2, key: [id, line], fetch: slow}
            """);
        ConnectorOptions ledger = new("ledger", [new("connection", OptionKind.Text, "Where it is.") { Required = true }],
            [new("table", OptionKind.Text, "Table.") { Required = true }, new("tries", OptionKind.Integer, "Days."), new("fetch", OptionKind.Choice, "How.") { Choices = ["slow", "fast"] }]);

        var source = project.Read([new FilesConnector().Options, ledger]).Project!.Sources.Single();

        Assert.Multiple(() =>
        {
            Assert.That(source.Options["connection"].Text, Is.EqualTo("${SHOP_DB}"));
            Assert.That(source.Streams.Single().Options.ToDictionary(o => o.Key, o => o.Value.Text),
                Is.EquivalentTo(new Dictionary<string, string> { ["table"] = "public.orders", ["tries"] = "2", ["fetch"] = "slow" }));
            Assert.That(source.Streams.Single().Key, Is.EqualTo((string[])["id", "line"]));
            Assert.That(project.Problems()[0], Does.StartWith("sources/shop.yaml:2:12: 'ledger' for 'connector'"), "without the connector");
        });
    }

    [Test]
    public void Secret_WrittenOut_IsNeverRepeated()
    {
        using var project = new TestProject().Write("crm.yaml", "name: Test\npassword: hunter2\n")
            .Write("sources/shop.yaml", Source.Replace("files", "files\ntoken: [hunter2, {x: hunter2}]\nmy_secret: \"a\\nhunter2\"", StringComparison.Ordinal));

        Assert.That(project.Problems(), Has.None.Contains("hunter2").And.Some.Contains("a secret written out"));
    }

    [Test]
    public void Project_GivenMutatedFiles_TellsProblemsOrReads()
    {
        var random = new Random(541909);
        var standard = CatalogueReader.StandardFiles().ToDictionary(f => f.File[4..], f => Encoding.UTF8.GetString(f.Bytes));
        var shop = File.ReadAllText(Path.Combine(TestProject.RepositoryRoot, "samples", "online-retail", "sources", "shop.yaml"));
        var read = 0;
        for (var i = 0; i < 400; i++)
        {
            using var project = new TestProject();
            var (file, text) = standard.ElementAt(random.Next(standard.Count));
            project.Write("crm.yaml", i % 3 == 0 ? Mutation.Of("name: Test\nrfm: {ties: share}\n", random) : TestProject.Settings)
                .Write("sources/shop.yaml", i % 3 == 1 ? Mutation.Of(shop, random) : shop)
                .Write($"model/{file}", i % 3 == 2 ? Mutation.Of(text, random) : text);

            var result = project.Read();

            read += result.Project is null ? 0 : 1;
            Assert.That(result.Project is null, Is.EqualTo(result.Problems.Count > 0));
            Assert.That(result.Problems.Where(p => p.Where.Line < 0 || p.Found.Length == 0 || p.Expected.Length == 0 || p.Next.Length == 0), Is.Empty);
        }

        Assert.That(read, Is.InRange(20, 380), "both kinds must occur");
    }
}
