using Crm.Analytics.Etl;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Declarations;

public sealed class StandardModelTests
{
    [Test]
    public void StandardModel_Checked_HasNoProblem()
    {
        var problems = new List<Problem>();
        var reader = new ModelReader(problems);
        foreach (var (file, bytes) in CatalogueReader.StandardFiles())
        {
            reader.Read(file, bytes, standard: false);
        }

        reader.Check(new References(reader.Build(), problems));

        Assert.That(problems, Is.Empty);
    }

    [Test]
    public void StandardModel_Read_HasTheNamesThatStand()
    {
        var catalogue = CatalogueReader.ReadStandard();

        Assert.Multiple(() =>
        {
            Assert.That(catalogue.Contracts.Keys, Is.SupersetOf((string[])["order_line", "customer", "product"]));
            Assert.That(catalogue.Cubes["sales"].Measures.Select(m => m.Name),
                Is.SupersetOf((string[])["revenue", "returns", "quantity", "lines", "orders", "customers", "average_order_value"]));
            Assert.That(catalogue.Cubes["sales"].Joins.Select(j => j.Name), Is.SupersetOf((string[])["date", "geography", "product", "customer"]));
            Assert.That(catalogue.Dimensions["date"].Attributes.Select(a => a.Name), Is.SupersetOf((string[])["day", "week", "month", "quarter", "year"]));
            Assert.That(catalogue.Dimensions["product"].Attributes.Select(a => a.Name), Is.SupersetOf((string[])["code", "name"]));
            Assert.That(catalogue.Dimensions["customer"].Attributes[0], Has.Property("Name").EqualTo("id").And.Property("Column").EqualTo("customer_id"));
            Assert.That(catalogue.Dimensions["geography"].Attributes[0].Name, Is.EqualTo("country"));
            Assert.That(catalogue.Cubes["rfm"].Measures.Select(m => m.Name), Is.SupersetOf((string[])["customers", "revenue"]));
            Assert.That(catalogue.Cubes["rfm"].Dimensions.Select(d => d.Name), Is.SupersetOf((string[])["segment", "r", "f", "m", "snapshot"]));
        });
    }

    [Test]
    public void StandardModel_Read_HasEveryTableOfTheDesign()
    {
        var catalogue = CatalogueReader.ReadStandard();

        Assert.Multiple(() =>
        {
            Assert.That(catalogue.Contracts.Keys, Is.SupersetOf((string[])[
                "customer", "product", "order_line", "campaign", "campaign_contact", "interaction", "support_case", "survey_response", "opportunity",
                "loyalty_entry", "web_event", "exchange_rate", "employee", "target"]));
            Assert.That(catalogue.Dimensions.Keys, Is.SupersetOf((string[])["date", "customer", "product", "campaign", "channel", "geography", "employee"]));
            Assert.That(catalogue.Facts.Values.Select(f => f.Table), Is.SupersetOf((string[])[
                "star.fact_sales", "star.fact_interaction", "star.fact_support_case", "star.fact_campaign_contact", "star.fact_survey_response",
                "star.fact_opportunity", "star.fact_opportunity_stage", "star.fact_loyalty_entry", "star.fact_customer_month", "star.fact_web_event",
                "star.fact_exchange_rate", "star.fact_target", "star.bridge_order_reason"]));
            Assert.That(catalogue.Facts.Values.Select(f => f.Kind).Distinct(), Is.EquivalentTo(Enum.GetValues<FactKind>()));
            Assert.That(catalogue.Dimensions.Values.SelectMany(d => d.Attributes).Select(a => a.Scd).Distinct(), Is.EquivalentTo(Enum.GetValues<ScdType>()));
            Assert.That(catalogue.Facts.Values.Where(f => !catalogue.Cubes.Values.Any(c => c.Table == f.Table)).Select(f => f.Name), Is.EqualTo((string[])["exchange_rate"]));
            Assert.That(catalogue.Contracts.Values.SelectMany(c => c.Columns.Where(k => string.IsNullOrEmpty(k.Description)).Select(k => $"{c.Name}.{k.Name}")), Is.Empty);
        });
    }

    [Test]
    public void StandardModel_Read_InfersTypes()
    {
        var catalogue = CatalogueReader.ReadStandard();

        Assert.Multiple(() =>
        {
            Assert.That(catalogue.Facts["sales"].Columns.Single(c => c.Name == "quantity").Type.ToString(), Is.EqualTo("decimal(18,3)"));
            Assert.That(catalogue.Dimensions["product"].Attributes.Single(a => a.Name == "unit_cost").Type.ToString(), Is.EqualTo("decimal(18,4)"));
            Assert.That(catalogue.Cubes["rfm"].Dimensions.Single(d => d.Name == "snapshot").Type.Kind, Is.EqualTo(TypeKind.Date));
            Assert.That(catalogue.Facts["rfm"].Table, Is.EqualTo("star.score_rfm"));
            Assert.That(catalogue.Dimensions["customer"].IsVersioned, Is.True);
            Assert.That(catalogue.Dimensions["geography"].IsVersioned, Is.False);
        });
    }

    [Test]
    public void GeneratedCalendar_StandardDateDimension_DeclaresEachColumn()
        => Assert.That(CatalogueReader.ReadStandard().Dimensions["date"].Attributes.ToDictionary(a => a.Column, a => a.Type), Is.EquivalentTo(DateColumns.Types));

    [Test]
    public void Samples_Read_HaveNoProblem()
    {
        var samples = Path.Combine(TestProject.RepositoryRoot, "samples");
        foreach (var folder in Directory.GetDirectories(samples).Where(f => File.Exists(Path.Combine(f, "crm.yaml"))))
        {
            Assert.That(ProjectReader.Read(folder, StandardConnectors.Options).Problems, Is.Empty, folder);
        }
    }

    [Test]
    public void OnlineRetail_Read_MapsItsStream()
    {
        var project = ProjectReader.ReadOrThrow(Path.Combine(TestProject.RepositoryRoot, "samples", "online-retail"), StandardConnectors.Options);
        var source = project.Sources.Single();

        Assert.Multiple(() =>
        {
            Assert.That(project.Settings, Has.Property("Currency").EqualTo("GBP").And.Property("TimeZone").EqualTo("Europe/London")
                .And.Property("Warehouse").EqualTo("warehouse.duckdb").And.Property("FiscalYearStart").EqualTo(1));
            Assert.That(project.Settings.Rfm, Has.Property("Ties").EqualTo("share").And.Property("Grid").EqualTo("rfm").And.Property("MonthEnds").EqualTo(12));
            Assert.That(source.Streams.Single().Options["path"].Text, Is.EqualTo("data/*.csv"));
            Assert.That(source.Streams.Single().Columns.Select(c => $"{c.Name} {c.Type}"),
                Is.EqualTo((string[])["Quantity integer", "InvoiceDate timestamp", "UnitPrice decimal(18,4)"]));
            Assert.That(source.Maps.Select(m => m.Contract), Is.EqualTo((string[])["order_line", "customer", "product"]));
            Assert.That(source.Maps[0].Columns["customer_id"].Sql, Is.EqualTo(@"regexp_replace(CustomerID, '\.0$', '')"));
            Assert.That(source.Maps[1].Filter?.Sql, Is.EqualTo("CustomerID IS NOT NULL"));
            Assert.That(source.Rules.Select(r => $"{r.Contract}: {r.Name}: {r.Severity}"),
                Is.EqualTo((string[])["order_line: negative price: Warn", "order_line: no quantity: Quarantine"]));
        });
    }
}
