-- grain: one customer.country
-- reads: star.fact_sales, star.fact_sales_history, star.dim_customer, star.dim_customer_history
-- writes: nothing

SELECT
  "customer.country",
  count(DISTINCT customer_key) FILTER (WHERE (customer_key <> 0)) AS "sales.customers"
FROM (SELECT "customer_key" FROM "star"."fact_sales" WHERE "run_id" <= $run
  UNION ALL SELECT "customer_key" FROM "star"."fact_sales_history" WHERE "run_from" <= $run AND "run_to" > $run) AS "sales"
JOIN (SELECT "customer_key" AS "customer key", "country" AS "customer.country" FROM "star"."dim_customer" WHERE "run_id" <= $run AND "is_current"
  UNION ALL SELECT "customer_key" AS "customer key", "country" AS "customer.country" FROM "star"."dim_customer_history" WHERE "run_from" <= $run AND "run_to" > $run AND "is_current") AS "customer"
  ON "customer"."customer key" = "sales"."customer_key"
GROUP BY "customer.country"
ORDER BY "sales.customers" DESC NULLS LAST, "customer.country" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $run = 3 (Int32)
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
