-- grain: one customer.country
-- reads: star.dim_customer
-- writes: nothing

SELECT
  "country" AS "customer.country"
FROM "star"."dim_customer" AS "customer"
WHERE "customer_key" <> 0 AND "is_current"
GROUP BY "country"
ORDER BY "customer.country" ASC NULLS LAST
LIMIT $limit OFFSET $offset
-- $limit = 10001 (Int64)
-- $offset = 0 (Int64)
