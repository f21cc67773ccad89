using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Recovery.Child;

/// <summary>What the killed process does, and what must hold afterwards however often it was killed.</summary>
public static class Workload
{
    private const int Customers = 200;
    private const int Facts = 3000;

    public const string Tables = """
        CREATE TABLE IF NOT EXISTS star.version (customer INTEGER, valid_from INTEGER, valid_to INTEGER, is_current BOOLEAN, country VARCHAR);
        CREATE TABLE IF NOT EXISTS star.fact (round INTEGER, line INTEGER, customer INTEGER, amount DECIMAL(18,4));
        CREATE TABLE IF NOT EXISTS star.ledger (round INTEGER, facts BIGINT, amount DECIMAL(18,4));
        """;

    /// <summary>Statements that each count offences: 0 when nothing was lost and nothing doubled.</summary>
    public static readonly IReadOnlyList<string> Offences =
    [
        "SELECT count(*) FROM (SELECT max(round) - count(*) AS gap FROM star.ledger) WHERE gap <> 0",
        """
        SELECT count(*) FROM (SELECT round, count(*) AS facts, sum(amount) AS amount FROM star.fact GROUP BY round) AS f
        FULL JOIN star.ledger AS l USING (round) WHERE (f.facts, f.amount) IS DISTINCT FROM (l.facts, l.amount)
        """,
        "SELECT count(*) FROM (SELECT round, line FROM star.fact GROUP BY ALL HAVING count(*) > 1)",
        "SELECT count(*) FROM (SELECT customer FROM star.version GROUP BY customer HAVING count(*) FILTER (is_current) <> 1)",
        """
        SELECT count(*) FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY customer ORDER BY valid_from) AS next FROM star.version)
        WHERE next IS DISTINCT FROM valid_to
        """,
        "SELECT count(*) FROM star.version AS v WHERE v.valid_from > (SELECT max(round) FROM star.ledger)",
    ];

    public static void Round(ISession session, int round)
    {
        session.Execute(
            """
            CREATE OR REPLACE TEMP TABLE changed AS SELECT range::INTEGER AS customer FROM range($customers) WHERE hash(range, $round) % 3 = 0 OR $round = 1;
            UPDATE star.version SET valid_to = $round, is_current = false WHERE is_current AND customer IN (FROM changed);
            INSERT INTO star.version SELECT customer, $round, NULL, true, 'country ' || hash(customer, $round) % 20 FROM changed;
            INSERT INTO star.fact SELECT $round, range, range % $customers, range * 0.01 FROM range($facts);
            """,
            new { round, customers = Customers, facts = Facts });
        using (var append = session.Append("star", "fact"))
        {
            for (var line = 0; line < Facts; line++)
                append.Row(round, Facts + line, line % Customers, 1.25m);
            append.Complete();
        }

        session.Execute(
            "INSERT INTO star.ledger SELECT round, count(*), sum(amount) FROM star.fact WHERE round = $round GROUP BY round", new { round });
    }
}
