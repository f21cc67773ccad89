using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Etl.Identity.Clustering;
using Crm.Analytics.Etl.Identity.Normalising;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Identity;

internal sealed class IdentityRunTests
{
    private static readonly IdentitySettings Settings = new(
        [new("name", MatchKind.FullName), new("email", MatchKind.Email), new("phone", MatchKind.Phone)],
        [new("same e-mail", ["email"]), new("same phone and name", ["phone", "name"])], null, new ClusterGuards());

    [Test]
    public void Resolve_RulesOverTwoRuns_KeepsIdsAndClosesWhatChanged()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        IdentityTables.Make(session);
        var first = Run(session, 1, "('a', 0, 'Ann Lee', 'ann@x.org', '1234567'), ('b', 1, 'Lee, Ann', 'ANN+shop@x.org', NULL), ('c', 1, 'Bob Ray', 'bob@x.org', '7654321')");
        Assert.That(first.Customers, Is.EqualTo(2));
        var before = Ids(session);
        Assert.That(before["a"], Is.EqualTo(before["b"]));

        var second = Run(session, 2, "('a', 0, 'Ann Lee', 'ann@x.org', '1234567'), ('b', 1, 'Lee, Ann', 'ANN+shop@x.org', NULL), ('c', 1, 'Bob Ray', 'ann@x.org', '7654321'), ('d', 0, 'Zoe', 'zoe@x.org', NULL)");
        var after = Ids(session);
        Assert.That(after["a"], Is.EqualTo(before["a"]));
        Assert.That(after["c"], Is.EqualTo(before["a"]));
        Assert.That(second.Ids.Merged, Is.EqualTo(new[] { (before["c"], before["a"]) }));
        Assert.That(before.Values, Does.Not.Contain(after["d"]));
        Assert.That(session.Scalar<long>("SELECT count(*) FROM identity.record WHERE record_key = 'c'"), Is.EqualTo(2));
        Assert.That(session.Scalar<long>("SELECT count(*) FROM identity.record WHERE record_key = 'a'"), Is.EqualTo(1));
    }

    [Test]
    public void Resolve_DecisionsInTurns_FollowsTheLast()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        IdentityTables.Make(session);
        const string rows = "('a', 0, 'Ann Lee', 'ann@x.org', NULL), ('b', 1, 'Ann Lee', 'ann@x.org', NULL), ('c', 1, 'Zoe Ray', 'z@x.org', NULL)";
        for (var turn = 1; turn <= 6; turn++)
        {
            var merge = turn % 2 == 0;
            session.Execute($"INSERT INTO identity.decision VALUES ({turn}, {merge}, 'a', 'b', TIMESTAMP '2026-01-01', 'me', NULL, NULL), ({turn}, {!merge}, 'c', 'a', TIMESTAMP '2026-01-01', 'me', NULL, NULL)");
            Run(session, turn, rows);
            var ids = Ids(session);
            Assert.That(ids["a"] == ids["b"], Is.EqualTo(merge), $"turn {turn}");
            Assert.That(ids["a"] == ids["c"], Is.EqualTo(!merge), $"turn {turn}");
        }
    }

    [Test]
    public void Resolve_ValueThatManyShare_JoinsNoneAndSaysSo()
    {
        using var scratch = DuckDbInstance.OpenScratch(new ScratchOptions());
        using var session = scratch.Connect();
        IdentityTables.Make(session);
        var changes = Run(session, 1, string.Join(", ", Enumerable.Range(0, 200).Select(i => $"('k{i}', 0, 'n{i}', 'none@x.org', NULL)")));
        Assert.That(changes.Customers, Is.EqualTo(200));
        Assert.That(changes.Messages, Has.Some.Contains("same e-mail"));
    }

    private static IdentityChanges Run(ISession session, int number, string rows)
    {
        session.Execute($"CREATE OR REPLACE TEMP TABLE customers AS SELECT * FROM (VALUES {rows}) t(_key, _source, name, email, phone)");
        session.Execute("ALTER TABLE customers ALTER phone TYPE VARCHAR");
        var run = new IdentityRun(session, Settings, number);
        var changes = run.Resolve("customers", CancellationToken.None);
        session.InTransaction(run.Publish);
        return changes;
    }

    private static Dictionary<string, long> Ids(ISession session) =>
        session.Query<(string Key, long Id)>("SELECT record_key, customer_id FROM identity.record WHERE run_to IS NULL").ToDictionary(r => r.Key, r => r.Id);
}
