-- grain: one rule of what is bought together
-- reads: star.fact_sales, star.dim_product
-- writes: nothing (temporary tables only; the loader's merge writes star.score_basket_rule)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales

-- part: bought
-- What is in an order, returns left out; an order without a number is none.
CREATE OR REPLACE TEMP TABLE basket_bought AS
SELECT sale.order_id, {item} AS item
FROM star.fact_sales AS sale JOIN star.dim_product AS product ON product.product_key = sale.product_key AND product.is_current
WHERE sale.product_key <> 0 AND sale.order_id IS NOT NULL AND NOT coalesce(sale.is_return, false)

-- part: product
coalesce(product.name, product.product_id)::VARCHAR

-- part: category
product.category::VARCHAR

-- part: rows
CREATE OR REPLACE TEMP TABLE basket_rule_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date,
  unnest(from_json($rules, '[{"bought":"VARCHAR","also_bought":"VARCHAR","baskets":"BIGINT","left_baskets":"BIGINT","right_baskets":"BIGINT","support":"DOUBLE","confidence":"DOUBLE","lift":"DOUBLE","conviction":"DOUBLE"}]'), recursive := true)

-- part: forget
DROP TABLE basket_bought;
DROP TABLE IF EXISTS basket_rule_row
