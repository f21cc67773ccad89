-- grain: one customer.country
-- reads: star.dim_customer, star.dim_customer_history
-- writes: nothing

SELECT
  "country" AS "customer.country"
FROM (SELECT "country" FROM "star"."dim_customer" WHERE "run_id" <= $run AND "customer_key" <> 0
  UNION ALL SELECT "country" FROM "star"."dim_customer_history" WHERE "run_from" <= $run AND "run_to" > $run AND "customer_key" <> 0) AS "customer"
GROUP BY "country"
ORDER BY "customer.country" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $run = 2 (Int32)
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
