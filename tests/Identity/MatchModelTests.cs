using Crm.Analytics.Etl.Identity.Clustering;
using Crm.Analytics.Etl.Identity.Matching;
using Crm.Analytics.Etl.Identity.Normalising;

namespace Crm.Analytics.Tests.Identity;

internal sealed class MatchModelTests
{
    private static readonly IReadOnlyList<ComparisonLevels> Columns = ComparisonLevels.For(ColumnRecognition.WithPartners(
        [new("given_name", MatchKind.GivenName), new("surname", MatchKind.Surname), new("born", MatchKind.Date), new("city", MatchKind.Place), new("phone", MatchKind.Phone)]));

    [Test]
    public void Weight_OfMoreAgreement_IsNeverLower([Values(1, 2, 3, 4, 5)] int seed)
    {
        var model = Fitted(seed);
        var random = new Random(seed);
        for (var trial = 0; trial < 2_000; trial++)
        {
            var levels = Columns.Select(c => random.Next(0, c.Top + 1)).ToArray();
            var column = random.Next(levels.Length);
            if (levels[column] == 0 || levels[column] == Columns[column].Top)
            {
                continue;
            }

            var more = levels.ToArray();
            more[column]++;
            Assert.That(model.Weight(Pattern(more)), Is.AtLeast(model.Weight(Pattern(levels)) - 1e-9), $"{string.Join(',', levels)}, column {column}");
        }
    }

    [Test]
    public void Model_OfAnyCounts_HasSharesAndProbabilities([Values(1, 2, 3)] int seed)
    {
        var model = Fitted(seed);
        Assert.That(model.Columns.SelectMany(c => c.M.Concat(c.U)), Is.All.InRange(0, 1));
        Assert.That(model.Columns.Select(c => c.M.Sum()), Is.All.EqualTo(1).Within(1e-6));
        Assert.That(model.Lambda, Is.InRange(0, 1));
        foreach (var weight in new[] { -2_000.0, -10, 0, 10, 2_000 })
        {
            Assert.That(MatchModel.Probability(weight), Is.InRange(0, 1));
        }
    }

    [Test]
    public void Build_LinksThatWouldBreakAGuard_CutsTheWeakest()
    {
        int[] sources = [0, 1, 2, 1];
        var built = new ClusterBuilder(new ClusterGuards { OneRecordPerSource = true }, sources).Build([new(1, 2, 8), new(2, 3, 5)]);
        Assert.That(built.ClusterOf, Is.EqualTo(new[] { 0, 1, 1, 3 }));
        Assert.That(built.Cut.Single(), Is.EqualTo(new CutLink(new(2, 3, 5), CutReason.SameSource)));
    }

    [Test]
    public void Build_ChainOfTwoGroups_IsCutWhereTheyContradict()
    {
        ClusterLink[] links = [new(1, 2, 10), new(2, 3, 10), new(1, 3, 10), new(4, 5, 10), new(5, 6, 10), new(4, 6, 10), new(3, 4, 3)];
        var built = new ClusterBuilder(new ClusterGuards(), new int[7]).Build(links);
        Assert.That(built.ClusterOf, Is.EqualTo(new[] { 0, 1, 1, 1, 4, 4, 4 }));
        Assert.That(built.Cut.Single().Reason, Is.EqualTo(CutReason.Contradiction));
    }

    [Test]
    public void Build_DecidedApart_StaysApartWhateverTheLinks()
    {
        ClusterLink[] links = [new(1, 2, 20), new(2, 3, 19), new(1, 3, 18)];
        var built = new ClusterBuilder(new ClusterGuards(), new int[4]).Build(links, [(1, 3)]);
        Assert.That(built.ClusterOf[1], Is.Not.EqualTo(built.ClusterOf[3]));
    }

    [Test]
    public void Build_TooLarge_StopsAtTheLimit()
    {
        var links = from l in Enumerable.Range(1, 20) from r in Enumerable.Range(1, 20) where l < r select new ClusterLink(l, r, 10);
        Assert.That(new ClusterBuilder(new ClusterGuards { MaxSize = 5 }, new int[21]).Build(links).Largest, Is.EqualTo(5));
    }

    private static long Pattern(IReadOnlyList<int> levels) => levels.Select((l, i) => (long)l << (ComparisonLevels.Bits * i)).Sum();

    private static MatchModel Fitted(int seed)
    {
        var random = new Random(seed);
        var candidates = Counts(random, 300, 50);
        return new ExpectationMaximisation(new(
            Columns, candidates, Counts(random, 200, 2_000), [.. Columns.Select(_ => new EqualPairs(random.Next(1, 5_000), 1_000, random.Next(2, 900)))], 1_000, 499_500)).Fit();
    }

    private static List<PatternCount> Counts(Random random, int patterns, int most) =>
        [.. Enumerable.Range(0, patterns).Select(_ => new PatternCount(Pattern([.. Columns.Select(c => random.Next(0, c.Top + 1))]), random.Next(1, most)))
            .DistinctBy(p => p.Pattern).OrderBy(p => p.Pattern)];
}
