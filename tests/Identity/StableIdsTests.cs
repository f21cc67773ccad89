using Crm.Analytics.Etl.Identity.Clustering;

namespace Crm.Analytics.Tests.Identity;

internal sealed class StableIdsTests
{
    [Test]
    public void Give_NewRecords_CountsOn()
        => Assert.That(StableIds.Give([0, 1, 1, 3], [null, null, null, null], 7).IdOf.Skip(1), Is.EqualTo(new[] { 7, 7, 8 }));

    [Test]
    public void Give_TwoCustomersThatAreOne_KeepsTheIdOfMostRecords()
    {
        var ids = StableIds.Give([0, 1, 1, 1, 1], [null, 5, 9, 9, null], 20);
        Assert.That(ids.IdOf.Skip(1), Is.All.EqualTo(9));
        Assert.That(ids.Merged, Is.EqualTo(new[] { (5L, 9L) }));
    }

    [Test]
    public void Give_EqualClaims_KeepsTheOldest()
        => Assert.That(StableIds.Give([0, 1, 1], [null, 9, 5], 20).IdOf.Skip(1), Is.All.EqualTo(5));

    [Test]
    public void Give_OneCustomerThatIsTwo_LeavesTheIdWithMost()
    {
        var ids = StableIds.Give([0, 1, 2, 2], [null, 5, 5, 5], 20);
        Assert.That(ids.IdOf.Skip(1), Is.EqualTo(new[] { 20, 5, 5 }));
        Assert.That(ids.Split, Is.EqualTo(new[] { (5L, 20L) }));
        Assert.That(ids.Merged, Is.Empty);
    }

    [Test]
    public void Give_MergedAndSplitInTurns_NeverGivesAnIdTwice()
    {
        long next = 1;
        IReadOnlyList<long?> had = new long?[7];
        var random = new Random(4);
        for (var round = 0; round < 500; round++)
        {
            var clusters = new int[7];
            for (var record = 1; record < 7; record++)
            {
                clusters[record] = random.Next(1, record + 1) is var other && other < record && random.Next(2) == 0 ? clusters[other] : record;
            }

            var ids = StableIds.Give(clusters, had, next);
            var pairs = Enumerable.Range(1, 6).Select(r => (clusters[r], ids.IdOf[r])).Distinct().ToList();
            Assert.That(pairs.Select(p => p.Item1), Is.Unique);
            Assert.That(pairs.Select(p => p.Item2), Is.Unique);
            next = Math.Max(next, ids.IdOf.Max() + 1);
            had = [.. ids.IdOf.Select((id, r) => r == 0 ? (long?)null : id)];
        }
    }
}
