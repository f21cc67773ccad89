-- grain: one geography.country
-- reads: star.fact_sales, star.dim_geography
-- writes: nothing

SELECT
  "geography.country",
  sum(revenue) AS "sales.revenue"
FROM "star"."fact_sales" AS "sales"
JOIN (SELECT "geography_key" AS "geography key", "country" AS "geography.country" FROM "star"."dim_geography") AS "geography"
  ON "geography"."geography key" = "sales"."geography_key"
GROUP BY "geography.country"
ORDER BY "sales.revenue" DESC NULLS LAST, "geography.country" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
