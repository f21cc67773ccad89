-- grain: one sales.is_return, sales.size, sales.units
-- reads: star.fact_sales
-- writes: nothing

SELECT
  is_return AS "sales.is_return",
  (CASE WHEN abs(quantity) >= 10 THEN 'big' ELSE 'small' END) AS "sales.size",
  ("sales".quantity) AS "sales.units",
  sum(quantity) AS "sales.quantity"
FROM "star"."fact_sales" AS "sales"
GROUP BY is_return, (CASE WHEN abs(quantity) >= 10 THEN 'big' ELSE 'small' END), ("sales".quantity)
ORDER BY "sales.quantity" DESC NULLS LAST, "sales.is_return" ASC NULLS LAST, "sales.size" ASC NULLS LAST, "sales.units" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
