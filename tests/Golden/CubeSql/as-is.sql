-- grain: one customer.country, customer.name
-- reads: star.fact_sales, star.dim_customer
-- writes: nothing

SELECT
  "customer.country",
  "customer.name",
  sum(revenue) AS "sales.revenue"
FROM "star"."fact_sales" AS "sales"
JOIN (SELECT "customer_key" AS "customer key", "country" AS "customer.country", "name" AS "customer.name" FROM "star"."dim_customer" WHERE "is_current") AS "customer"
  ON "customer"."customer key" = "sales"."customer_key"
GROUP BY "customer.country", "customer.name"
ORDER BY "sales.revenue" DESC NULLS LAST, "customer.country" ASC NULLS LAST, "customer.name" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
