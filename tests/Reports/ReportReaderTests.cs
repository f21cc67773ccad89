using System.Text;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations.Reading;

namespace Crm.Analytics.Tests.Reports;

internal sealed class ReportReaderTests
{
    private const string Good = """
        report: mine
        title: Mine
        rows: [[a, b], c]
        tiles:
          a: {figures: [{measure: sales.revenue}]}
        charts:
          b: {by: date.month, series: [sales.revenue]}
        prose:
          c: {text: "Revenue was {sales.revenue}."}
        """;

    [Test]
    public void Library_OverTheStandardModel_HasNoProblem() =>
        Assert.That(ReportFiles.Check(ReportFiles.List(null), TestCatalogue.Value), Is.Empty);

    [Test]
    public void Library_ListedWithoutProject_HoldsTheStandardReports() =>
        Assert.That(ReportFiles.List(null).Select(f => f.Name), Is.EqualTo(new[]
        {
            "acquisition", "campaign_performance", "churn_retention", "customer_value", "data_quality", "executive_overview", "loyalty_programme", "model_validation", "one_customer", "pipeline",
            "products", "rfm_segments", "sales_overview", "service_quality",
        }));

    [Test]
    public void Documentation_ItsExample_IsAReportWithoutProblems() =>
        Assert.That(ReportFiles.Check([File("sales_by_month", Example("reports.md", 0))], TestCatalogue.Value), Is.Empty);

