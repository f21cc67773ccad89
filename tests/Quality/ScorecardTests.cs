using Crm.Analytics.Tests.Etl;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Quality;

internal sealed class ScorecardTests
{
    private static readonly string Source = TestProject.Lines + """

        quality:
          - {range: {column: quantity, max: 10}, severity: quarantine, contract: order_line}
          - {unique: order_id, severity: warn, contract: order_line}
        """;

    [Test]
    public void Run_WithChecks_CountsWhatEachFound()
    {
        using var project = new TestProject(Source);
        Deliver(project);
        project.Run();
        var rows = project.Query<string>(
            """
            SELECT concat_ws(' ', contract, aspect, rule, column_name, severity, checked, passed, quarantined)
            FROM star.score_quality WHERE contract = 'order_line' OR contract IS NULL ORDER BY ALL
            """);
        Assert.That(rows, Is.SupersetOf(new[]
        {
            "accuracy readable quarantine 5 5 0",
            "order_line accuracy type quarantine 5 4 1",
            "order_line accuracy range quantity at most 10 quantity quarantine 4 3 1",
            "order_line completeness filled customer_id warn 4 3 0",
            "order_line completeness filled order_id quarantine 4 4 0",
            "order_line consistency unique order_id order_id warn 3 2 0",
        }));
    }

    [Test]
    public void Cube_OverSeveralRuns_TakesSharesOfSums()
    {
        using var project = new TestProject(Source);
        Deliver(project);
        project.Run();
        project.Day("2011-01-02", "9,A,Lamp,1,2011-01-02 10:00:00,3.50,c1,France");
        project.Run();
        var catalogue = ProjectReader.ReadOrThrow(project.Folder, Crm.Analytics.Etl.StandardConnectors.Options).Catalogue;
        using var warehouse = project.Open();
        var reader = new CubeReader(warehouse.Connect, catalogue);
        var answer = reader.Read(new CubeQuery
        {
            Measures = ["quality.share", "quality.quarantined"],
            Dimensions = ["quality.rule"],
            Filters = [new MemberFilter("quality.rule", FilterOperator.Equals, ["range quantity at most 10"])],
        });
        Assert.That(answer.Rows[0].Values.Skip(1).Select(v => Convert.ToDouble(v)), Is.EqualTo(new[] { 0.8, 1 }).Within(1e-9));
    }

    [Test]
    public void Run_NothingNew_WritesNoResult()
    {
        using var project = new TestProject(Source);
        Deliver(project);
        project.Run();
        var before = project.Scalar<long>("SELECT count(*) FROM star.score_quality");
        project.Run();
        Assert.That(project.Scalar<long>("SELECT count(*) FROM star.score_quality"), Is.EqualTo(before).And.GreaterThan(10));
    }

    private static void Deliver(TestProject project) => project.Day(
        "2011-01-01",
        "1,A,Lamp,2,2011-01-01 10:00:00,3.50,c1,France",
        "1,B,Chair,1,2011-01-01 11:00:00,9,,France",
        "3,A,Lamp,x,2011-01-01 12:00:00,9,c2,France",
        "4,A,Lamp,99,2011-01-01 12:00:00,9,c2,France",
        "5,A,Lamp,1,2011-01-01 12:00:00,9,c2,France");
}
