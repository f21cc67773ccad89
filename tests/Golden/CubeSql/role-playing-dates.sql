-- grain: one date.month, shipped.month
-- reads: star.fact_sales, star.dim_date
-- writes: nothing

SELECT
  "date.month",
  "shipped.month",
  count(*) AS "sales.lines"
FROM "star"."fact_sales" AS "sales"
JOIN (SELECT "date_key" AS "date key", "month" AS "date.month" FROM "star"."dim_date") AS "date"
  ON "date"."date key" = "sales"."date_key"
JOIN (SELECT "date_key" AS "shipped key", "month" AS "shipped.month" FROM "star"."dim_date") AS "shipped"
  ON "shipped"."shipped key" = "sales"."shipped_key"
GROUP BY "date.month", "shipped.month"
ORDER BY "date.month" ASC NULLS LAST, "shipped.month" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
