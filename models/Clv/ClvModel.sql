-- grain: one row per customer at the snapshot date, and one per model
-- reads: star.fact_sales, star.dim_customer, clv_customer, marketing_cost, service_cost, acquisition_cost
-- writes: clv_day, clv_customer (temporary; the loader's merge writes star.score_clv and star.score_clv_model)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0

-- part: events
-- Amounts stay decimal until they are summed: sums of binary fractions depend on the order in which threads bring them.
CREATE OR REPLACE TEMP TABLE clv_event AS
SELECT customer_key AS customer, ordered_at::DATE AS day, sum(revenue) AS amount
FROM star.fact_sales
WHERE customer_key <> 0 AND NOT coalesce(is_return, false) AND coalesce(revenue, 0) >= 0 AND {filter}
GROUP BY customer_key, ordered_at::DATE
UNION ALL
SELECT customer_key, ordered_at::DATE, sum(revenue)
FROM star.fact_sales
WHERE customer_key <> 0 AND (coalesce(is_return, false) OR revenue < 0) AND revenue < 0 AND {filter}
GROUP BY customer_key, ordered_at::DATE

-- part: margin
SELECT coalesce(1 - sum(cost) FILTER (revenue IS NOT NULL)::DOUBLE / nullif(sum(revenue) FILTER (cost IS NOT NULL), 0)::DOUBLE, 1)
FROM star.fact_sales
WHERE customer_key <> 0 AND {filter}

-- part: data_version
SELECT coalesce(max(run_id), 0) FROM star.fact_sales

-- part: prediction
CREATE OR REPLACE TEMP TABLE clv_prediction (cell INTEGER, repeats INTEGER, last_age INTEGER, age INTEGER, probability_alive DOUBLE, probability_low DOUBLE, probability_high DOUBLE,
  expected DOUBLE, expected_error DOUBLE, discounted DOUBLE, residual_error DOUBLE, residual DOUBLE)

-- part: covariates
-- The customer as of the first purchase; where that version is not known, as of now.
CREATE OR REPLACE TEMP TABLE clv_covariate AS
WITH beginning AS (
  SELECT customer_key, min_by(customer_version_key, ordered_at) AS version_key {first}
  FROM star.fact_sales
  WHERE customer_key <> 0 AND NOT coalesce(is_return, false) AND coalesce(revenue, 0) >= 0 AND {filter}
  GROUP BY customer_key
)
SELECT beginning.customer_key AS customer, {values}
FROM beginning
LEFT JOIN star.dim_customer AS version ON version.customer_version_key = beginning.version_key AND version.customer_key = beginning.customer_key
LEFT JOIN star.dim_customer AS present ON present.customer_key = beginning.customer_key AND present.is_current

-- part: of_sale
min_by(CAST({column} AS VARCHAR), ROW(ordered_at, order_id, line_id)) AS {name}

-- part: sale_value
beginning.{column} AS {name}

-- part: customer_value
CAST(coalesce(version.{column}, present.{column}) AS VARCHAR) AS {name}

-- part: count
SELECT count(*) FROM clv_row

-- part: rows
-- The interval of the value joins the errors of purchases and of value; both are on the logarithm, where they add. A customer without known spend is
-- expected to spend as a new one. Marketing and service go on at the customer's rate so far, while the customer stays.
CREATE OR REPLACE TEMP TABLE clv_row AS
WITH contact AS (
  SELECT customer_key AS customer, sum(cost)::DOUBLE AS cost FROM marketing_cost WHERE day <= $snapshot::DATE GROUP BY customer_key
),
served AS (
  SELECT customer_key AS customer, sum(cost)::DOUBLE AS cost FROM service_cost WHERE day <= $snapshot::DATE GROUP BY customer_key
),
known AS (
  SELECT customer.*, coalesce(repeats > 0 AND repeat_spend > 0, false) AS is_known, coalesce(contact.cost, 0) AS contact_cost,
    coalesce(served.cost, 0) AS served_cost, won.cost AS won_cost
  FROM clv_customer AS customer LEFT JOIN contact USING (customer) LEFT JOIN served USING (customer)
  LEFT JOIN acquisition_cost AS won ON won.customer_key = customer.customer AND won.day <= $snapshot::DATE
),
worth AS (
  SELECT *, CASE WHEN is_known THEN repeats ELSE 0 END AS x, CASE WHEN is_known THEN repeat_spend ELSE 0 END AS total FROM known
),
valued AS (
  SELECT *, ($gamma::DOUBLE + total) * $p::DOUBLE / ($p::DOUBLE * x + $q::DOUBLE - 1) AS expected_value,
    1 - $p::DOUBLE * x / ($p::DOUBLE * x + $q::DOUBLE - 1) AS by_p, -$q::DOUBLE / ($p::DOUBLE * x + $q::DOUBLE - 1) AS by_q, $gamma::DOUBLE / ($gamma::DOUBLE + total) AS by_g
  FROM worth
),
predicted AS (
  SELECT valued.*, probability_alive, probability_low, probability_high, expected, expected_error, discounted, residual, residual_error,
    sqrt(greatest(0, by_p ^ 2 * $pp::DOUBLE + by_q ^ 2 * $qq::DOUBLE + by_g ^ 2 * $gg::DOUBLE
      + 2 * (by_p * by_q * $pq::DOUBLE + by_p * by_g * $pg::DOUBLE + by_q * by_g * $qg::DOUBLE))) AS worth_error,
    sqrt(expected_error ^ 2 + worth_error ^ 2) AS value_error, sqrt(residual_error ^ 2 + worth_error ^ 2) AS without_end_error,
    contact_cost / greatest(age, 30) * $horizon_days::DOUBLE * probability_alive AS marketing,
    served_cost / greatest(age, 30) * $horizon_days::DOUBLE * probability_alive AS service
  FROM valued JOIN clv_prediction USING (cell, repeats, last_age, age)
)
SELECT strftime($snapshot::DATE, '%Y%m%d')::INTEGER AS date_key, customer::INTEGER AS customer_key, coalesce(version.customer_version_key, 0) AS customer_version_key,
  $snapshot::DATE AS snapshot_date, $model AS model, repeats::BIGINT AS repeat_count, last_age / $unit_days::DOUBLE AS last_purchase_age, age / $unit_days::DOUBLE AS customer_age,
  CASE WHEN is_known THEN repeat_spend / repeats END AS average_repeat_value, probability_alive, probability_low AS probability_alive_low, probability_high AS probability_alive_high,
  expected AS expected_purchases,
  expected * exp(-1.959963984540054 * expected_error) AS expected_purchases_low, expected * exp(1.959963984540054 * expected_error) AS expected_purchases_high,
  expected_value, expected_value * exp(-1.959963984540054 * worth_error) AS expected_value_low, expected_value * exp(1.959963984540054 * worth_error) AS expected_value_high,
  ($margin::DOUBLE * expected_value * discounted - marketing - service)::DECIMAL(18,4) AS lifetime_value,
  ($margin::DOUBLE * expected_value * discounted * exp(-1.959963984540054 * value_error) - marketing - service)::DECIMAL(18,4) AS lifetime_value_low,
  ($margin::DOUBLE * expected_value * discounted * exp(1.959963984540054 * value_error) - marketing - service)::DECIMAL(18,4) AS lifetime_value_high,
  ($margin::DOUBLE * expected_value * residual)::DECIMAL(18,4) AS residual_lifetime_value,
  ($margin::DOUBLE * expected_value * residual * exp(-1.959963984540054 * without_end_error))::DECIMAL(18,4) AS residual_lifetime_value_low,
  ($margin::DOUBLE * expected_value * residual * exp(1.959963984540054 * without_end_error))::DECIMAL(18,4) AS residual_lifetime_value_high,
  marketing::DECIMAL(18,4) AS marketing_cost, service::DECIMAL(18,4) AS service_cost, won_cost::DECIMAL(18,4) AS acquisition_cost,
  ($margin::DOUBLE * spend)::DECIMAL(18,4) AS historic_value,
  ($margin::DOUBLE * spend / greatest(age, 30.4375) * $horizon_days::DOUBLE * avg(probability_alive) OVER ())::DECIMAL(18,4) AS simple_value
FROM predicted
LEFT JOIN star.dim_customer AS version ON version.customer_key = predicted.customer AND version.is_current

-- part: models
CREATE OR REPLACE TEMP TABLE clv_model_row AS
SELECT strftime($snapshot::DATE, '%Y%m%d')::INTEGER AS date_key, $snapshot::DATE AS snapshot_date,
  unnest(from_json($models, '[{"model":"VARCHAR","model_version":"VARCHAR","is_used":"BOOLEAN","status":"VARCHAR","parameters":"VARCHAR","standard_errors":"VARCHAR",
    "log_likelihood":"DOUBLE","aic":"DOUBLE","bic":"DOUBLE","holdout_error":"DOUBLE","holdout_bias_percent":"DOUBLE","customers":"BIGINT","repeat_purchases":"BIGINT"}]'), recursive := true),
  $unit AS unit, $horizon::DOUBLE AS horizon, $discount::DOUBLE AS discount_rate, $margin::DOUBLE AS margin, $data_version::BIGINT AS data_version

-- part: scope
t.snapshot_date >= DATE '{month}'

-- part: forget
DROP TABLE IF EXISTS clv_event;
DROP TABLE IF EXISTS clv_day;
DROP TABLE IF EXISTS clv_customer;
DROP TABLE IF EXISTS clv_prediction;
DROP TABLE IF EXISTS clv_row;
DROP TABLE IF EXISTS clv_model_row
