-- grain: one customer and what it did in each period before two days
-- reads: {table}
-- writes: none (temporary tables only)

-- part: sales
CREATE OR REPLACE TEMP TABLE lifecycle_sale AS
SELECT {customer} AS customer, CAST({moment} AS DATE) AS day, coalesce({amount}, 0)::DOUBLE AS amount
FROM {table}
WHERE trim({customer}) <> '' AND {moment} IS NOT NULL

-- part: newest
SELECT max(day) FROM lifecycle_sale

-- part: stages
-- Periods count back from the day: 0 is the current one, 1 the one before. Refunds lower the spend, but are no purchases.
CREATE OR REPLACE TEMP TABLE lifecycle_stage AS
WITH moment AS (SELECT unnest([$now::DATE, $before::DATE]) AS as_of),
placed AS (
  SELECT as_of, customer, (as_of - day) // $days::INTEGER AS period, amount, day FROM lifecycle_sale JOIN moment ON day <= as_of
),
seen AS (
  SELECT as_of, customer, count(*) FILTER (period = 0 AND amount >= 0) AS now_orders, count(*) FILTER (period = 1 AND amount >= 0) AS before_orders,
    count(*) FILTER (period > 1 AND amount >= 0) AS older_orders, coalesce(sum(amount) FILTER (period = 0), 0) AS now_spend,
    coalesce(sum(amount) FILTER (period = 1), 0) AS before_spend, sum(amount) AS spend
  FROM placed
  GROUP BY as_of, customer
)
SELECT as_of, customer, now_spend, before_spend, spend,
  CASE WHEN now_orders + before_orders + older_orders = 0 THEN 'prospect'
    WHEN now_orders > 0 AND before_orders = 0 AND older_orders = 0 THEN 'new'
    WHEN now_orders > 0 AND before_orders = 0 THEN 'won back'
    WHEN now_orders > 0 AND now_spend > 1.25 * before_spend THEN 'growing'
    WHEN now_orders > 0 AND now_spend < 0.8 * before_spend THEN 'declining'
    WHEN now_orders > 0 THEN 'active'
    WHEN before_orders > 0 THEN 'dormant'
    ELSE 'lost' END AS stage
FROM seen

-- part: totals
SELECT stage, count(*) AS customers, sum(now_spend) AS now_spend, sum(before_spend) AS before_spend, sum(spend) AS spend
FROM lifecycle_stage
WHERE as_of = $now::DATE
GROUP BY stage
ORDER BY customers DESC, stage

-- part: flows
SELECT coalesce(past.stage, '(not there)') AS previous, present.stage AS stage, count(*) AS customers, sum(present.spend) AS spend
FROM lifecycle_stage AS present LEFT JOIN lifecycle_stage AS past ON past.customer = present.customer AND past.as_of = $before::DATE
WHERE present.as_of = $now::DATE
GROUP BY ALL
ORDER BY customers DESC, previous, stage
