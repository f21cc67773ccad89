-- grain: one row per customer and day on which it is asked whether they leave
-- reads: star.fact_sales, star.fact_support_case, star.fact_campaign_contact, star.dim_customer
-- writes: nothing (temporary tables only; the loader's merge writes star.score_churn and star.score_churn_fit)

-- part: span
SELECT min(ordered_at)::DATE AS oldest, max(ordered_at)::DATE AS newest, count(DISTINCT customer_key) FILTER (WHERE customer_key <> 0) AS customers,
  (SELECT count(*) FROM star.dim_customer WHERE is_current AND left_at IS NOT NULL) AS leavers
FROM star.fact_sales

-- part: cuts
-- Everything before the cut is known then, nothing from it on. The newest cut is the day after the last one of the data.
CREATE OR REPLACE TEMP TABLE churn_cut (cut DATE, part VARCHAR, known_until DATE)

-- part: cut
INSERT INTO churn_cut VALUES ($cut, $part, $until)

-- part: customers
-- Who can still leave: by the pattern of buying, those who bought within the time looked back; by contract, those who have not left yet.
CREATE OR REPLACE TEMP TABLE churn_customer AS
WITH history AS (
  SELECT cut.cut, customer_key, min(ordered_at)::DATE AS first_day, max(ordered_at) FILTER (WHERE NOT coalesce(is_return, false))::DATE AS last_day
  FROM star.fact_sales JOIN churn_cut AS cut ON ordered_at < cut.cut
  WHERE customer_key <> 0
  GROUP BY cut.cut, customer_key
),
gone AS (SELECT customer_key, min(left_at)::DATE AS left_day FROM star.dim_customer WHERE is_current GROUP BY customer_key),
later AS (
  SELECT cut.cut, customer_key
  FROM star.fact_sales JOIN churn_cut AS cut ON ordered_at >= cut.cut AND ordered_at < cut.cut + $horizon::INTEGER
  WHERE NOT coalesce(is_return, false)
  GROUP BY cut.cut, customer_key
)
SELECT cut.cut, cut.part, history.customer_key, history.first_day, history.last_day,
  CASE WHEN cut.known_until < cut.cut + $horizon::INTEGER THEN NULL
    WHEN $by_contract THEN coalesce(gone.left_day < cut.cut + $horizon::INTEGER, false)
    ELSE later.customer_key IS NULL END AS has_left
FROM history JOIN churn_cut AS cut USING (cut)
LEFT JOIN gone ON gone.customer_key = history.customer_key
LEFT JOIN later ON later.cut = history.cut AND later.customer_key = history.customer_key
WHERE CASE WHEN $by_contract THEN coalesce(gone.left_day >= cut.cut, true) ELSE history.last_day >= cut.cut - $look_back::INTEGER END

-- part: features
CREATE OR REPLACE TEMP TABLE churn_feature AS
WITH sale AS (
  SELECT who.cut, who.customer_key, who.cut - sale.ordered_at::DATE AS age, order_id, product_key, revenue, discount, quantity, coalesce(is_return, false) AS is_return
  FROM churn_customer AS who JOIN star.fact_sales AS sale ON sale.customer_key = who.customer_key AND sale.ordered_at < who.cut
),
bought AS (
  SELECT cut, customer_key, count(DISTINCT order_id) FILTER (WHERE NOT is_return) AS orders, count(DISTINCT order_id) FILTER (WHERE NOT is_return AND age <= 90) AS orders_90_days,
    count(DISTINCT order_id) FILTER (WHERE NOT is_return AND age <= 365) AS orders_year, coalesce(sum(revenue), 0)::DOUBLE AS spend,
    coalesce(sum(revenue) FILTER (WHERE age <= 90), 0)::DOUBLE AS spend_90_days, coalesce(sum(revenue) FILTER (WHERE age <= 365), 0)::DOUBLE AS spend_year,
    count(DISTINCT product_key) AS products, count(*) FILTER (WHERE is_return) AS returned_lines, coalesce(sum(discount), 0)::DOUBLE AS discounts, coalesce(sum(quantity), 0)::DOUBLE AS units
  FROM sale
  GROUP BY cut, customer_key
),
served AS (
  SELECT who.cut, who.customer_key, count(*) AS cases_year, count(*) FILTER (WHERE is_complaint) AS complaints_year
  FROM churn_customer AS who JOIN star.fact_support_case AS support ON support.customer_key = who.customer_key AND support.opened_at < who.cut AND support.opened_at >= who.cut - 365
  GROUP BY who.cut, who.customer_key
),
contacted AS (
  SELECT who.cut, who.customer_key, count(*) AS contacts_year, count(*) FILTER (WHERE contact.responded_at < who.cut) AS responses_year
  FROM churn_customer AS who JOIN star.fact_campaign_contact AS contact ON contact.customer_key = who.customer_key AND contact.sent_at < who.cut AND contact.sent_at >= who.cut - 365
  GROUP BY who.cut, who.customer_key
)
SELECT who.cut, who.part, who.customer_key, who.has_left, coalesce(version.customer_version_key, 0) AS customer_version_key,
  who.cut - who.last_day AS days_since_last_order, who.cut - who.first_day AS days_since_first_order, bought.orders, bought.orders_90_days, bought.orders_year,
  bought.spend, bought.spend_90_days, bought.spend_year, bought.spend / nullif(bought.orders, 0) AS spend_per_order,
  (who.last_day - who.first_day) / nullif(bought.orders - 1, 0)::DOUBLE AS days_between_orders,
  (who.cut - who.last_day) * (bought.orders - 1) / nullif(who.last_day - who.first_day, 0)::DOUBLE AS gaps_overdue,
  bought.products, bought.returned_lines, bought.discounts, bought.units, coalesce(served.cases_year, 0) AS cases_year, coalesce(served.complaints_year, 0) AS complaints_year,
  coalesce(contacted.contacts_year, 0) AS contacts_year, coalesce(contacted.responses_year, 0) AS responses_year,
  version.country, version.region, version.sex, version.occupation, date_diff('year', version.birth_date::DATE, who.cut) AS age
FROM churn_customer AS who JOIN bought USING (cut, customer_key)
LEFT JOIN served USING (cut, customer_key)
LEFT JOIN contacted USING (cut, customer_key)
LEFT JOIN star.dim_customer AS version ON version.customer_key = who.customer_key AND version.valid_from < who.cut AND version.valid_to >= who.cut

-- part: rates
SELECT part, count(*) AS rows, count(*) FILTER (WHERE has_left) AS leavers FROM churn_feature GROUP BY part

-- part: scored
CREATE OR REPLACE TEMP TABLE churn_scored (customer_key INTEGER, probability DOUBLE, reasons VARCHAR)

-- part: last_customer
SELECT coalesce(max(customer_key), 0)::BIGINT FROM churn_feature WHERE part = 'score'

-- part: rows
CREATE OR REPLACE TEMP TABLE churn_row AS
SELECT strftime(cut - 1, '%Y%m%d')::INTEGER AS date_key, feature.customer_key, customer_version_key, cut - 1 AS snapshot_date, scored.probability AS churn_probability, has_left,
  days_since_last_order, orders AS order_count, spend_year::DECIMAL(18,4) AS spend_year,
  CASE WHEN has_left THEN spend_year END::DECIMAL(18,4) AS value_lost, (scored.probability * greatest(spend_year, 0))::DECIMAL(18,4) AS value_at_risk,
  CASE WHEN age < 25 THEN 'below 25' WHEN age < 35 THEN '25–34' WHEN age < 50 THEN '35–49' WHEN age < 65 THEN '50–64' WHEN age >= 65 THEN '65 and more' END AS age_band,
  CASE ntile(4) OVER (PARTITION BY cut ORDER BY spend_year, feature.customer_key) WHEN 1 THEN '1 lowest quarter' WHEN 2 THEN '2 second quarter' WHEN 3 THEN '3 third quarter' ELSE '4 highest quarter' END AS spend_band,
  scored.reasons
FROM churn_feature AS feature LEFT JOIN churn_scored AS scored ON feature.part = 'score' AND scored.customer_key = feature.customer_key

-- part: fit_rows
CREATE OR REPLACE TEMP TABLE churn_fit_row AS
SELECT strftime($day::DATE, '%Y%m%d')::INTEGER AS date_key, $day::DATE AS snapshot_date, $learner AS learner, $model_version AS model_version, $definition AS definition, $horizon::INTEGER AS horizon_days,
  $customers::BIGINT AS customers, $rate::DOUBLE AS churn_rate, $auc::DOUBLE AS auc, $average_precision::DOUBLE AS average_precision, $lift::DOUBLE AS lift_top_tenth, $brier::DOUBLE AS brier,
  $parameters AS parameters, (SELECT max(run_id) FROM star.fact_sales) AS data_version, $notes AS notes

-- part: forget
DROP TABLE churn_cut;
DROP TABLE churn_customer;
DROP TABLE churn_feature;
DROP TABLE churn_scored;
DROP TABLE churn_row;
DROP TABLE churn_fit_row
