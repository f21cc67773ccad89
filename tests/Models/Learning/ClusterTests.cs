using Crm.Analytics.Models.Numerics;
using Crm.Analytics.Models.Segmentation;

namespace Crm.Analytics.Tests.Models.Learning;

internal sealed class ClusterTests
{
    // Points 0, 1, 4 and 9 on a line: every height by hand.
    [TestCase(Linkage.Single, 1.0, 3.0, 5.0)]
    [TestCase(Linkage.Complete, 1.0, 4.0, 9.0)]
    [TestCase(Linkage.Average, 1.0, 3.5, 22 / 3.0)]
    [TestCase(Linkage.Ward, 1.0, 4.0414518843, 8.9814623903)]
    public void Merge_FourPoints_HasTheHeightsByHand(Linkage linkage, params double[] heights)
    {
        var merges = HierarchicalClustering.Merge([[0], [1], [4], [9]], linkage);

        Assert.That(merges.Select(m => m.Height), Is.EqualTo(heights).Within(1e-9));
        Assert.That(merges.Select(m => m.Size), Is.EqualTo((int[])[2, 3, 4]));
    }

    [Test]
    public void Merge_RandomPoints_IsWhatTheNaiveSearchFinds([Values] Linkage linkage)
    {
        var random = new Random(3);
        double[][] rows = [.. Enumerable.Range(0, 40).Select(_ => (double[])[random.NextDouble(), random.NextDouble()])];

        Assert.That(HierarchicalClustering.Merge(rows, linkage).Select(m => m.Height), Is.EqualTo(Naive(rows, linkage)).Within(1e-9));
    }

    [TestCase("kmeans")]
    [TestCase("ward")]
    [TestCase("average")]
    [TestCase("complete")]
    public void Find_ThreeClouds_FindsThemWhateverTheOrder(string method)
    {
        var random = new Random(4);
        List<double[]> rows = [.. Enumerable.Range(0, 90).Select(i => (double[])[i % 3 * 10 + random.NextDouble(), i % 3 == 1 ? 500 : 0 + random.NextDouble()])];
        var order = Enumerable.Range(0, 90).ToArray();
        random.Shuffle(order);

        var found = ClusterSearch.Find(rows, new ClusterOptions(method));
        var shuffled = ClusterSearch.Find([.. order.Select(i => rows[i])], new ClusterOptions(method));

        Assert.That(found.Chosen.Clusters, Is.EqualTo(3));
        Assert.That(found.Chosen.Silhouette, Is.GreaterThan(0.8));
        Assert.That(Enumerable.Range(0, 90).GroupBy(i => (i % 3, found.Clusters[i])).Count(), Is.EqualTo(3));
        Assert.That(shuffled.Clusters, Is.EqualTo(order.Select(i => found.Clusters[i])));
        Assert.That(found.Trials.Skip(1).Zip(found.Trials).All(t => t.First.WithinSquares <= t.Second.WithinSquares * (1 + 1e-9)), Is.True);
    }

    [Test]
    public void Silhouette_ByHand()
    {
        // 0 and 1 against 10: a = 1, b = 10 and 9; the row alone counts 0.
        Assert.That(Silhouette.Mean([[0], [1], [10]], [0, 0, 1]), Is.EqualTo((0.9 + 8 / 9.0 + 0) / 3).Within(1e-12));
    }

    [Test]
    public void Kind_TextMissingAndConstant_AreSaidInWords()
    {
        using var file = KindFile.Rows(["id", "spend", "orders", "city", "same"],
            Enumerable.Range(0, 60).Select(i => (string?[])[$"C{i}", i % 9 == 0 ? "" : $"{i % 2 * 100 + i % 5}", $"{i % 2 * 8 + i % 3}", i % 2 == 0 ? "Rome" : "Oslo", "1"]));

        var result = file.Fit("cluster", "k=2", "key=id");

        Assert.That(result.Table("clusters").Select(r => r[1]).Cast<int>().Sum(), Is.EqualTo(60));
        Assert.That(result.Table("clusters").Select(r => (string)r[3]!), Has.One.Contains("orders very much higher").Or.One.Contains("orders much higher"));
        Assert.That(result.Table("members"), Has.Count.EqualTo(60));
        Assert.That(result.Warnings, Has.One.EqualTo("city is text and is not compared").And.One.StartsWith("spend: missing in 7"));
    }

    [Test]
    public void Kind_FewerRowsThanClusters_MakesFewer()
    {
        using var file = KindFile.Rows(["x", "y"], [["1", "2"], ["1", "2"], ["5", "6"]]);

        var result = file.Fit("cluster", "k=5");

        Assert.That(result.Count("clusters"), Is.EqualTo(2));
        Assert.That(result.Warnings, Has.Some.Contains("only 2 rows differ"));
    }

    private static double[] Naive(double[][] rows, Linkage linkage)
    {
        var clusters = rows.Select(r => new List<double[]> { r }).ToList();
        var heights = new List<double>();
        while (clusters.Count > 1)
        {
            var (a, b) = (from i in Enumerable.Range(0, clusters.Count) from j in Enumerable.Range(0, i) select (i, j)).MinBy(p => Distance(clusters[p.i], clusters[p.j]));
            heights.Add(Distance(clusters[a], clusters[b]));
            clusters[b].AddRange(clusters[a]);
            clusters.RemoveAt(a);
        }

        return [.. heights.Order()];

        double Distance(List<double[]> p, List<double[]> q)
        {
            var all = from x in p from y in q select Math.Sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]));
            return linkage switch
            {
                Linkage.Single => all.Min(),
                Linkage.Complete => all.Max(),
                Linkage.Average => all.Average(),
                _ => Math.Sqrt(2.0 * p.Count * q.Count / (p.Count + q.Count) * (Math.Pow(p.Average(v => v[0]) - q.Average(v => v[0]), 2) + Math.Pow(p.Average(v => v[1]) - q.Average(v => v[1]), 2))),
            };
        }
    }
}
