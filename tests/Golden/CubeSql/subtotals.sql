-- grain: one date.year, geography.country
-- reads: star.fact_sales, star.dim_date, star.dim_geography
-- writes: nothing

WITH grouped AS (
  SELECT
    "date.year",
    "geography.country",
    count(DISTINCT customer_key) FILTER (WHERE (customer_key <> 0)) AS "sales.customers",
    CAST(sum(revenue) AS DOUBLE) / nullif(count(DISTINCT order_id) FILTER (WHERE (not is_return)), 0) AS "sales.average_order_value",
    GROUPING("date.year") + GROUPING("geography.country") AS "total level"
  FROM "star"."fact_sales" AS "sales"
  JOIN (SELECT "date_key" AS "date key", "year" AS "date.year" FROM "star"."dim_date") AS "date"
    ON "date"."date key" = "sales"."date_key"
  JOIN (SELECT "geography_key" AS "geography key", "country" AS "geography.country" FROM "star"."dim_geography") AS "geography"
    ON "geography"."geography key" = "sales"."geography_key"
  GROUP BY GROUPING SETS (("date.year", "geography.country"), ("date.year"), ())
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY "total level" ORDER BY "sales.customers" DESC NULLS LAST, "date.year" ASC NULLS LAST, "geography.country" ASC NULLS LAST) AS "position"
  FROM grouped
)
SELECT "date.year", "geography.country", "sales.customers", "sales.average_order_value", "total level"
FROM ranked
WHERE "total level" > 0 OR ("position" > $offset AND "position" <= $last)
ORDER BY "total level", "position"
-- $offset = 10 (Int64)
-- $last = 10011 (Int64)
