using Crm.Analytics.Host.Observation;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>Rollups proposed from what was asked: declared as proposed and built, they serve the questions that asked for them.</summary>
public sealed class RollupAdviceTests
{
    private static readonly SourceLocation Here = new("model/cubes.yaml", 1, 1);

    private static IEnumerable<CubeQuery> Questions()
    {
        yield return new CubeQuery { Measures = ["web.amount"], Dimensions = ["territory.group", "date.year"] };
        yield return new CubeQuery { Measures = ["web.cost", "web.amount"], Dimensions = ["date.quarter"], Filters = [FilterParser.Parse("territory.group = Europe")] };
        yield return new CubeQuery { Measures = ["web.lines"], Filters = [FilterParser.Parse("date.day between 2012-01-01 and 2012-12-31")] };
        yield return new CubeQuery { Measures = ["resale.amount", "web.amount"], Dimensions = ["date.month"] };
        yield return new CubeQuery { Measures = ["web.buyers"], Dimensions = ["territory.group"] };
        yield return new CubeQuery { Measures = ["web.buyers_about"] };
        yield return new CubeQuery { Measures = ["web.amount"], Dimensions = ["reason.name"] };
        yield return new CubeQuery { Measures = ["web.amount"], Dimensions = ["buyer.id", "date.day"] };
    }

    [Test]
    public void Proposals_DeclaredAndBuilt_ServeTheQuestions_AndTheOthersAreToldWhyNot()
    {
        using var star = new AdventureWorksStar();
        var bare = star.Project.Catalogue with { Cubes = star.Project.Catalogue.Cubes.ToDictionary(c => c.Key, c => c.Value with { Rollups = [] }) };
        var asked = new List<AnsweredQuestion>();
        var reader = new CubeReader(star.Connect, bare, () => AdventureWorksStar.Today, asked.Add);
        foreach (var question in Questions())
            reader.Read(question);
        Assert.That(asked.Select(a => a.Needs.Count), Is.EqualTo(new[] { 1, 1, 1, 2, 1, 1, 1, 1 }));
        Assert.That((asked[1].Needs[0].TimeRole, asked[1].Needs[0].Granularity, asked[1].Needs[0].Dimensions[0]), Is.EqualTo(("date", "quarter", "territory.group")));
        Assert.That(asked[2].Needs[0].Granularity, Is.EqualTo("year"), "a range of whole years is told by years");

        var advice = new RollupAdvice(
            need => new CubeReader(star.Connect, bare).Read(new CubeQuery
            {
                Measures = [need.Measures[0]],
                Dimensions = [.. need.Dimensions, .. need.TimeRole is null ? [] : new[] { $"{need.TimeRole}.{need.Granularity}" }],
                Limit = 0,
                Counting = RowCounting.All,
            }).Total!.Value,
            cube => cube == "web" ? 60_398 : 60_855);
        var proposals = advice.Propose(asked, 10);
        Assert.That(proposals.Sum(p => p.Questions), Is.GreaterThanOrEqualTo(5));
        Assert.That(proposals.Select(p => p.Rows * RollupRouter.LeastGain <= p.FactRows), Is.All.True);
        Assert.That(proposals.SelectMany(p => p.Holds.Dimensions), Does.Not.Contain("buyer.id"), "a line for each buyer and day is no smaller than the lines");
        Assert.That(proposals.Select(p => (p.Holds.Cube, p.Name)), Is.Unique, "a name is one of its cube");
        Assert.That(RollupAdvice.Refused(asked).Select(r => r.Reason), Has.Some.Contains("does not add up").And.Some.Contains("stored and merged").And.Some.Contains("bridge"));

        var declared = bare with
        {
            Cubes = bare.Cubes.ToDictionary(c => c.Key, c => c.Value with
            {
                Rollups = [.. proposals.Where(p => p.Holds.Cube == c.Key).Select(p => new Rollup(p.Name, p.Holds.Measures, p.Holds.Dimensions, Here) { TimeRole = p.Holds.TimeRole, Granularity = p.Holds.Granularity })],
            }),
        };
        using (var session = star.Connect())
        {
            StarSchema.Apply(session, declared);
            session.InTransaction(() => RollupLoad.Apply(session, declared, 1));
        }

        var after = new List<AnsweredQuestion>();
        var stored = new CubeReader(star.Connect, declared, () => AdventureWorksStar.Today, after.Add);
        foreach (var question in Questions())
        {
            Assert.That(stored.Read(question).Rows.Select(r => OracleCase.Text(r.Values, false)), Is.EqualTo(reader.Read(question).Rows.Select(r => OracleCase.Text(r.Values, false))));
        }

        Assert.That(after.Take(4).Select(a => a.Served), Is.All.Not.Null);
        Assert.That(after.Skip(4).Select(a => a.Served), Is.All.Null);
        Assert.That(advice.Propose(after, 10), Is.Empty, "what is served needs no more");
    }

    [Test]
    public void Log_HoldsMembersNeverValues_AndStaysBounded()
    {
        var folder = Directory.CreateTempSubdirectory("crm-log-").FullName;
        var warehouse = Path.Combine(folder, "warehouse.duckdb");
        var log = new QuestionLog(warehouse, TimeProvider.System, mostBytes: 20_000);
        var need = new RollupNeed("sales", ["sales.revenue"], ["customer.name"], "date", "month", [], null);
        for (var i = 0; i < 1_000; i++)
            log.Note(new AnsweredQuestion(["sales.revenue", "customer.name"], 0.25, i, null, [need]));
        new QuestionLog(warehouse, TimeProvider.System).Note(new AnsweredQuestion(["sales.orders"], 1.5, 7, "sales.by_day", []));
        File.AppendAllText($"{warehouse}.questions", "{\"Members\": [\"half a li");

        var read = log.Read();
        Assert.That((read[^1].Members[0], read[^1].Seconds, read[^1].Rows, read[^1].Served), Is.EqualTo(("sales.orders", 1.5, 7L, "sales.by_day")));
        Assert.That(read[^2].Needs[0].Dimensions, Is.EqualTo(need.Dimensions));
        Assert.That(read, Has.Count.LessThan(1_000).And.Count.GreaterThan(50));
        Assert.That(Directory.EnumerateFiles(folder).Sum(f => new FileInfo(f).Length), Is.LessThan(100_000));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Log_OfAnAnswer_HasNoValueOfItsFilters()
    {
        using var star = new AdventureWorksStar();
        var asked = new List<AnsweredQuestion>();
        new CubeReader(star.Connect, star.Project.Catalogue, () => AdventureWorksStar.Today, asked.Add).Read(new CubeQuery { Measures = ["web.lines"], Filters = [FilterParser.Parse("buyer.city = 'Paris'")] });
        Assert.That(System.Text.Json.JsonSerializer.Serialize(asked), Does.Contain("buyer.city").And.Not.Contain("Paris"));
    }
}
