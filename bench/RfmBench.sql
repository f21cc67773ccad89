-- grain: one customer, as RFM sees them
-- reads: star.fact_sales, star.rfm_by_hand_grid, rfm_again, {table}
-- writes: star.fact_sales, star.dim_customer, star.rfm_by_hand_grid, star.rfm_constants

-- part: schema
CREATE SCHEMA IF NOT EXISTS conformed

-- part: fill
INSERT INTO star.dim_customer BY NAME
SELECT i::INTEGER AS customer_key, i::INTEGER AS customer_version_key, i::VARCHAR AS customer_id, TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, 1 AS run_id
FROM range(1, $customers::BIGINT + 1) AS customer(i);
INSERT INTO star.fact_sales BY NAME
SELECT (1 + hash(i) % $customers::BIGINT)::INTEGER AS customer_key, TIMESTAMP '2022-01-01' + to_days((hash(i + 7) % 1000)::INTEGER) AS ordered_at, i::VARCHAR AS order_id,
  ((hash(i + 13) % 10000) / 100)::DECIMAL(18,4) AS revenue, false AS is_return, 1 AS run_id
FROM range($customers::BIGINT * 4) AS sale(i)

-- part: grid
CREATE TABLE star.rfm_by_hand_grid AS SELECT unnest(from_json($codes, '[{"r":"TINYINT","f":"TINYINT","m":"TINYINT","segment":"VARCHAR","standing":"VARCHAR"}]'), recursive := true)

-- part: by_hand
CREATE {where} AS
WITH customer AS (
  SELECT customer_key, DATE '2024-09-26' - max(ordered_at)::DATE AS days, count(DISTINCT order_id) AS orders, sum(revenue) AS spend FROM star.fact_sales WHERE customer_key <> 0 GROUP BY customer_key
),
day AS (SELECT days, (1 + 5 * (sum(n) OVER (ORDER BY days DESC) - n) // sum(n) OVER ())::TINYINT AS r FROM (SELECT days, count(*) AS n FROM customer GROUP BY days)),
number AS (SELECT orders, (1 + 5 * (sum(n) OVER (ORDER BY orders) - n) // sum(n) OVER ())::TINYINT AS f FROM (SELECT orders, count(*) AS n FROM customer GROUP BY orders)),
money AS (SELECT spend, (1 + 5 * (sum(n) OVER (ORDER BY spend) - n) // sum(n) OVER ())::TINYINT AS m FROM (SELECT spend, count(*) AS n FROM customer GROUP BY spend))
SELECT 20240926 AS date_key, customer_key, customer_key AS customer_version_key, DATE '2024-09-26' AS snapshot_date, days AS days_since_last_order, orders AS order_count, spend::DECIMAL(18,4) AS total_spend,
  r, f, m, (r + f + m)::DOUBLE / 3 AS weighted_score, segment, standing, NULL::VARCHAR AS previous_segment, 2 AS run_id
FROM customer JOIN day USING (days) JOIN number USING (orders) JOIN money USING (spend) JOIN star.rfm_by_hand_grid USING (r, f, m)

-- part: constants
CREATE TABLE star.rfm_constants AS
SELECT 20240926 AS date_key, customer_key, customer_key AS customer_version_key, DATE '2024-09-26' AS snapshot_date, 1::BIGINT AS days_since_last_order, 1::BIGINT AS order_count,
  1::DECIMAL(18,4) AS total_spend, 1::TINYINT AS r, 1::TINYINT AS f, 1::TINYINT AS m, 1::DOUBLE AS weighted_score, 'segment' AS segment, 'good' AS standing, NULL::VARCHAR AS previous_segment, 2 AS run_id
FROM rfm_again

-- part: sum
SELECT (sum(hash(customer_key, customer_version_key, days_since_last_order::BIGINT, order_count::BIGINT, total_spend, r::INTEGER, f::INTEGER, m::INTEGER, round(weighted_score, 9), segment, standing, previous_segment) % 1000003) / 1000)::DOUBLE FROM {table}
