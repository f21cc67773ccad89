using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Declarations.Reading;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Loading;

public sealed class FactDeleteTests
{
    private static readonly Catalogue standard = CatalogueReader.ReadStandard();

    [Test]
    public void Row_OfADelete_RemovesTheRowOfItsKeyAndKeepsItInTheHistory()
    {
        using var instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 1 });
        using var session = instance.Connect();
        session.Execute("CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta; CREATE TEMP TABLE files AS SELECT 1 AS file_id UNION ALL SELECT 2");
        StarSchema.Apply(session, standard);
        var run = 0;
        MergeCounts Load(string rows) => new FactLoad(session, standard.Facts["loyalty_entry"], standard.Contracts["loyalty_entry"], standard.Dimensions, ++run)
            .Apply($"(SELECT CAST(id AS VARCHAR) AS entry_id, TIMESTAMP '2024-01-01 10:00:00' AS entered_at, 'c' AS customer_id, 'earned' AS kind, points, NULL::DATE AS expires_on, "
                + $"NULL::VARCHAR AS tier, NULL::VARCHAR AS order_id, NULL::VARCHAR AS channel, gone AS _deleted, {run} AS _file, id AS _record FROM (VALUES {rows}) v(id, points, gone))", RowIdentity.Key, "files");

        Assert.That(Load("(1, 5, false), (2, 7, NULL), (3, 1, true)"), Is.EqualTo(new MergeCounts(2, 0, 0, 0)));
        Assert.That(Load("(1, 5, true), (2, 8, false)"), Is.EqualTo(new MergeCounts(0, 1, 1, 0)));
        Assert.That(session.Query<string>("SELECT entry_id || ' ' || points FROM star.fact_loyalty_entry"), Is.EqualTo(new[] { "2 8.00" }));
        Assert.That(session.Query<string>("SELECT entry_id || ' ' || run_to FROM star.fact_loyalty_entry_history ORDER BY 1"), Is.EqualTo(new[] { "1 2", "2 2" }));
        Assert.That(Load("(1, 5, false)"), Is.EqualTo(new MergeCounts(1, 0, 0, 0)), "inserted again");
    }
}
