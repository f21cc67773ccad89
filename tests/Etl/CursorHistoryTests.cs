using Crm.Analytics.Etl;

namespace Crm.Analytics.Tests.Etl;

/// <summary>
/// Random histories of a source table, read run by run through a cursor with lag: rows with equal marks, rows that become visible late and out of order,
/// updates, deletions and returns. After every run the facts are what the table holds. Many histories share one table, each with keys of its own.
/// </summary>
public sealed class CursorHistoryTests
{
    private const int Lag = 3;
    private const int Runs = 6;

    private const string Source =
        """
        source: shop
        connector: table
        streams:
          orders: {key: id, cursor: mark, lag: 3, deletes: keys, chunk_rows: 5000}
        map:
          order_line: {from: orders, order_id: id, ordered_at: "TIMESTAMP '2026-01-01' + to_days(CAST(mark AS INTEGER))", product_id: "'P'", quantity: "1", unit_price: price, channel: country}
        """;

    [TestCase(1)]
    [TestCase(2)]
    public void Facts_AfterEveryRunOfManyHistories_AreWhatTheTableHolds(int seed)
    {
        using var project = new TestProject(Source);
        var random = new Random(seed);
        var histories = Environment.GetEnvironmentVariable("CRM_TESTS_FULL") == "1" ? 20_000 : 5_000;
        var now = 10L;
        var rows = new Dictionary<string, SourceRow>(StringComparer.Ordinal);
        for (var run = 1; run <= Runs; run++)
        {
            now += random.Next(0, 3);
            for (var history = 0; history < histories; history++)
            {
                for (var operation = random.Next(0, 3); operation > 0; operation--)
                {
                    Change(rows, $"h{history}k{random.Next(3)}", now, random);
                }
            }

            project.Table.Rows.Clear();
            project.Table.Rows.AddRange(rows.Values.OrderBy(_ => random.Next()));
            var counts = project.Run(new RunRequest()).Counts;
            Assert.That(counts.Read, Is.EqualTo(counts.Loaded + counts.Unchanged + counts.Quarantined), $"run {run}");
            Assert.That(counts.Quarantined, Is.Zero, $"run {run}");
            var facts = project.Query<string>("SELECT concat_ws('|', order_id, CAST(unit_price AS INTEGER), channel, date_diff('day', TIMESTAMP '2026-01-01', ordered_at)) FROM star.fact_sales");
            Assert.That(facts, Is.EquivalentTo(rows.Values.Select(r => $"{r.Id}|{r.Values["price"]}|{r.Values["country"]}|{r.Mark}")), $"run {run}");
        }
    }

    /// <summary>Marks never fall below the greatest mark that a run can have seen, less the lag: that is what the lag promises to bear.</summary>
    private static void Change(Dictionary<string, SourceRow> rows, string id, long now, Random random)
    {
        if (rows.ContainsKey(id) && random.Next(4) == 0)
        {
            rows.Remove(id);
            return;
        }

        var mark = now - random.Next(0, Lag);
        rows[id] = new(id, mark, new Dictionary<string, string?> { ["price"] = $"{random.Next(1, 9)}", ["country"] = random.Next(2) == 0 ? "France" : "Spain" });
    }
}
