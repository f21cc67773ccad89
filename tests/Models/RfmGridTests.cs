using System.Text;
using Crm.Analytics.Models.Rfm;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Tests.Models;

internal sealed class RfmGridTests
{
    [TestCase("rfm", 11)]
    [TestCase("r_fm", 11)]
    [TestCase("rf", 10)]
    public void Load_BuiltInGrid_CoversEveryCombinationOnce(string name, int segments)
    {
        var grid = RfmGrid.Load(name, ".");

        Assert.That(grid.Segments, Has.Count.EqualTo(segments));
        Assert.That(grid.Segments.SelectMany(s => s.Codes), Is.EquivalentTo(RfmCode.All).And.Exactly(125).Items);
    }

    [TestCase("rfm", 5, 5, 5, "Champions")]
    [TestCase("rfm", 3, 2, 5, "Need Attention")]
    [TestCase("rfm", 1, 5, 5, "Can't Lose")]
    [TestCase("rfm", 1, 5, 1, "Lost")]
    [TestCase("rfm", 1, 5, 2, "At Risk")]
    [TestCase("rfm", 2, 3, 2, "Hibernating")]
    [TestCase("r_fm", 5, 5, 4, "Champions")] // (5 + 4) / 2 = 4.5 → 5
    [TestCase("r_fm", 5, 2, 3, "Loyal")] // 2.5 → 3; half to even would make 2, a potential loyalist
    [TestCase("r_fm", 1, 1, 2, "Hibernating")] // 1.5 → 2
    [TestCase("rf", 3, 5, 1, "Loyal")]
    [TestCase("rf", 2, 5, 5, "Can't Lose")]
    public void SegmentOf_Combination_IsAsPublished(string grid, int r, int f, int m, string segment)
        => Assert.That(RfmGrid.Load(grid, ".").SegmentOf(r, f, m).Name, Is.EqualTo(segment));

    [TestCase(2, 3, 3)]
    [TestCase(1, 2, 2)]
    [TestCase(4, 5, 5)]
    [TestCase(3, 3, 3)]
    [TestCase(1, 5, 3)]
    public void FM_OfHalves_RoundsUp(int f, int m, int fm) => Assert.That(new RfmCode(1, f, m).FM, Is.EqualTo(fm));

    [Test]
    public void Read_BrokenGrid_NamesEveryOffenderWithItsPlace()
    {
        const string yaml = """
            grid: mine
            scores: [r, f]
            segments:
              - name: Good
                standing: bests
                codes: ["[4-5][1-5]", 66, 123]
              - name: Good
                standing: lost
                codes: ["[1-2][1-5]", 51, "[3-1]2"]
                colour: red
            """;

        var problems = Assert.Throws<DeclarationException>(() => RfmGridReader.Read("mine.yaml", Encoding.UTF8.GetBytes(yaml))).Problems;

        Assert.That(problems.Select(p => $"{p.Where} {p.Found}"), Is.EqualTo((string[])
        [
            "mine.yaml:4:3 no segment for 31 32 33 34 35",
            "mine.yaml:5:15 'bests' for 'standing'",
            "mine.yaml:6:27 '66' as a code",
            "mine.yaml:6:31 '123' as a code",
            "mine.yaml:7:11 segment 'Good' for the second time",
            "mine.yaml:9:27 code 51 for the second time",
            "mine.yaml:9:31 '[3-1]2' as a code",
            "mine.yaml:10:5 unknown key 'colour' in a segment",
        ]));
        Assert.That(problems[1].Expected, Does.Contain("best"));
    }

    [TestCase("scores: [f, r]\n", "scores [f, r]")]
    [TestCase("scores: [r, f, m, m]\n", "scores [r, f, m, m]")]
    public void Read_OtherScores_IsRefused(string scores, string found)
    {
        var yaml = $"grid: mine\n{scores}segments:\n  - {{name: All, standing: good, codes: [11]}}\n";

        var error = Assert.Throws<DeclarationException>(() => RfmGridReader.Read("mine.yaml", Encoding.UTF8.GetBytes(yaml)));

        Assert.That(error.Problems.Select(p => p.Found), Is.EqualTo((string[])[found]));
    }

    [TestCase("rmf")]
    [TestCase("grids/none.yaml")]
    [TestCase("../outside.yaml")]
    public void Load_GridThatIsNotInTheProject_IsRefused(string grid)
    {
        using var warehouse = new Storage.WarehouseFolder();
        Directory.CreateDirectory(Path.Combine(warehouse.Path, "project"));
        File.WriteAllText(Path.Combine(warehouse.Path, "outside.yaml"), "grid: outside");

        var error = Assert.Throws<CrmException>(() => RfmGrid.Load(grid, Path.Combine(warehouse.Path, "project")));

        Assert.That(error.Kind, Is.EqualTo(FailureKind.CheckFailed));
        Assert.That(error.Where, Is.EqualTo(grid));
    }

    [Test]
    public void Load_OwnGridInTheProject_IsRead()
    {
        using var folder = new Storage.WarehouseFolder();
        folder.File("two.yaml", "grid: two\nscores: [r, f]\nsegments:\n"
            + "  - {name: Here, standing: best, codes: [\"[3-5][1-5]\"]}\n  - {name: Gone, standing: lost, codes: [\"[1-2][1-5]\"]}\n");

        var grid = RfmGrid.Load("two.yaml", folder.Path);

        Assert.That(grid.Segments.Select(s => $"{s.Name}: {s.Rule}, {s.Codes.Count}"), Is.EqualTo((string[])["Here: RF [3-5][1-5], 75", "Gone: RF [1-2][1-5], 50"]));
    }
}
