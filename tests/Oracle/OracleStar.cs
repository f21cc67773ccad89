using Crm.Analytics.Tests.Query;
using Crm.Analytics.Warehouse.Loading;
using Crm.Analytics.Warehouse.Query;
using Crm.Analytics.Warehouse.Storage;

namespace Crm.Analytics.Tests.Oracle;

/// <summary>
/// A star in memory that three runs built, with everything that makes totals go wrong: customers with several versions, lines and names that later
/// runs changed or removed, returns, unknown members, missing values. The truth is a table per run with every line and all its attributes side by
/// side (<c>flat</c>), from which the tests compute by plain GROUP BY; the star and its histories are cut from the same states.
/// </summary>
internal sealed class OracleStar : IDisposable
{
    public const int Runs = 3;

    private readonly DuckDbInstance _instance = DuckDbInstance.OpenScratch(new ScratchOptions { Threads = 2 });

    public OracleStar()
    {
        using var session = _instance.Connect();
        session.Execute(Schemas);
        StarSchema.Apply(session, SalesCatalogue.Value);
        session.Execute(States);
        session.Execute(Flat);
        foreach (var (table, state) in new[] { ("dim_customer", "customer_state"), ("dim_geography", "geography_state"), ("dim_date", "date_state"), ("fact_sales", "line_state") })
            session.Execute(Cut(table, state));
        Reader = new CubeReader(_instance.Connect, SalesCatalogue.Value);
    }

    public CubeReader Reader { get; }

    public ISession Connect() => _instance.Connect();

    public void Dispose() => _instance.Dispose();

    /// <summary>Turns one row per run into row versions: the newest stay in the table, superseded ones go to the history.</summary>
    private static string Cut(string table, string state) => $"""
        CREATE TABLE {state}_version AS
        WITH step AS (
          SELECT s.*, run AS since, lag(run) OVER w IS DISTINCT FROM run - 1 OR lag(hash(s.content)) OVER w <> hash(s.content) AS is_new
          FROM {state} s WINDOW w AS (PARTITION BY s.id ORDER BY run)),
        span AS (SELECT *, sum(is_new::INTEGER) OVER (PARTITION BY id ORDER BY run) AS version FROM step)
        SELECT any_value(content) AS content, min(run) AS run_from, max(run) + 1 AS run_to FROM span GROUP BY id, version;
        INSERT INTO star.{table} BY NAME SELECT unnest(content), run_from AS run_id FROM {state}_version WHERE run_to > {Runs};
        INSERT INTO star.{table}_history BY NAME SELECT unnest(content), run_from, run_to FROM {state}_version WHERE run_to <= {Runs};
        """;

    private const string Schemas = """
        CREATE SCHEMA star; CREATE SCHEMA conformed; CREATE SCHEMA meta;
        CREATE TABLE meta.run (run_id INTEGER, status VARCHAR, published_at TIMESTAMP, newest TIMESTAMP);
        INSERT INTO meta.run VALUES (1, 'published', '2024-01-01 01:00', '2011-06-30 10:00'), (2, 'published', '2024-01-02 01:00', '2011-12-09 12:50'),
          (3, 'published', '2024-01-03 01:00', '2011-12-09 12:50'), (4, 'failed', NULL, NULL);
        """;

