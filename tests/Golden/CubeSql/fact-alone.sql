-- grain: everything
-- reads: star.fact_sales
-- writes: nothing

SELECT
  sum(revenue) AS "sales.revenue",
  count(*) AS "sales.lines"
FROM "star"."fact_sales" AS "sales"
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
