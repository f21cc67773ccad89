-- grain: one customer under contract
-- reads: star.fact_sales, star.dim_customer, subscription_life, subscription_earlier
-- writes: subscription_life, subscription_earlier (temporary; the loader's merge writes star.score_subscription)

-- part: span
SELECT (SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0) AS newest_sale, count(*) FILTER (left_at IS NOT NULL) AS leavers, max(left_at)::DATE AS newest_leaving,
  max(acquired_at)::DATE AS newest_coming
FROM star.dim_customer
WHERE is_current AND customer_key <> 0

-- part: lives
-- Who was there by a day, since when, and when they left: the end of a contract by contract, else the day after the last order, once the silence is long enough.
-- A contract that ends with a unit was not renewed: leaving on that day is leaving in that unit.
CREATE OR REPLACE TEMP TABLE {life} AS
WITH sale AS (
  SELECT customer_key, min(ordered_at)::DATE AS first_day, max(ordered_at) FILTER (NOT coalesce(is_return, false))::DATE AS last_day, sum(revenue) AS spend
  FROM star.fact_sales
  WHERE customer_key <> 0 AND ordered_at < $day::DATE + 1
  GROUP BY customer_key
),
known AS (
  SELECT customer.customer_key, coalesce(least(customer.acquired_at::DATE, sale.first_day), customer.acquired_at::DATE, sale.first_day) AS began,
    CASE WHEN $by_contract THEN customer.left_at::DATE WHEN sale.last_day < $day::DATE - $silence::INTEGER THEN sale.last_day + 1 END AS ended, sale.spend
  FROM star.dim_customer AS customer LEFT JOIN sale ON sale.customer_key = customer.customer_key
  WHERE customer.is_current AND customer.customer_key <> 0 AND ($by_contract OR sale.last_day IS NOT NULL)
),
dated AS (SELECT customer_key, began, CASE WHEN ended <= $day::DATE THEN ended END AS ended, spend FROM known WHERE began <= $day::DATE AND coalesce(ended >= began, true))
SELECT customer_key, began, ended IS NOT NULL AS has_left,
  CASE WHEN ended IS NULL THEN datesub('{unit}', began, $day::DATE) ELSE greatest(0, datesub('{unit}', began, ended - 1)) + 1 END::INTEGER AS periods, spend
FROM dated

-- part: groups
SELECT periods, count(*) FILTER (has_left)::DOUBLE AS lost, count(*) FILTER (NOT has_left)::DOUBLE AS staying FROM subscription_life GROUP BY periods ORDER BY periods

-- part: earlier
-- Who was still there at the earlier day, for how many units then and by the newest day, and whether they still are.
SELECT earlier.periods, datesub('{unit}', earlier.began, $day::DATE)::INTEGER AS later_periods, count(*)::DOUBLE AS customers, count(*) FILTER (NOT life.has_left)::DOUBLE AS stayed
FROM subscription_earlier AS earlier JOIN subscription_life AS life USING (customer_key)
WHERE NOT earlier.has_left
GROUP BY ALL
ORDER BY ALL

-- part: earlier_groups
SELECT periods, count(*) FILTER (has_left)::DOUBLE AS lost, count(*) FILTER (NOT has_left)::DOUBLE AS staying FROM subscription_earlier GROUP BY periods ORDER BY periods

-- part: contradictory
SELECT count(*) FROM star.dim_customer AS customer
WHERE is_current AND customer_key <> 0 AND left_at::DATE < coalesce(acquired_at::DATE, (SELECT min(ordered_at)::DATE FROM star.fact_sales AS sale WHERE sale.customer_key = customer.customer_key))

-- part: rows
CREATE OR REPLACE TEMP TABLE subscription_row AS
WITH prediction AS (
  SELECT unnest(from_json($predictions, '[{"periods":"INTEGER","retention":"DOUBLE","retention_low":"DOUBLE","retention_high":"DOUBLE","survival":"DOUBLE","expected":"DOUBLE","expected_low":"DOUBLE","expected_high":"DOUBLE","residual":"DOUBLE","residual_low":"DOUBLE","residual_high":"DOUBLE"}]'), recursive := true)
)
SELECT strftime($snapshot::DATE, '%Y%m%d')::INTEGER AS date_key, life.customer_key, coalesce(version.customer_version_key, 0) AS customer_version_key, $snapshot::DATE AS snapshot_date, $model AS model,
  '{unit}' AS unit, periods::BIGINT AS periods, retention, retention_low, retention_high, survival, expected AS expected_periods, expected_low AS expected_periods_low, expected_high AS expected_periods_high,
  residual AS residual_periods, residual_low AS residual_periods_low, residual_high AS residual_periods_high, (spend / greatest(1, periods))::DECIMAL(18,4) AS spend_per_period,
  (spend::DOUBLE / greatest(1, periods) * residual)::DECIMAL(18,4) AS expected_revenue
FROM subscription_life AS life JOIN prediction USING (periods)
LEFT JOIN star.dim_customer AS version ON version.customer_key = life.customer_key AND version.is_current
WHERE NOT has_left

-- part: forget
DROP TABLE subscription_life;
DROP TABLE IF EXISTS subscription_earlier