    /// <summary>What each run left, row by row: customers (1 in 6 gets a new version in run 2, 1 in 5 a new name), lines (changed, removed, late).</summary>
    private const string States = """
        CREATE TABLE date_state AS SELECT DISTINCT run, day AS id, {date_key: strftime(day, '%Y%m%d')::INTEGER, day: day, week: date_trunc('week', day)::DATE,
            month: date_trunc('month', day)::DATE, quarter: date_trunc('quarter', day)::DATE, year: year(day)} AS content
          FROM (SELECT (DATE '2010-11-25' + d::INTEGER) AS day FROM range(400) t(d)), (SELECT unnest([1, 2, 3]) AS run);
        CREATE TABLE geography_state AS SELECT run, k AS id, {geography_key: k::INTEGER, country: ['France', 'Spain', 'fraNCE island', 'O''Brien_land', '50% Land'][k]} AS content
          FROM range(1, 6) t(k), (SELECT unnest([1, 2, 3]) AS run);
        CREATE TABLE customer_state AS
          WITH member AS (SELECT k, 1 + k % 3 AS n FROM range(1, 201) t(k)),
          seen AS (SELECT k, run, CASE WHEN k % 6 = 1 AND n > 1 AND run = 1 THEN n - 1 ELSE n END AS n FROM member, (SELECT unnest([1, 2, 3]) AS run))
          SELECT run, k * 10 + v AS id, {customer_key: k::INTEGER, customer_version_key: (k * 10 + v)::INTEGER, customer_id: 'C' || k,
            name: CASE WHEN k % 13 = 0 THEN NULL WHEN k % 5 = 0 AND run > 1 THEN 'Renamed ' || k % 20 ELSE 'Customer ' || k % 40 END,
            country: CASE WHEN k % 17 = 0 THEN NULL ELSE ['France', 'Spain', 'Italy'][1 + (k + v) % 3] END,
            rating: CASE WHEN k % 7 = 0 THEN NULL ELSE (k * v % 50) / 10.0 END::DOUBLE, is_current: v = n} AS content
          FROM seen, range(1, 4) s(v) WHERE v <= n;
        CREATE TABLE line_state AS
          WITH line AS (SELECT i, hash(i * 7919 + 11) AS h, i % 9 = 4 AS is_return, TIMESTAMP '2010-12-01 08:00' + to_minutes((i * 131)::BIGINT) AS moment FROM range(1, 4001) t(i)),
          priced AS (SELECT *, 1 + h % 200 AS customer, ((h >> 20) % 24 + 1)::DECIMAL(18, 3) * CASE WHEN is_return THEN -1 ELSE 1 END AS quantity,
              CASE WHEN i % 29 = 0 THEN NULL ELSE ((h >> 30) % 2000 / 100.0)::DECIMAL(18, 4) END AS price FROM line)
          SELECT run, i AS id, {date_key: CASE WHEN i % 97 = 0 THEN 0 ELSE strftime(moment, '%Y%m%d')::INTEGER END,
            customer_key: CASE WHEN i % 6 = 0 THEN 0 ELSE customer::INTEGER END,
            customer_version_key: CASE WHEN i % 6 = 0 THEN 0 ELSE (customer * 10 + 1)::INTEGER + CASE WHEN i > 3800 THEN customer % 3 ELSE 0 END END,
            geography_key: ((h >> 10) % 6)::INTEGER, shipped_key: CASE WHEN i % 4 = 0 THEN 0 ELSE strftime(moment + INTERVAL 3 DAY, '%Y%m%d')::INTEGER END,
            order_id: CASE WHEN is_return THEN 'C' || i ELSE 'O' || i // 3 END, line_id: CASE WHEN i % 11 = 0 THEN NULL ELSE 'L' || i END, ordered_at: moment,
            quantity: quantity, unit_price: price, revenue: (quantity * price * CASE WHEN run > 1 AND i % 40 = 3 OR run > 2 AND i % 60 = 1 THEN 2 ELSE 1 END)::DECIMAL(18, 4),
            is_return: is_return} AS content
          FROM priced, (SELECT unnest([1, 2, 3]) AS run)
          WHERE (run > 1 OR i <= 3800) AND NOT (run > 1 AND i % 50 = 7);
        """;

    /// <summary>Every line of every run with all its attributes, as it was and as it is; the unknown member spelled out by hand.</summary>
    private const string Flat = """
        CREATE TABLE flat AS
        SELECT l.run, unnest(l.content), d.content.day AS date_day, d.content.week AS date_week, d.content.month AS date_month, d.content.quarter AS date_quarter,
          d.content.year AS date_year, s.content.month AS shipped_month, g.content.country AS g, w.content AS was, n.content AS now, l.content.customer_key = 0 AS is_unknown
        FROM line_state l
        LEFT JOIN date_state d ON d.run = l.run AND d.content.date_key = l.content.date_key
        LEFT JOIN date_state s ON s.run = l.run AND s.content.date_key = l.content.shipped_key
        LEFT JOIN geography_state g ON g.run = l.run AND g.content.geography_key = l.content.geography_key
        LEFT JOIN customer_state w ON w.run = l.run AND w.content.customer_version_key = l.content.customer_version_key
        LEFT JOIN customer_state n ON n.run = l.run AND n.content.customer_key = l.content.customer_key AND n.content.is_current;
        """;
}
