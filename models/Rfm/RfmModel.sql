-- grain: one row per snapshot date and customer with at least one order up to that day
-- reads: star.fact_sales, star.dim_customer, star.score_rfm, rfm_score, {version}
-- writes: nothing (temporary tables only; the loader's merge writes star.score_rfm, star.score_rfm_cut and star.score_rfm_segment)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales

-- part: snapshots
-- The newest day and the month ends before it. One month end more than asked is scored, so that the oldest stored one has a segment before it too.
CREATE OR REPLACE TEMP TABLE rfm_snapshot AS
WITH wanted AS (
  SELECT $newest::DATE AS snapshot_date, true AS is_stored
  UNION ALL
  SELECT last_day(date_trunc('month', $newest::DATE) - to_months(back::INTEGER)), back <= $month_ends::BIGINT
  FROM range(1, $month_ends::BIGINT + 2) AS month(back)
  WHERE $month_ends::BIGINT > 0
)
SELECT snapshot_date, strftime(snapshot_date, '%Y%m%d')::INTEGER AS date_key, lag(snapshot_date) OVER (ORDER BY snapshot_date) AS previous_date, is_stored
FROM wanted
WHERE snapshot_date IS NOT NULL

-- part: activity
-- Each row of the facts counts from the first snapshot on or after its day. An order counts once, from its first line on.
CREATE OR REPLACE TEMP TABLE rfm_activity AS
WITH span AS (SELECT min(snapshot_date) AS oldest, max(snapshot_date) AS newest FROM rfm_snapshot),
sale AS (
  SELECT customer_key, order_id, coalesce(is_return, false) AS is_return, revenue, ordered_at::DATE AS day,
    greatest(oldest, least(newest, last_day(ordered_at::DATE))) AS snapshot_date
  FROM star.fact_sales CROSS JOIN span
  WHERE customer_key <> 0 AND ordered_at::DATE <= newest
),
first_line AS (
  SELECT customer_key, min(snapshot_date) AS snapshot_date FROM sale WHERE NOT is_return GROUP BY customer_key, order_id
)
SELECT customer_key, snapshot_date, count(*) AS orders, NULL::DATE AS last_day, NULL::DECIMAL(18,4) AS spend
FROM first_line
GROUP BY customer_key, snapshot_date
UNION ALL
SELECT customer_key, snapshot_date, 0, max(day) FILTER (WHERE NOT is_return), sum(revenue)::DECIMAL(18,4)
FROM sale
GROUP BY customer_key, snapshot_date

-- part: customers
CREATE OR REPLACE TEMP TABLE rfm_customer AS
WITH counts_in AS (
  SELECT part.snapshot_date AS part_date, snapshot.snapshot_date
  FROM rfm_snapshot AS part JOIN rfm_snapshot AS snapshot ON part.snapshot_date <= snapshot.snapshot_date
)
SELECT snapshot.snapshot_date, customer_key, snapshot.snapshot_date - max(last_day) AS days_since_last_order,
  sum(orders)::BIGINT AS order_count, coalesce(sum(spend), 0)::DECIMAL(18,4) AS total_spend
FROM rfm_activity AS activity JOIN counts_in AS snapshot ON snapshot.part_date = activity.snapshot_date
GROUP BY snapshot.snapshot_date, customer_key
HAVING sum(orders) > 0

-- part: customers_once
-- The newest day alone: all that is in the facts counts, in one pass over them.
CREATE OR REPLACE TEMP TABLE rfm_customer AS
SELECT $newest::DATE AS snapshot_date, customer_key, $newest::DATE - (max(ordered_at) FILTER (NOT coalesce(is_return, false)))::DATE AS days_since_last_order,
  count(DISTINCT order_id) FILTER (NOT coalesce(is_return, false)) + (count(*) FILTER (NOT coalesce(is_return, false) AND order_id IS NULL) > 0)::BIGINT AS order_count,
  coalesce(sum(revenue), 0)::DECIMAL(18,4) AS total_spend
FROM star.fact_sales
WHERE customer_key <> 0 AND ordered_at < $newest::DATE + 1
GROUP BY customer_key
HAVING count(*) FILTER (NOT coalesce(is_return, false)) > 0

-- part: cuts_share
-- Score k + 1 begins at the smallest value that at least k fifths of the customers lie strictly below.
CREATE OR REPLACE TEMP TABLE {cut} AS
WITH counted AS (
  SELECT snapshot_date, {value} AS value, count(*) AS customers FROM rfm_customer GROUP BY snapshot_date, {value}
),
placed AS (
  SELECT snapshot_date, value,
    5 * (sum(customers) OVER (PARTITION BY snapshot_date ORDER BY value) - customers) AS below_by_5,
    sum(customers) OVER (PARTITION BY snapshot_date) AS all_customers
  FROM counted
)
SELECT snapshot_date,
  min(value) FILTER (WHERE below_by_5 >= all_customers) AS from_2,
  min(value) FILTER (WHERE below_by_5 >= 2 * all_customers) AS from_3,
  min(value) FILTER (WHERE below_by_5 >= 3 * all_customers) AS from_4,
  min(value) FILTER (WHERE below_by_5 >= 4 * all_customers) AS from_5
FROM placed
GROUP BY snapshot_date

-- part: cuts_quantile
-- Nine decimals take the noise of binary interpolation away without touching a cut between two amounts of four decimals.
CREATE OR REPLACE TEMP TABLE {cut} AS
WITH cuts AS (
  SELECT snapshot_date, quantile_cont(({value})::DOUBLE, [0.2, 0.4, 0.6, 0.8])::DECIMAL(28,9)[] AS cut
  FROM rfm_customer
  GROUP BY snapshot_date
)
SELECT snapshot_date, {begin}(cut[1]{step}) AS from_2, {begin}(cut[2]{step}) AS from_3, {begin}(cut[3]{step}) AS from_4, {begin}(cut[4]{step}) AS from_5
FROM cuts

-- part: by_cuts
CASE WHEN {value} >= {cut}.from_5 THEN 5 WHEN {value} >= {cut}.from_4 THEN 4 WHEN {value} >= {cut}.from_3 THEN 3 WHEN {value} >= {cut}.from_2 THEN 2 ELSE 1 END

-- part: by_ntile
ntile(5) OVER (PARTITION BY snapshot_date ORDER BY {value}, customer_key)

-- part: scores
CREATE OR REPLACE TEMP {kept} rfm_score AS
SELECT rfm_customer.*, ({r})::TINYINT AS r, ({f})::TINYINT AS f, ({m})::TINYINT AS m
FROM rfm_customer {cuts}

-- part: join_cut
JOIN {cut} USING (snapshot_date)

-- part: grid
CREATE OR REPLACE TEMP TABLE rfm_grid AS
SELECT unnest(from_json($codes, '[{"r":"TINYINT","f":"TINYINT","m":"TINYINT","segment":"VARCHAR","standing":"VARCHAR"}]'), recursive := true)

-- part: extent
SELECT coalesce(min(customer_key), 0) AS first_key, coalesce(max(customer_key), 0) AS last_key, count(*) AS rows FROM rfm_customer

-- part: slice
t.customer_key >= {from} AND t.customer_key < {to}

-- part: rows
-- A customer's version is the one that was valid at the end of the snapshot's day.
CREATE OR REPLACE TEMP TABLE rfm_row AS
WITH previous AS (
  SELECT customer_key, snapshot_date, r, f, m
  FROM rfm_score
  WHERE snapshot_date IN (SELECT previous_date FROM rfm_snapshot WHERE is_stored) AND customer_key >= {from} AND customer_key < {to}
)
SELECT snapshot.date_key, score.customer_key, version.customer_version_key,
  score.snapshot_date, score.days_since_last_order, score.order_count, score.total_spend, score.r, score.f, score.m,
  (score.r * $wr::INTEGER + score.f * $wf::INTEGER + score.m * $wm::INTEGER)::DOUBLE / ($wr::INTEGER + $wf::INTEGER + $wm::INTEGER) AS weighted_score, grid.segment, grid.standing, previous_grid.segment AS previous_segment
FROM rfm_score AS score
JOIN rfm_snapshot AS snapshot ON snapshot.snapshot_date = score.snapshot_date AND snapshot.is_stored
JOIN rfm_grid AS grid ON grid.r = score.r AND grid.f = score.f AND grid.m = score.m
LEFT JOIN previous ON previous.customer_key = score.customer_key AND previous.snapshot_date = snapshot.previous_date
LEFT JOIN rfm_grid AS previous_grid ON previous_grid.r = previous.r AND previous_grid.f = previous.f AND previous_grid.m = previous.m
LEFT JOIN {version}
WHERE score.customer_key >= {from} AND score.customer_key < {to}

-- part: version_each
star.dim_customer AS version ON version.customer_key = score.customer_key
  AND version.customer_key >= {from} AND version.customer_key < {to} AND version.valid_from < score.snapshot_date + INTERVAL 1 DAY AND version.valid_to >= score.snapshot_date + INTERVAL 1 DAY

-- part: version_once
-- Of one day, versions are chosen before they are joined: what is kept of each is two numbers, not two moments more.
(
  SELECT customer_key, customer_version_key
  FROM star.dim_customer
  WHERE customer_key >= {from} AND customer_key < {to} AND valid_from < (SELECT max(snapshot_date) FROM rfm_snapshot) + INTERVAL 1 DAY AND valid_to >= (SELECT max(snapshot_date) FROM rfm_snapshot) + INTERVAL 1 DAY
) AS version ON version.customer_key = score.customer_key

-- part: late_versions
-- A customer whose first version only began later is seen with that one: it is the best known of the time before.
UPDATE rfm_row
SET customer_version_key = coalesce((
  SELECT min_by(version.customer_version_key, version.valid_from)
  FROM star.dim_customer AS version
  WHERE version.customer_key = rfm_row.customer_key), 0)
WHERE customer_version_key IS NULL

-- part: cut_rows
CREATE OR REPLACE TEMP TABLE rfm_cut_row AS
WITH stored AS (SELECT date_key, score.* FROM rfm_score AS score JOIN rfm_snapshot AS snapshot ON snapshot.snapshot_date = score.snapshot_date AND snapshot.is_stored)
SELECT date_key, snapshot_date, 'days_since_last_order' AS measure, r AS score, min(days_since_last_order)::DECIMAL(18,4) AS lowest, max(days_since_last_order)::DECIMAL(18,4) AS highest, count(*) AS customers
FROM stored
GROUP BY date_key, snapshot_date, r
UNION ALL
SELECT date_key, snapshot_date, 'order_count', f, min(order_count), max(order_count), count(*) FROM stored GROUP BY date_key, snapshot_date, f
UNION ALL
SELECT date_key, snapshot_date, 'total_spend', m, min(total_spend), max(total_spend), count(*) FROM stored GROUP BY date_key, snapshot_date, m

-- part: segment_rows
CREATE OR REPLACE TEMP TABLE rfm_segment_row AS
WITH segment AS (
  SELECT unnest(from_json($segments,
    '[{"position":"BIGINT","segment":"VARCHAR","standing":"VARCHAR","rule":"VARCHAR","description":"VARCHAR"}]'), recursive := true)
)
SELECT DISTINCT date_key, snapshot_date, segment.*, $grid AS grid, $ties AS ties
FROM rfm_cut_row CROSS JOIN segment

-- part: totals
WITH total AS (
  SELECT segment, count(*) AS customers, sum(total_spend)::DECIMAL(18,4) AS revenue FROM star.score_rfm WHERE snapshot_date = $newest::DATE GROUP BY segment
)
SELECT segment, coalesce(customers, 0) AS customers, coalesce(revenue, 0)::DECIMAL(18,4) AS revenue
FROM rfm_segment_row AS segment_row LEFT JOIN total USING (segment)
WHERE segment_row.snapshot_date = $newest::DATE
ORDER BY position

-- part: forget_rows
DROP TABLE rfm_row

-- part: forget_customers
DROP {kept} rfm_score;
DROP TABLE rfm_customer;
DROP TABLE IF EXISTS rfm_activity

-- part: forget
DROP TABLE rfm_snapshot;
DROP TABLE rfm_grid;
DROP TABLE rfm_cut_row;
DROP TABLE rfm_segment_row

-- part: forget_cut
DROP TABLE {cut}
