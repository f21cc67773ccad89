-- grain: one cohort of one month of first purchase at one age in months
-- reads: star.fact_sales, star.dim_product, star.dim_customer, star.dim_campaign, acquisition_cost
-- writes: nothing (temporary tables only; the loader's merge writes star.score_cohort_month and star.score_cohort_value)

-- part: months
-- What a customer did in a month. An order counts in the month of its first line.
CREATE OR REPLACE TEMP TABLE cohort_customer_month AS
WITH sale AS (
  SELECT customer_key, order_id, ordered_at, coalesce(is_return, false) AS is_return, revenue, cost FROM star.fact_sales WHERE customer_key <> 0 AND ({filter})
),
first_line AS (
  SELECT customer_key, min(ordered_at) AS ordered_at FROM sale WHERE NOT is_return GROUP BY customer_key, order_id
),
ordered AS (
  SELECT customer_key, date_trunc('month', ordered_at)::DATE AS month, count(*) AS orders FROM first_line GROUP BY ALL
),
sold AS (
  SELECT customer_key, date_trunc('month', ordered_at)::DATE AS month, coalesce(sum(revenue), 0)::DECIMAL(18,4) AS revenue, sum(cost)::DECIMAL(18,4) AS cost FROM sale GROUP BY ALL
)
SELECT customer_key, month, coalesce(orders, 0) AS orders, revenue, cost FROM sold LEFT JOIN ordered USING (customer_key, month)

-- part: newest
SELECT CASE WHEN (SELECT count(*) FROM cohort_customer_month WHERE orders > 0) > 0 THEN (SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0) END

-- part: beginnings
-- The first purchase, and what came with it: the line of most revenue in the first order. What the source says of the acquisition goes before what the order says.
CREATE OR REPLACE TEMP TABLE cohort_beginning AS
WITH first_line AS (
  SELECT customer_key, product_key, campaign_key, channel, ordered_at
  FROM star.fact_sales
  WHERE customer_key <> 0 AND NOT coalesce(is_return, false) AND ({filter})
  QUALIFY row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, revenue DESC NULLS LAST, product_key, order_id, line_id) = 1
)
SELECT first_line.customer_key, date_trunc('month', ordered_at)::DATE AS cohort_month,
  coalesce(customer.acquisition_channel, first_line.channel, '(none)') AS channel,
  coalesce(named.name, customer.acquisition_campaign, campaign.name, campaign.campaign_id, '(none)') AS campaign,
  coalesce(product.name, product.product_id, '(none)') AS product, coalesce(won.cost, $cost::DOUBLE)::DECIMAL(18,4) AS acquisition_cost
FROM first_line
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = first_line.customer_key AND customer.is_current
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = first_line.campaign_key AND campaign.campaign_key <> 0
LEFT JOIN (SELECT campaign_id, min(name) AS name FROM star.dim_campaign GROUP BY campaign_id) AS named ON named.campaign_id = customer.acquisition_campaign
LEFT JOIN star.dim_product AS product ON product.product_key = first_line.product_key AND product.product_key <> 0 AND product.is_current
LEFT JOIN acquisition_cost AS won ON won.customer_key = first_line.customer_key

-- part: members
CREATE OR REPLACE TEMP TABLE cohort_member AS
WITH many AS (
  SELECT product FROM cohort_beginning GROUP BY product QUALIFY row_number() OVER (ORDER BY count(*) DESC, product) <= $products::BIGINT
)
SELECT customer_key, cohort_month, acquisition_cost, 'month' AS cohort_by, strftime(cohort_month, '%Y-%m') AS cohort FROM cohort_beginning
UNION ALL
SELECT customer_key, cohort_month, acquisition_cost, 'channel', channel FROM cohort_beginning
UNION ALL
SELECT customer_key, cohort_month, acquisition_cost, 'campaign', campaign FROM cohort_beginning
UNION ALL
SELECT customer_key, cohort_month, acquisition_cost, 'product', coalesce(many.product, '(others)') FROM cohort_beginning LEFT JOIN many USING (product)

