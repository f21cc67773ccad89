-- grain: everything
-- reads: star.fact_sales
-- writes: nothing

SELECT
  sum(revenue) AS "sales.revenue",
  sum(revenue) FILTER (WHERE (is_return)) AS "sales.returns",
  sum(quantity) AS "sales.quantity",
  count(*) AS "sales.lines",
  count(line_id) AS "sales.known_lines",
  count(DISTINCT order_id) FILTER (WHERE (not is_return)) AS "sales.orders",
  count(DISTINCT customer_key) FILTER (WHERE (customer_key <> 0)) AS "sales.customers",
  avg(unit_price) AS "sales.mean_price",
  min(unit_price) AS "sales.lowest_price",
  max(ordered_at) AS "sales.latest",
  quantile_cont(CAST(unit_price AS DOUBLE), 0.5) FILTER (WHERE (not is_return)) AS "sales.median_price",
  CAST(sum(revenue) AS DOUBLE) / nullif(count(DISTINCT order_id) FILTER (WHERE (not is_return)), 0) AS "sales.average_order_value",
  sum(revenue) - sum(revenue) FILTER (WHERE (is_return)) AS "sales.net_of_returns",
  (CAST(sum(revenue) AS DOUBLE) / nullif(count(DISTINCT order_id) FILTER (WHERE (not is_return)), 0)) * CAST(count(DISTINCT order_id) FILTER (WHERE (not is_return)) AS DOUBLE) / nullif(count(DISTINCT customer_key) FILTER (WHERE (customer_key <> 0)), 0) AS "sales.value_per_customer"
FROM "star"."fact_sales" AS "sales"
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
