-- grain: one customer, or one product, at one snapshot date
-- reads: star.fact_sales, star.dim_product, star.dim_customer, service_cost, marketing_cost, acquisition_cost, {member}
-- writes: nothing (temporary tables only; the loader's merge writes star.score_portfolio, star.score_product_value and star.score_concentration)

-- part: sales
CREATE OR REPLACE TEMP VIEW portfolio_sale AS
SELECT customer_key, product_key, order_id, ordered_at::DATE AS day, coalesce(revenue, 0) AS revenue, cost, quantity, coalesce(is_return, false) AS is_return
FROM star.fact_sales
WHERE ({filter})

-- part: drop_sales
DROP VIEW portfolio_sale

-- part: newest
SELECT max(day) FROM portfolio_sale WHERE customer_key <> 0

-- part: snapshots
SELECT snapshot_date
FROM (
  SELECT $newest::DATE AS snapshot_date
  UNION
  SELECT last_day(date_trunc('month', $newest::DATE) - to_months(back::INTEGER)) FROM range(1, $month_ends::BIGINT + 1) AS month(back)
)
WHERE snapshot_date >= (SELECT min(day) FROM portfolio_sale)
ORDER BY snapshot_date

-- part: tables
CREATE OR REPLACE TEMP TABLE portfolio_placed (snapshot_date DATE, member_key INTEGER, revenue DECIMAL(18,4), order_count BIGINT, cost_of_goods DECIMAL(18,4), service_cost DECIMAL(18,4),
  marketing_cost DECIMAL(18,4), acquisition_cost DECIMAL(18,4), profit DECIMAL(18,4), active_quarters BIGINT, categories BIGINT, category_share DOUBLE, growth_potential DECIMAL(18,4),
  value DECIMAL(18,4), place BIGINT, above DECIMAL(38,4), total DECIMAL(38,4), abc_class VARCHAR);
CREATE OR REPLACE TEMP TABLE product_placed (snapshot_date DATE, member_key INTEGER, revenue DECIMAL(18,4), quantity DECIMAL(18,3), buyers BIGINT, cost_of_goods DECIMAL(18,4), profit DECIMAL(18,4),
  value DECIMAL(18,4), place BIGINT, above DECIMAL(38,4), total DECIMAL(38,4), abc_class VARCHAR);
CREATE OR REPLACE TEMP TABLE concentration_row (date_key INTEGER, snapshot_date DATE, subject VARCHAR, members BIGINT, members_without_value BIGINT, members_with_loss BIGINT, loss DECIMAL(18,4),
  revenue DECIMAL(18,4), profit DECIMAL(18,4), gini DOUBLE, top_fifth_share DOUBLE, top_hundredth_share DOUBLE, members_for_80_percent BIGINT)

-- part: customers
-- Quarters of the window are counted back from its last day. Costs of service and marketing are taken off as they are known; without any cost of goods there is no profit.
CREATE OR REPLACE TEMP TABLE portfolio_customer AS
WITH sold AS (
  SELECT customer_key, sum(revenue)::DECIMAL(18,4) AS revenue, count(DISTINCT order_id) FILTER (NOT is_return) AS order_count, sum(cost)::DECIMAL(18,4) AS cost_of_goods,
    count(DISTINCT least(($day::DATE - day) // $quarter_days::INTEGER, 3)) FILTER (NOT is_return) AS active_quarters
  FROM portfolio_sale
  WHERE customer_key <> 0 AND day BETWEEN $from::DATE AND $day::DATE
  GROUP BY customer_key
),
served AS (SELECT customer_key, sum(cost) AS cost FROM service_cost WHERE day BETWEEN $from::DATE AND $day::DATE GROUP BY customer_key),
contacted AS (SELECT customer_key, sum(cost) AS cost FROM marketing_cost WHERE day BETWEEN $from::DATE AND $day::DATE GROUP BY customer_key),
won AS (SELECT customer_key, cost FROM acquisition_cost WHERE day BETWEEN $from::DATE AND $day::DATE)
SELECT sold.customer_key AS member_key, revenue, order_count, cost_of_goods, served.cost::DECIMAL(18,4) AS service_cost, contacted.cost::DECIMAL(18,4) AS marketing_cost,
  won.cost::DECIMAL(18,4) AS acquisition_cost,
  (revenue - cost_of_goods - coalesce(served.cost, 0) - coalesce(contacted.cost, 0) - coalesce(won.cost, 0))::DECIMAL(18,4) AS profit, active_quarters
FROM sold LEFT JOIN served USING (customer_key) LEFT JOIN contacted USING (customer_key) LEFT JOIN won USING (customer_key)

-- part: growth
-- What the upper quarter of a category's buyers spends is within reach of all its buyers; a category with few buyers tells nothing.
CREATE OR REPLACE TEMP TABLE portfolio_growth AS
WITH bought AS (
  SELECT sale.customer_key, product.category, sum(sale.revenue) AS spend
  FROM portfolio_sale AS sale JOIN star.dim_product AS product ON product.product_key = sale.product_key AND product.is_current
  WHERE sale.customer_key <> 0 AND day BETWEEN $from::DATE AND $day::DATE AND product.category IS NOT NULL
  GROUP BY sale.customer_key, product.category
  HAVING sum(sale.revenue) > 0
),
reach AS (SELECT category, quantile_cont(spend::DOUBLE, 0.75)::DECIMAL(18,4) AS upper_spend FROM bought GROUP BY category HAVING count(*) >= 20)
SELECT customer_key AS member_key, count(*) AS categories, sum(spend)::DOUBLE / sum(greatest(upper_spend, spend))::DOUBLE AS category_share,
  sum(greatest(upper_spend - spend, 0))::DECIMAL(18,4) AS growth_potential
FROM bought JOIN reach USING (category)
GROUP BY customer_key

-- part: place_customers
INSERT INTO portfolio_placed BY NAME
WITH valued AS (
  SELECT *, coalesce({value}, 0) AS value FROM portfolio_customer LEFT JOIN portfolio_growth USING (member_key)
),
placed AS (
  SELECT *, row_number() OVER (ORDER BY value DESC, member_key) AS place, sum(value) OVER (ORDER BY value DESC, member_key ROWS UNBOUNDED PRECEDING) AS above, sum(value) OVER () AS total
  FROM valued
)
SELECT $day::DATE AS snapshot_date, *, CASE WHEN value <= 0 THEN 'C' WHEN above - value < {a} * total THEN 'A' WHEN above - value < {b} * total THEN 'B' ELSE 'C' END AS abc_class
FROM placed

-- part: products
CREATE OR REPLACE TEMP TABLE portfolio_product AS
SELECT product_key AS member_key, sum(revenue)::DECIMAL(18,4) AS revenue, sum(quantity)::DECIMAL(18,3) AS quantity, count(DISTINCT customer_key) FILTER (customer_key <> 0) AS buyers,
  sum(cost)::DECIMAL(18,4) AS cost_of_goods, (sum(revenue) - sum(cost))::DECIMAL(18,4) AS profit
FROM portfolio_sale
WHERE product_key <> 0 AND day BETWEEN $from::DATE AND $day::DATE
GROUP BY product_key

-- part: place_products
INSERT INTO product_placed BY NAME
WITH valued AS (
  SELECT *, coalesce({value}, 0) AS value FROM portfolio_product
),
placed AS (
  SELECT *, row_number() OVER (ORDER BY value DESC, member_key) AS place, sum(value) OVER (ORDER BY value DESC, member_key ROWS UNBOUNDED PRECEDING) AS above, sum(value) OVER () AS total
  FROM valued
)
SELECT $day::DATE AS snapshot_date, *, CASE WHEN value <= 0 THEN 'C' WHEN above - value < {a} * total THEN 'A' WHEN above - value < {b} * total THEN 'B' ELSE 'C' END AS abc_class
FROM placed

-- part: concentration
INSERT INTO concentration_row BY NAME
SELECT strftime($day::DATE, '%Y%m%d')::INTEGER AS date_key, $day::DATE AS snapshot_date, '{subject}' AS subject, count(*) AS members, count(*) FILTER (value <= 0) AS members_without_value,
  CASE WHEN count(profit) > 0 THEN count(*) FILTER (profit < 0) END AS members_with_loss, sum(profit) FILTER (profit < 0)::DECIMAL(18,4) AS loss, sum(revenue)::DECIMAL(18,4) AS revenue,
  sum(profit)::DECIMAL(18,4) AS profit,
  (sum((2 * (all_members - place + 1) - all_members - 1) * greatest(value, 0)) / nullif(max(all_members) * sum(greatest(value, 0)), 0))::DOUBLE AS gini,
  (sum(value) FILTER (place <= floor(all_members * 0.2)) / nullif(greatest(max(total), 0), 0))::DOUBLE AS top_fifth_share,
  (sum(value) FILTER (place <= floor(all_members * 0.01)) / nullif(greatest(max(total), 0), 0))::DOUBLE AS top_hundredth_share,
  CASE WHEN max(total) > 0 THEN count(*) FILTER (above - value < 0.8 * total AND value > 0) END AS members_for_80_percent
FROM (SELECT *, count(*) OVER () AS all_members FROM {member} WHERE snapshot_date = $day::DATE) AS placed
HAVING count(*) > 0

-- part: rows
CREATE OR REPLACE TEMP TABLE portfolio_row AS
SELECT strftime(placed.snapshot_date, '%Y%m%d')::INTEGER AS date_key, member_key AS customer_key, coalesce(version.customer_version_key, earliest.customer_version_key, 0) AS customer_version_key,
  placed.snapshot_date, revenue, order_count, cost_of_goods, service_cost, marketing_cost, acquisition_cost, profit, place,
  CASE WHEN total > 0 THEN (above / total)::DOUBLE END AS cumulative_share, abc_class,
  CASE abc_class WHEN 'A' THEN 'high' WHEN 'B' THEN 'middle' ELSE 'low' END AS value_band,
  CASE WHEN active_quarters >= 3 THEN 'high' WHEN active_quarters = 2 THEN 'middle' ELSE 'low' END AS loyalty_band,
  abc_class = 'A' AND active_quarters >= 3 AND coalesce(profit > 0, true) AS is_gold, categories, category_share, growth_potential
FROM portfolio_placed AS placed
LEFT JOIN star.dim_customer AS version ON version.customer_key = placed.member_key AND version.valid_from < placed.snapshot_date + 1 AND version.valid_to >= placed.snapshot_date + 1
LEFT JOIN (SELECT customer_key, min_by(customer_version_key, valid_from) AS customer_version_key FROM star.dim_customer GROUP BY customer_key) AS earliest
  ON earliest.customer_key = placed.member_key;
CREATE OR REPLACE TEMP TABLE product_value_row AS
SELECT strftime(placed.snapshot_date, '%Y%m%d')::INTEGER AS date_key, member_key AS product_key, coalesce(version.product_version_key, earliest.product_version_key, 0) AS product_version_key,
  placed.snapshot_date, revenue, quantity, buyers, cost_of_goods, profit, place, CASE WHEN total > 0 THEN (above / total)::DOUBLE END AS cumulative_share, abc_class
FROM product_placed AS placed
LEFT JOIN star.dim_product AS version ON version.product_key = placed.member_key AND version.valid_from < placed.snapshot_date + 1 AND version.valid_to >= placed.snapshot_date + 1
LEFT JOIN (SELECT product_key, min_by(product_version_key, valid_from) AS product_version_key FROM star.dim_product GROUP BY product_key) AS earliest
  ON earliest.product_key = placed.member_key

-- part: state
SELECT (SELECT count(*) FROM portfolio_row WHERE snapshot_date = $newest::DATE) AS members,
  (SELECT gini FROM concentration_row WHERE snapshot_date = $newest::DATE AND subject = 'customers') AS gini,
  (SELECT (sum(revenue) FILTER (cost IS NOT NULL) / nullif(sum(revenue), 0))::DOUBLE FROM portfolio_sale WHERE customer_key <> 0) AS share_with_cost,
  (SELECT (count(growth_potential) / nullif(count(*), 0))::DOUBLE FROM portfolio_row WHERE snapshot_date = $newest::DATE) AS share_with_category

-- part: revenue
revenue

-- part: profit
profit

-- part: forget
DROP TABLE portfolio_placed;
DROP TABLE product_placed;
DROP TABLE portfolio_customer;
DROP TABLE portfolio_growth;
DROP TABLE portfolio_product;
DROP TABLE portfolio_row;
DROP TABLE product_value_row;
DROP TABLE concentration_row
