-- grain: one row per customer at the snapshot date
-- reads: star.fact_sales, star.dim_customer, occasion_customer
-- writes: nothing (temporary tables only; the loader's merge writes star.score_occasion)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0 AND {filter}

-- part: last
-- The last occasion that is over: one that may still bring a purchase would count as one without. Who names a day knows that the data reach it, to the end of the newest occasion.
WITH day AS (
  SELECT CASE WHEN $given::DATE IS NULL THEN $newest::DATE ELSE least($given::DATE, (date_trunc('{unit}', $newest::DATE) + {length})::DATE - 1) END AS day
),
whole AS (SELECT (date_trunc('{unit}', day + 1)::DATE - 1)::DATE AS snapshot FROM day)
SELECT snapshot, date_diff('{unit}', DATE '1900-01-01', snapshot)::INTEGER AS occasion FROM whole

-- part: length
INTERVAL 1 {unit}

-- part: length_quarter
INTERVAL 3 MONTH

-- part: customers
CREATE OR REPLACE TEMP TABLE occasion_customer AS
WITH sale AS (
  SELECT customer_key, date_diff('{unit}', DATE '1900-01-01', ordered_at::DATE) AS period, revenue, NOT coalesce(is_return, false) AND coalesce(revenue, 0) >= 0 AS is_purchase
  FROM star.fact_sales
  WHERE customer_key <> 0 AND {filter}
),
period AS (SELECT customer_key, period, bool_or(is_purchase) AS is_purchase, sum(revenue) AS spend FROM sale WHERE period <= $observed::INTEGER GROUP BY customer_key, period),
beginning AS (SELECT customer_key, min(period) AS period FROM period WHERE is_purchase AND period <= $last::INTEGER GROUP BY customer_key)
SELECT period.customer_key,
  count(*) FILTER (period.is_purchase AND period.period > beginning.period AND period.period <= $last::INTEGER)::INTEGER AS repeat_count,
  (max(period.period) FILTER (period.is_purchase AND period.period <= $last::INTEGER) - beginning.period)::INTEGER AS last_occasion,
  ($last::INTEGER - beginning.period)::INTEGER AS occasions,
  count(*) FILTER (period.is_purchase AND period.period > $last::INTEGER)::INTEGER AS later,
  sum(period.spend) FILTER (period.period <= $last::INTEGER) AS spend
FROM period JOIN beginning USING (customer_key)
WHERE period.period >= beginning.period
GROUP BY period.customer_key, beginning.period

-- part: groups
SELECT repeat_count, last_occasion, occasions, later, count(*)::DOUBLE AS customers FROM occasion_customer GROUP BY ALL ORDER BY ALL

-- part: rows
CREATE OR REPLACE TEMP TABLE occasion_row AS
WITH prediction AS (
  SELECT unnest(from_json($predictions, '[{"repeat_count":"INTEGER","last_occasion":"INTEGER","occasions":"INTEGER","alive":"DOUBLE","alive_low":"DOUBLE","alive_high":"DOUBLE","expected":"DOUBLE","expected_low":"DOUBLE","expected_high":"DOUBLE","discounted":"DOUBLE"}]'), recursive := true)
),
valued AS (SELECT *, (spend / (repeat_count + 1))::DECIMAL(18,4) AS average_value FROM occasion_customer)
SELECT strftime($snapshot::DATE, '%Y%m%d')::INTEGER AS date_key, customer.customer_key, coalesce(version.customer_version_key, 0) AS customer_version_key, $snapshot::DATE AS snapshot_date, '{unit}' AS unit,
  repeat_count::BIGINT AS repeat_count, last_occasion::BIGINT AS last_occasion, occasions::BIGINT AS occasions, alive AS probability_alive, alive_low AS probability_alive_low,
  alive_high AS probability_alive_high, expected AS expected_purchases, expected_low AS expected_purchases_low, expected_high AS expected_purchases_high, discounted AS discounted_purchases,
  average_value, (CASE WHEN average_value > 0 THEN discounted * average_value END)::DECIMAL(18,4) AS expected_revenue
FROM valued AS customer JOIN prediction USING (repeat_count, last_occasion, occasions)
LEFT JOIN star.dim_customer AS version ON version.customer_key = customer.customer_key AND version.is_current

-- part: forget
DROP TABLE occasion_customer
