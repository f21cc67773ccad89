-- grain: one geography.country
-- reads: star.fact_sales, star.dim_date, star.dim_customer, star.dim_geography
-- writes: nothing

SELECT
  "geography.country",
  sum(revenue) AS "sales.revenue"
FROM "star"."fact_sales" AS "sales"
JOIN (SELECT "date_key" AS "date key", "year" AS "date.year" FROM "star"."dim_date") AS "date"
  ON "date"."date key" = "sales"."date_key"
JOIN (SELECT "customer_version_key" AS "customer key", "name" AS "customer.name" FROM "star"."dim_customer") AS "customer"
  ON "customer"."customer key" = "sales"."customer_version_key"
JOIN (SELECT "geography_key" AS "geography key", "country" AS "geography.country" FROM "star"."dim_geography") AS "geography"
  ON "geography"."geography key" = "sales"."geography_key"
WHERE (not is_return)
  AND ("date.year" = $p1 OR "customer.name" ILIKE $p2 ESCAPE '\')
  AND ("geography.country" NOT IN ($p3, $p4) OR "geography.country" IS NULL)
GROUP BY "geography.country"
HAVING sum(revenue) > $p5
ORDER BY "sales.revenue" DESC NULLS LAST, "geography.country" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $p1 = 2011 (Int64)
-- $p2 = %a\_b\%% (String)
-- $p3 = France (String)
-- $p4 = Spain (String)
-- $p5 = 100 (Decimal)
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
