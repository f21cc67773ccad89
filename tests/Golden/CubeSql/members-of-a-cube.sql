-- grain: one sales.size, date.year
-- reads: star.fact_sales, star.dim_date
-- writes: nothing

SELECT
  (CASE WHEN abs(quantity) >= 10 THEN 'big' ELSE 'small' END) AS "sales.size",
  "date.year"
FROM "star"."fact_sales" AS "sales"
JOIN (SELECT "date_key" AS "date key", "year" AS "date.year" FROM "star"."dim_date") AS "date"
  ON "date"."date key" = "sales"."date_key"
GROUP BY (CASE WHEN abs(quantity) >= 10 THEN 'big' ELSE 'small' END), "date.year"
ORDER BY "date.year" ASC NULLS LAST, "sales.size" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