-- part: ages
-- Every age up to the newest month has a row, whether anyone was active or not.
CREATE OR REPLACE TEMP TABLE cohort_month_row AS
WITH size AS (
  SELECT cohort_by, cohort, cohort_month, count(*) AS customers, sum(acquisition_cost)::DECIMAL(18,4) AS acquisition_cost FROM cohort_member GROUP BY ALL
),
aged AS (
  SELECT size.*, age.age_months::BIGINT AS age_months, (cohort_month + to_months(age.age_months::INTEGER))::DATE AS activity_month
  FROM size JOIN (SELECT unnest(range(0, 2400)) AS age_months) AS age ON age.age_months <= date_diff('month', cohort_month, $newest::DATE)
),
done AS (
  SELECT cohort_by, cohort, member.cohort_month, done.month AS activity_month, count(*) FILTER (orders > 0) AS active_customers, sum(orders)::BIGINT AS orders, sum(revenue)::DECIMAL(18,4) AS revenue,
    sum(cost)::DECIMAL(18,4) AS cost
  FROM cohort_member AS member JOIN cohort_customer_month AS done ON done.customer_key = member.customer_key AND done.month >= member.cohort_month
  GROUP BY ALL
)
SELECT strftime(activity_month, '%Y%m%d')::INTEGER AS date_key, cohort_by, cohort, cohort_month, age_months, activity_month,
  last_day(activity_month) <= $newest::DATE AS is_complete, customers, coalesce(active_customers, 0) AS active_customers, coalesce(orders, 0) AS orders,
  coalesce(revenue, 0)::DECIMAL(18,4) AS revenue, first_value(coalesce(revenue, 0)) OVER path::DECIMAL(18,4) AS first_revenue,
  sum(coalesce(revenue, 0)) OVER path::DECIMAL(18,4) AS cumulative_revenue,
  CASE WHEN count(cost) OVER whole > 0 THEN sum(coalesce(revenue, 0) - coalesce(cost, 0)) OVER path END::DECIMAL(18,4) AS cumulative_profit, acquisition_cost
FROM aged LEFT JOIN done USING (cohort_by, cohort, cohort_month, activity_month)
WINDOW path AS (PARTITION BY cohort_by, cohort, cohort_month ORDER BY age_months ROWS UNBOUNDED PRECEDING), whole AS (PARTITION BY cohort_by, cohort, cohort_month)

-- part: values
-- Paid back is the first age at which what the customers brought by then covers what they cost; of those who are that old.
CREATE OR REPLACE TEMP TABLE cohort_value_row AS
WITH ordered AS (
  SELECT customer_key, sum(orders) AS orders FROM cohort_customer_month GROUP BY customer_key
),
size AS (
  SELECT cohort_by, cohort, min(cohort_month) AS first_month, count(*) AS customers, count(*) FILTER (ordered.orders > 1) AS repeaters, sum(acquisition_cost)::DECIMAL(18,4) AS acquisition_cost
  FROM cohort_member JOIN ordered USING (customer_key)
  GROUP BY ALL
),
paid AS (
  SELECT cohort_by, cohort, min(age_months) AS paid_back_after_months
  FROM (
    SELECT cohort_by, cohort, age_months, sum(coalesce(cumulative_profit, cumulative_revenue)) AS brought, sum(acquisition_cost) AS cost
    FROM cohort_month_row WHERE acquisition_cost IS NOT NULL
    GROUP BY ALL
  ) AS grown
  WHERE brought >= cost
  GROUP BY ALL
),
done AS (
  SELECT cohort_by, cohort, sum(orders)::BIGINT AS orders, sum(revenue)::DECIMAL(18,4) AS revenue FROM cohort_month_row GROUP BY ALL
),
earned AS (
  SELECT cohort_by, cohort, sum(cumulative_profit)::DECIMAL(18,4) AS profit FROM cohort_month_row WHERE activity_month = date_trunc('month', $newest::DATE)::DATE GROUP BY ALL
)
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date, cohort_by, cohort, first_month, customers, repeaters, orders, revenue, profit, acquisition_cost,
  paid_back_after_months,
  CASE WHEN customers < 30 THEN 'fewer than 30 customers: mostly chance' END AS note
FROM size JOIN done USING (cohort_by, cohort) LEFT JOIN earned USING (cohort_by, cohort) LEFT JOIN paid USING (cohort_by, cohort)

-- part: state
SELECT count(*) AS months, count(*) FILTER (customers < 30) AS small, sum(customers)::BIGINT AS customers, sum(repeaters)::BIGINT AS repeaters,
  (sum(customers) FILTER (acquisition_cost IS NOT NULL) / sum(customers))::DOUBLE AS share_with_cost
FROM cohort_value_row
WHERE cohort_by = 'month'

-- part: forget
DROP TABLE cohort_customer_month;
DROP TABLE cohort_beginning;
DROP TABLE cohort_member;
DROP TABLE cohort_month_row;
DROP TABLE cohort_value_row
