-- grain: one known customer at one snapshot date
-- reads: star.fact_sales, star.dim_customer
-- writes: nothing (temporary tables only; the loader's merge writes star.score_lifecycle)

-- part: days
-- What a customer did on a day. Returns lower the spend, but are no orders.
CREATE OR REPLACE TEMP TABLE lifecycle_day AS
SELECT customer_key, ordered_at::DATE AS day, bool_or(NOT coalesce(is_return, false)) AS is_order, coalesce(sum(revenue), 0)::DECIMAL(18,4) AS spend
FROM star.fact_sales
WHERE customer_key <> 0 AND ({filter})
GROUP BY customer_key, ordered_at::DATE

-- part: newest
SELECT max(day) FROM lifecycle_day

-- part: known
-- Without a date of acquisition, one who never ordered is known from the beginning, the others from their first order on.
CREATE OR REPLACE TEMP TABLE lifecycle_known AS
SELECT customer_key, coalesce(acquired.day, first_day, (SELECT min(day) FROM lifecycle_day)) AS known_from, left_day
FROM (SELECT customer_key, min(day) AS first_day FROM lifecycle_day GROUP BY customer_key) AS bought
FULL JOIN (
  SELECT customer_key, min(acquired_at)::DATE AS day, min(left_at) FILTER (is_current)::DATE AS left_day
  FROM star.dim_customer WHERE customer_key <> 0 AND NOT coalesce(is_deleted, false) GROUP BY customer_key
) AS acquired USING (customer_key)

-- part: snapshots
SELECT snapshot_date
FROM (
  SELECT $newest::DATE AS snapshot_date
  UNION
  SELECT last_day(date_trunc('month', $newest::DATE) - to_months(back::INTEGER)) FROM range(1, $month_ends::BIGINT + 2) AS month(back)
)
WHERE snapshot_date >= (SELECT min(day) FROM lifecycle_day)
ORDER BY snapshot_date

-- part: table
CREATE OR REPLACE TEMP TABLE lifecycle_stage (snapshot_date DATE, previous_date DATE, customer_key INTEGER, stage VARCHAR, spend_period DECIMAL(18,4), spend_before DECIMAL(18,4), days_since_last_order BIGINT)

-- part: stages
-- Periods count back from the day: 0 is the current one, 1 the one before.
INSERT INTO lifecycle_stage
WITH seen AS (
  SELECT customer_key, count(*) FILTER (is_order AND ($day::DATE - day) < $period::INTEGER) AS now_orders,
    count(*) FILTER (is_order AND ($day::DATE - day) // $period::INTEGER = 1) AS before_orders,
    count(*) FILTER (is_order AND ($day::DATE - day) // $period::INTEGER > 1) AS older_orders,
    coalesce(sum(spend) FILTER (($day::DATE - day) < $period::INTEGER), 0)::DECIMAL(18,4) AS spend_period,
    coalesce(sum(spend) FILTER (($day::DATE - day) // $period::INTEGER = 1), 0)::DECIMAL(18,4) AS spend_before,
    $day::DATE - max(day) FILTER (is_order) AS days_since_last_order
  FROM lifecycle_day
  WHERE day <= $day::DATE
  GROUP BY customer_key
)
SELECT $day::DATE, $previous::DATE, known.customer_key,
  CASE WHEN known.left_day <= $day::DATE THEN 'lost'
    WHEN coalesce(now_orders + before_orders + older_orders, 0) = 0 THEN 'prospect'
    WHEN now_orders > 0 AND before_orders = 0 AND older_orders = 0 THEN 'new'
    WHEN now_orders > 0 AND before_orders = 0 THEN 'won back'
    WHEN now_orders > 0 AND spend_period > 1.25 * spend_before THEN 'growing'
    WHEN now_orders > 0 AND spend_period < 0.8 * spend_before THEN 'declining'
    WHEN now_orders > 0 THEN 'active'
    WHEN before_orders > 0 THEN 'dormant'
    ELSE 'lost' END,
  coalesce(spend_period, 0), coalesce(spend_before, 0), days_since_last_order
FROM lifecycle_known AS known LEFT JOIN seen USING (customer_key)
WHERE known.known_from <= $day::DATE OR seen.customer_key IS NOT NULL

-- part: rows
CREATE OR REPLACE TEMP TABLE lifecycle_row AS
SELECT strftime(present.snapshot_date, '%Y%m%d')::INTEGER AS date_key, present.customer_key, coalesce(version.customer_version_key, earliest.customer_version_key, 0) AS customer_version_key,
  present.snapshot_date, present.stage, past.stage AS previous_stage, present.spend_period, present.spend_before, present.days_since_last_order
FROM lifecycle_stage AS present
LEFT JOIN lifecycle_stage AS past ON past.customer_key = present.customer_key AND past.snapshot_date = present.previous_date
LEFT JOIN star.dim_customer AS version ON version.customer_key = present.customer_key AND version.valid_from < present.snapshot_date + 1 AND version.valid_to >= present.snapshot_date + 1
LEFT JOIN (SELECT customer_key, min_by(customer_version_key, valid_from) AS customer_version_key FROM star.dim_customer GROUP BY customer_key) AS earliest
  ON earliest.customer_key = present.customer_key
WHERE present.snapshot_date >= $stored_from::DATE

-- part: state
SELECT (SELECT count(*) FROM lifecycle_row WHERE snapshot_date = $newest::DATE), (SELECT max(day) - min(day) + 1 FROM lifecycle_day)::INTEGER

-- part: forget
DROP TABLE lifecycle_day;
DROP TABLE lifecycle_known;
DROP TABLE lifecycle_stage;
DROP TABLE lifecycle_row
