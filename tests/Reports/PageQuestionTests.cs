using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Pages;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Crm.Analytics.Tests.Reports;

internal sealed class PageQuestionTests
{
    [TestCase("France")]
    [TestCase("a|b\\c&d=e?f#g;h")]
    [TestCase("")]
    [TestCase("<script>'\"")]
    public void Question_AsAnAddress_ComesBackWhole(string value)
    {
        var question = new PageQuestion
        {
            Measures = ["sales.revenue", "sales.orders"],
            Dimensions = ["date.month"],
            Across = ["geography.country"],
            Filters =
            [
                new("geography.country", FilterOperator.Equals, [value, "EIRE"]), new("customer.id", FilterOperator.NotSet, []),
                new("date.day", FilterOperator.InDateRange, ["2011-01-01", "2011-02-01"]),
            ],
            Segments = ["sales.returns_only"],
            Reading = AttributeReading.AsIs,
            Kind = "line",
            Limit = 12,
            Opened = [[new("date.month", "2011-01-01")], [new("geography.region", value), new("geography.country", null)]],
            Base = 1,
            Of = value.Length == 0 ? "Sales" : value,
            From = "/reports/sales_overview?country=a%26b",
        };
        var back = Parse(question.Text());
        Assert.That(back.Text(), Is.EqualTo(question.Text()));
        Assert.That(back.Filters.Select(f => (f.Member, f.Operator, string.Join('\u0001', f.Values))), Is.EqualTo(question.Filters.Select(f => (f.Member, f.Operator, string.Join('\u0001', f.Values)))));
        Assert.That(back.Opened.Select(o => string.Join('\u0001', o)), Is.EqualTo(question.Opened.Select(o => string.Join('\u0001', o))));
        Assert.That((back.Of, back.From, back.Base, back.Limit, back.Reading), Is.EqualTo((question.Of, question.From, 1, 12, AttributeReading.AsIs)));
    }

    [TestCase("//evil.example")]
    [TestCase("https://evil.example")]
    [TestCase("/\\evil.example")]
    [TestCase("/a\nb")]
    public void From_AnotherServer_IsForgotten(string from) => Assert.That(Parse("m=sales.revenue&from=" + Uri.EscapeDataString(from)).From, Is.Null);

    [Test]
    public void Comparison_ThatThereIsNot_IsRefused() =>
        Assert.That(() => Parse("m=sales.revenue&fm=a.b&fo=drop&fv=1"), Throws.InstanceOf<CrmException>().With.Property(nameof(CrmException.Found)).EqualTo("there is no comparison 'drop'"));

    [TestCase("geography.country", "a:b", "geography.country:a:b")]
    [TestCase("geography.country", null, "geography.country")]
    [TestCase("geography.country", "", "geography.country:")]
    public void Cell_AsText_ComesBack(string member, string? value, string text)
    {
        Assert.That(PageQuestion.CellText(member, value), Is.EqualTo(text));
        Assert.That(PageQuestion.Cell(text), Is.EqualTo((member, value)));
    }

    [Test]
    public void Words_OfEveryLanguage_HaveTheSamePlaceholdersAndNames()
    {
        var english = PageWords.English;
        foreach (var (tag, _) in SiteFrame.Languages)
        {
            var words = PageWords.Of(tag);
            foreach (var text in typeof(PageWords).GetProperties().Where(p => p.PropertyType == typeof(string)))
            {
                var (one, other) = ((string)text.GetValue(english)!, (string)text.GetValue(words)!);
                Assert.That(other.Count(c => c == '{'), Is.EqualTo(one.Count(c => c == '{')), $"{tag}: {text.Name}");
            }

            Assert.That(words.Kinds.Keys, Is.EqualTo(QuestionReport.Kinds), tag);
            Assert.That(words.Comparisons.Keys, Is.EqualTo(english.Comparisons.Keys), tag);
            Assert.That(words.Comparisons.Keys.Select(OperatorNames.Of), Is.All.Not.Null, tag);
        }
    }

    [Test]
    public void Report_KeptFromAQuestion_HoldsItsFilters()
    {
        var asked = new AskedQuestion([new("geography.country", FilterOperator.NotEquals, ["a \"b\" \\ c: #d"]), new("date.month", FilterOperator.Set, [])], ["sales.returns_only"], AttributeReading.AsIs);
        var text = ReportProposal.Propose("kept", "sales.revenue date.month geography.country", TestCatalogue.Value, asked);
        var plan = ReportFiles.Plan(new ReportFile("kept", "reports/kept.yaml", FromLibrary: false, System.Text.Encoding.UTF8.GetBytes(text)), TestCatalogue.Value);
        var chart = plan.Blocks.OfType<ChartPlan>().First(c => c.Frame.Name == "geography_country");
        Assert.That(chart.Query.Filters.OfType<FixedFilter>().Select(f => (MemberFilter)f.Filter).First().Values, Is.EqualTo(new[] { "a \"b\" \\ c: #d" }));
        Assert.That((chart.Query.Segments[0], chart.Query.Reading), Is.EqualTo(("sales.returns_only", AttributeReading.AsIs)));
    }

    [Test]
    public void Choice_AmongFigures_NarrowsWhatReachesItAndDoesNotShowIt()
    {
        var asked = new AskedFilters();
        var options = new FillOptions { Catalogue = TestCatalogue.Value, Chosen = [new MemberFilter("geography.country", FilterOperator.Equals, ["France"])] };
        var content = ReportFiller.Fill(Sample.Library("sales_overview"), asked, Sample.Settings, options);
        Assert.That(asked.Narrowed, Does.Contain("date.month").And.Contain("product.code,product.name").And.Not.Contain("geography.country"));
        Assert.That(content.Blocks.Where(b => b.IsUntouched).Select(b => b.Frame.Name), Is.EquivalentTo(new[] { "countries", "country_table", "employees", "regions" }));
    }

    private static PageQuestion Parse(string text) => PageQuestion.Parse(new QueryCollection(QueryHelpers.ParseQuery(text)));

    /// <summary>Remembers by which dimensions the questions were that a choice narrowed.</summary>
    private sealed class AskedFilters : ICubeReader
    {
        private readonly FakeCubes _cubes = FakeCubes.OnlineRetail();

        public HashSet<string> Narrowed { get; } = [];

        public CubeResult Read(CubeQuery query, CancellationToken cancellation = default)
        {
            if (query.Filters.OfType<MemberFilter>().Any(f => f.Member == "geography.country"))
            {
                Narrowed.Add(string.Join(',', query.Dimensions));
            }

            return _cubes.Read(query with { Filters = [.. query.Filters.Where(f => f is not MemberFilter { Member: "geography.country" })] }, cancellation);
        }
    }
}
