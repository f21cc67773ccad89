-- grain: one step from a product to a dearer one of its category
-- reads: star.fact_sales, star.dim_product
-- writes: nothing (temporary tables only; the loader's merge writes star.score_up_sell_path)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales WHERE customer_key <> 0

-- part: rows
-- A customer's path through a category is its products by the day of their first purchase; a step leads to the one bought next, on a later day. Prices are means over all sales.
CREATE OR REPLACE TEMP TABLE up_sell_path_row AS
WITH product AS (
  SELECT sale.product_key, any_value(known.category) AS category, any_value(coalesce(known.name, known.product_id)) AS name, sum(sale.revenue)::DOUBLE / sum(sale.quantity)::DOUBLE AS price
  FROM star.fact_sales AS sale JOIN star.dim_product AS known ON known.product_key = sale.product_key AND known.is_current
  WHERE sale.product_key <> 0 AND NOT coalesce(sale.is_return, false) AND known.category IS NOT NULL AND sale.quantity > 0
  GROUP BY sale.product_key
),
bought AS (
  SELECT sale.customer_key, sale.product_key, min(sale.ordered_at)::DATE AS day
  FROM star.fact_sales AS sale
  WHERE sale.customer_key <> 0 AND NOT coalesce(sale.is_return, false)
  GROUP BY sale.customer_key, sale.product_key
),
path AS (
  SELECT customer_key, product_key, day, lead(product_key) OVER steps AS next_key, lead(day) OVER steps AS next_day
  FROM bought JOIN product USING (product_key)
  WINDOW steps AS (PARTITION BY customer_key, category ORDER BY day, product_key)
),
buyers AS (SELECT product_key, count(*) AS buyers FROM bought GROUP BY product_key)
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date, any_value(product.category) AS category, product.name AS product, dearer.name AS dearer_product,
  round(any_value(product.price), 4)::DECIMAL(18,4) AS price, round(any_value(dearer.price), 4)::DECIMAL(18,4) AS dearer_price, count(DISTINCT customer_key) AS customers,
  count(DISTINCT customer_key) / any_value(buyers.buyers)::DOUBLE AS share, median(next_day - day)::DOUBLE AS median_days
FROM path JOIN product USING (product_key) JOIN product AS dearer ON dearer.product_key = path.next_key JOIN buyers ON buyers.product_key = path.product_key
WHERE next_day > day AND dearer.price >= $step::DOUBLE * product.price
GROUP BY product.name, dearer.name
HAVING count(DISTINCT customer_key) >= $least::BIGINT

-- part: count
SELECT count(*) FROM up_sell_path_row

-- part: forget
DROP TABLE up_sell_path_row
