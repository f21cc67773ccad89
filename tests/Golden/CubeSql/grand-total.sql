-- grain: one geography.country
-- reads: star.fact_sales, star.dim_geography
-- writes: nothing

WITH grouped AS (
  SELECT
    "geography.country",
    sum(revenue) AS "sales.revenue",
    GROUPING("geography.country") AS "total level"
  FROM "star"."fact_sales" AS "sales"
  JOIN (SELECT "geography_key" AS "geography key", "country" AS "geography.country" FROM "star"."dim_geography") AS "geography"
    ON "geography"."geography key" = "sales"."geography_key"
  GROUP BY GROUPING SETS (("geography.country"), ())
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY "total level" ORDER BY "sales.revenue" DESC NULLS LAST, "geography.country" ASC NULLS LAST) AS "position"
  FROM grouped
)
SELECT "geography.country", "sales.revenue", "total level"
FROM ranked
WHERE "total level" > 0 OR ("position" > $offset AND "position" <= $last)
ORDER BY "total level", "position"
-- $offset = 0 (Int64)
-- $last = 6 (Int64)