    [Test]
    public void Documentation_ItsDeliveries_AreWithoutProblems()
    {
        Assert.That(ReportFiles.Check([File("sales_by_month", Example("reports.md", 0) + Example("delivery.md", 0))], TestCatalogue.Value), Is.Empty);
        var project = Directory.CreateTempSubdirectory("crm-reports-");
        try
        {
            System.IO.File.WriteAllText(Path.Combine(project.FullName, "crm.yaml"), "name: Test\n" + Example("delivery.md", 1));
            var read = ProjectReader.Read(project.FullName, []);
            Assert.That(read.Problems, Is.Empty);
            Assert.That(ReportFiles.CheckDeliveries(ReportFiles.List(null), read.Project!), Is.Empty);
            var declared = ReportFiles.Deliveries(ReportFiles.List(null).Single(f => f.Name == "sales_overview"), read.Project!).Single();
            Assert.That((declared.Name, declared.OnlyIf!.Kind, declared.OnlyIf.Value, declared.Wait!.Until), Is.EqualTo(("warning", ConditionKind.FallsBy, 0.2, (TimeOnly?)new TimeOnly(9, 30))));
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }

    [TestCase("report: sales_overvieww, folder: x", "did you mean 'sales_overview'")]
    [TestCase("report: sales_overview, folder: x, with: {land: France}", "a parameter of the report")]
    [TestCase("report: sales_overview", "folder, email and webhook")]
    public void DeliveryInTheSettings_ThatIsWrong_IsNamed(string delivery, string expected)
    {
        var project = Directory.CreateTempSubdirectory("crm-reports-");
        try
        {
            System.IO.File.WriteAllText(Path.Combine(project.FullName, "crm.yaml"), $"name: Test\ndeliver:\n  d: {{{delivery}}}\n");
            var problems = ReportFiles.CheckDeliveries(ReportFiles.List(null), ProjectReader.Read(project.FullName, []).Project!);
            Assert.That(problems.Select(p => p.ToString()), Has.Some.StartsWith("crm.yaml:3:").And.Contains(expected));
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }

    private static string Example(string page, int place)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(Architecture.SourceTree.Root, "docs", page)).ReplaceLineEndings("\n");
        var start = text.IndexOf("```yaml\n", StringComparison.Ordinal) + 8;
        for (; place > 0; place--)
        {
            start = text.IndexOf("```yaml\n", start, StringComparison.Ordinal) + 8;
        }

        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    [Test]
    public void GoodReport_Read_KeepsItsLayout()
    {
        var plan = ReportFiles.Plan(File("mine", Good), TestCatalogue.Value);
        Assert.That(plan.Rows.Select(r => string.Join(' ', r.Blocks.Select(b => b.Frame.Name))), Is.EqualTo(new[] { "a b", "c" }));
    }

    [TestCase("measure: sales.revenue", "measure: sales.revenu", "5:27", "did you mean 'sales.revenue'?")]
    [TestCase("by: date.month", "by: date.mont", "7:11", "did you mean 'date.month'?")]
    [TestCase("[sales.revenue]", "[sales.revenue, rfm.customers]", "7:47", "measures of one cube in one block")]
    [TestCase("by: date.month", "by: rfm.segment", "7:11", "a dimension that cube 'sales' reaches")]
    [TestCase("series: [", "serie: [", "7:23", "did you mean 'series'?")]
    [TestCase("[a, b]", "[a, bb]", "3:12", "a block of this report")]
    [TestCase("[a, b]", "[a]", "7:3", "every block in 'rows'")]
    [TestCase("[a, b]", "[a, a, b]", "3:12", "each block once in the layout")]
    [TestCase("title: Mine", "title: $mine", "2:8", "a key of 'texts'")]
    [TestCase("report: mine", "report: yours", "1:1", "'yours.yaml', so that each report is found by its name")]
    [TestCase("{sales.revenue}", "{sales.turnover}", "9:13", "a measure")]
    [TestCase("by: date.month,", "by: date.month, order: {sales.orders: desc},", "7:31", "a member of the block")]
    [TestCase("by: date.month,", "by: date.month, where: [{member: date.month}],", "7:31", "values or a period")]
    [TestCase("by: date.month,", "by: date.month, limit: 0,", "7:30", "a whole number from 1 to 10000")]
    [TestCase("  c:", "  a:", "9:3", "each name once")]
    public void Mistake_Read_IsNamedAtItsPlace(string right, string wrong, string place, string expected)
    {
        var problems = ReportFiles.Check([File("mine", Good.Replace(right, wrong, StringComparison.Ordinal))], TestCatalogue.Value);
        Assert.That(problems.Select(p => p.ToString()), Has.Some.StartsWith($"reports/mine.yaml:{place}: ").And.Contains(expected));
    }

    [TestCase("pivots:\n  a: {down: date.month, across: date.month, measures: sales.revenue}", "5:33", "each dimension on one side")]
    [TestCase("pivots:\n  a: {down: date.mont, measures: sales.revenue}", "5:13", "did you mean 'date.month'?")]
    [TestCase("funnels:\n  a: {steps: [sales.orders]}", "5:3", "two steps or more")]
    [TestCase("funnels:\n  a: {by: date.month, steps: [sales.orders, sales.lines]}", "5:11", "one step with a dimension")]
    [TestCase("cohorts:\n  a: {cohort: date.month, period: date.month, measure: sales.customers}", "5:35", "Name another dimension")]
    [TestCase("charts:\n  a: {by: date.month, split: geography.country, series: [sales.orders, sales.lines]}", "5:30", "one series")]
    [TestCase("parameters: {p: {type: date, default: soon}}\ncharts:\n  a: {by: date.month, series: [sales.orders]}", "4:39", "a day, as 2011-12-09")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders], where: [{member: date.month, parameter: q}]}", "5:87", "a parameter of this report")]
    [TestCase("tables:\n  a: {by: date.month, columns: [date.month, {member: sales.orders, per: sales.lines}]}", "5:73", "a member that is a column")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders]}\ndeliver:\n  d: {formats: csv}", "7:3", "folder, email and webhook")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders]}\ndeliver:\n  d: {email: {to: nobody}}", "7:19", "an e-mail address")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders]}\ndeliver:\n  d: {folder: x, formats: doc}", "7:27", "a format")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders]}\ndeliver:\n  d: {folder: x, only_if: {measure: sales.orders, falls_by: 10%}}", "7:61", "the time dimension of the history")]
    [TestCase("tables:\n  a: {by: rfm.segment, columns: [rfm.segment]}\ndeliver:\n  d: {folder: x, burst: {by: geography.country}}", "7:30", "its recipient's rows")]
    [TestCase("charts:\n  a: {by: date.month, series: [sales.orders]}\ndeliver:\n  d: {webhook: {url: \"http://x\", secret: abc}}", "7:42", "${")]
    public void MistakeInABlock_Read_IsNamedAtItsPlace(string blocks, string place, string expected)
    {
        var problems = ReportFiles.Check([File("mine", $"report: mine\ntitle: Mine\nrows: [a]\n{blocks}\n")], TestCatalogue.Value);
        Assert.That(problems.Select(p => p.ToString()), Has.Some.StartsWith($"reports/mine.yaml:{place}: ").And.Contains(expected));
    }

    [Test]
    public void SeveralMistakes_Planned_AreAllThrownAtOnce()
    {
        var text = Good.Replace("sales.revenue", "sales.turnover", StringComparison.Ordinal).Replace("title:", "titel:", StringComparison.Ordinal);
        var error = Assert.Throws<DeclarationException>(() => ReportFiles.Plan(File("mine", text), TestCatalogue.Value))!;
        Assert.That(error.Problems, Has.Count.GreaterThanOrEqualTo(5));
        Assert.That(error.Problems.Select(p => p.Where.Line), Is.Ordered);
    }

    [TestCase("")]
    [TestCase("- a list")]
    [TestCase("just text")]
    [TestCase("report: mine\n\ttitle: x")]
    [TestCase("rows: [[]]\ncharts: 3\ntiles: [1]\ntexts: {en: x}")]
    [TestCase("report: &a mine\ntitle: *a")]
    [TestCase("\u0000PNG\u0001")]
    public void NoReport_Read_IsProblemsAndNoCrash(string text) =>
        Assert.That(ReportFiles.Check([File("mine", text)], TestCatalogue.Value), Is.Not.Empty);

    [Test]
    public void Language_NotThere_FallsBackToTheFirstOne()
    {
        var text = Good.Replace("title: Mine", "title: $t\ntexts: {en: {t: Mine}, zh: {t: 我的}}", StringComparison.Ordinal);
        Assert.That(ReportFiles.Plan(File("mine", text), TestCatalogue.Value, "zh-CN").Title, Is.EqualTo("我的"));
        Assert.That(ReportFiles.Plan(File("mine", text), TestCatalogue.Value, "fr").Title, Is.EqualTo("Mine"));
    }

    [Test]
    public void Language_LackingAText_IsAProblem()
    {
        var text = Good.Replace("title: Mine", "title: $t\ntexts: {en: {t: Mine}, zh: {u: x}}", StringComparison.Ordinal);
        Assert.That(ReportFiles.Check([File("mine", text)], TestCatalogue.Value).Single().Found, Is.EqualTo("language 'zh' without t"));
    }

    [Test]
    public void ProjectReport_NamedAsOneOfTheLibrary_ReplacesIt()
    {
        var project = Directory.CreateTempSubdirectory("crm-reports-");
        try
        {
            Directory.CreateDirectory(Path.Combine(project.FullName, "reports"));
            System.IO.File.WriteAllText(Path.Combine(project.FullName, "reports", "sales_overview.yaml"), Good);
            var listed = ReportFiles.List(project.FullName).Single(f => f.Name == "sales_overview");
            Assert.That((listed.FromLibrary, listed.File), Is.EqualTo((false, "reports/sales_overview.yaml")));
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }

    private static ReportFile File(string name, string text) => new(name, $"reports/{name}.yaml", FromLibrary: false, Encoding.UTF8.GetBytes(text));
}
