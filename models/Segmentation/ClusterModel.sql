-- grain: one customer with an order
-- reads: star.fact_sales, star.fact_support_case, star.fact_campaign_contact, star.fact_web_event, star.fact_survey_response, star.dim_customer, cluster_customer
-- writes: nothing (temporary tables only; the loader's merge writes star.score_cluster and star.score_cluster_profile)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0

-- part: customers
CREATE OR REPLACE TEMP TABLE cluster_customer AS
WITH sale AS (
  SELECT customer_key, count(DISTINCT order_id) FILTER (NOT coalesce(is_return, false)) AS orders, sum(revenue) AS revenue, sum(quantity)::DOUBLE AS quantity,
    count(DISTINCT product_key) FILTER (NOT coalesce(is_return, false) AND product_key <> 0) AS products, sum(discount)::DOUBLE AS discount,
    count(*) FILTER (coalesce(is_return, false)) / count(*) AS return_rate, $newest::DATE - max(ordered_at) FILTER (NOT coalesce(is_return, false))::DATE AS days_since_last_order,
    $newest::DATE - min(ordered_at) FILTER (NOT coalesce(is_return, false))::DATE AS days_since_first_order
  FROM star.fact_sales
  WHERE customer_key <> 0
  GROUP BY customer_key
  HAVING count(DISTINCT order_id) FILTER (NOT coalesce(is_return, false)) > 0
),
served AS (SELECT customer_key, count(*) AS cases, count(*) FILTER (is_complaint) AS complaints FROM star.fact_support_case GROUP BY customer_key),
contacted AS (
  SELECT customer_key, count(*) AS contacts, count(responded_at) AS responses FROM star.fact_campaign_contact WHERE NOT coalesce(is_control, false) GROUP BY customer_key
),
visited AS (SELECT customer_key, count(*) AS web_events FROM star.fact_web_event GROUP BY customer_key),
asked AS (
  SELECT customer_key, avg(score / coalesce(scale_max, CASE kind WHEN 'nps' THEN 10 WHEN 'ces' THEN 7 ELSE 5 END))::DOUBLE AS rating FROM star.fact_survey_response WHERE score IS NOT NULL GROUP BY customer_key
)
SELECT sale.customer_key, days_since_last_order::DOUBLE AS days_since_last_order, days_since_first_order::DOUBLE AS days_since_first_order, orders::DOUBLE AS orders, coalesce(revenue, 0)::DOUBLE AS revenue,
  coalesce(revenue, 0)::DOUBLE / orders AS spend_per_order, coalesce(quantity, 0) AS quantity, products::DOUBLE AS products, coalesce(discount, 0) AS discount, return_rate,
  coalesce(cases, 0)::DOUBLE AS cases, coalesce(complaints, 0)::DOUBLE AS complaints, coalesce(contacts, 0)::DOUBLE AS contacts, coalesce(responses, 0)::DOUBLE AS responses,
  coalesce(web_events, 0)::DOUBLE AS web_events, rating, CASE WHEN birth_date <= $newest::DATE THEN datesub('year', birth_date, $newest::DATE)::DOUBLE END AS age, income::DOUBLE AS income,
  revenue AS spend, coalesce(customer_version_key, 0) AS customer_version_key
FROM sale LEFT JOIN served USING (customer_key) LEFT JOIN contacted USING (customer_key) LEFT JOIN visited USING (customer_key) LEFT JOIN asked USING (customer_key)
LEFT JOIN star.dim_customer AS version ON version.customer_key = sale.customer_key AND version.is_current

-- part: plain
{measure}

-- part: logarithm
sign({measure}) * ln(1 + abs({measure}))

-- part: sample
-- The same customers each time, whatever order the rows lie in.
SELECT customer_key, {measures} FROM cluster_customer ORDER BY hash(customer_key), customer_key LIMIT {most}

-- part: count
SELECT count(*) FROM cluster_customer

-- part: distance
pow((coalesce({measure}, {mean}) - ({centre})) / {scale}, 2)

-- part: clusters
-- Customers of the sample are where the search put them, others in the cluster whose centre is nearest.
CREATE OR REPLACE TEMP TABLE cluster_found AS
WITH sampled AS (SELECT unnest(from_json($sampled, '[{"customer_key":"INTEGER","cluster":"INTEGER"}]'), recursive := true)),
measured AS (SELECT customer_key, [{distances}] AS distance FROM cluster_customer)
SELECT customer_key, coalesce(sampled.cluster, list_position(distance, list_min(distance)))::BIGINT AS cluster
FROM measured LEFT JOIN sampled USING (customer_key)

-- part: mean
SELECT cluster, '{measure}' AS measure, count(*)::BIGINT AS customers, avg({measure}) AS value FROM cluster_found JOIN cluster_customer USING (customer_key) GROUP BY cluster

-- part: rows
CREATE OR REPLACE TEMP TABLE cluster_row AS
WITH told AS (SELECT unnest(from_json($profiles, '[{"cluster":"BIGINT","profile":"VARCHAR"}]'), recursive := true))
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, customer_key, customer_version_key, $newest::DATE AS snapshot_date, cluster, profile, orders::BIGINT AS order_count,
  coalesce(spend, 0)::DECIMAL(18,4) AS revenue
FROM cluster_found JOIN cluster_customer USING (customer_key) JOIN told USING (cluster)

-- part: profile_rows
CREATE OR REPLACE TEMP TABLE cluster_profile_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date,
  unnest(from_json($rows, '[{"cluster":"BIGINT","measure":"VARCHAR","customers":"BIGINT","mean":"DOUBLE","deviations":"DOUBLE"}]'), recursive := true)

-- part: forget
DROP TABLE cluster_customer;
DROP TABLE IF EXISTS cluster_found
