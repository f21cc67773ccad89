-- grain: one sale of the file, and one score of a customer
-- reads: {table}, star.score_rfm, star.score_rfm_cut
-- writes: star.fact_sales

-- part: schema
CREATE SCHEMA IF NOT EXISTS star

-- part: customers
CREATE OR REPLACE TEMP TABLE rfm_file_customer AS
SELECT customer, row_number() OVER (ORDER BY customer)::INTEGER AS customer_key FROM (SELECT DISTINCT {customer} AS customer FROM {table} WHERE trim({customer}) <> '')

-- part: sales
INSERT INTO star.fact_sales BY NAME
SELECT customer_key, {order} AS order_id, {moment} AS ordered_at, {amount}::DECIMAL(18,4) AS revenue, coalesce({amount} < 0, false) AS is_return, 1 AS run_id
FROM {table} JOIN rfm_file_customer ON rfm_file_customer.customer = {customer}
WHERE {moment} IS NOT NULL

-- part: order_by_row
CAST(row_number() OVER () AS VARCHAR)

-- part: scores
SELECT customer, days_since_last_order, order_count, total_spend::DOUBLE AS total_spend, r::INTEGER AS r, f::INTEGER AS f, m::INTEGER AS m, segment, previous_segment
FROM star.score_rfm JOIN rfm_file_customer USING (customer_key)
WHERE snapshot_date = $newest::DATE AND ($named IS NULL OR customer = $named)
ORDER BY total_spend DESC, customer
LIMIT {limit}

-- part: moves
SELECT coalesce(previous_segment, '(new)') AS previous, segment, count(*) AS customers, sum(total_spend)::DOUBLE AS revenue
FROM star.score_rfm
WHERE snapshot_date = $newest::DATE
GROUP BY ALL
ORDER BY customers DESC, previous, segment

-- part: trend
SELECT snapshot_date, segment, count(*) AS customers, sum(total_spend)::DOUBLE AS revenue
FROM star.score_rfm
GROUP BY ALL
ORDER BY ALL

-- part: cuts
SELECT measure, score::INTEGER AS score, lowest::DOUBLE AS lowest, highest::DOUBLE AS highest, customers FROM star.score_rfm_cut WHERE snapshot_date = $newest::DATE ORDER BY ALL

-- part: at_risk
SELECT coalesce(sum(total_spend) FILTER (standing = 'at_risk'), 0)::DOUBLE FROM star.score_rfm WHERE snapshot_date = $newest::DATE
