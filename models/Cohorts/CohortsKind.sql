-- grain: one cohort and month since its customers' first purchase
-- reads: {table}
-- writes: none (temporary tables only)

-- part: months
CREATE OR REPLACE TEMP TABLE cohort_month AS
SELECT {customer} AS customer, date_trunc('month', {moment})::DATE AS month, sum({amount}) AS amount, count(*) AS rows, arg_min({group}, {moment}) AS kind, min({moment}) AS first_moment
FROM {table}
WHERE trim({customer}) <> '' AND {moment} IS NOT NULL
GROUP BY ALL

-- part: cohorts
WITH beginning AS (
  SELECT customer, min(month) AS cohort, arg_min(kind, first_moment) AS kind FROM cohort_month GROUP BY customer
),
named AS (
  SELECT customer, cohort, {name} AS name FROM beginning
),
size AS (SELECT name, count(*) AS size FROM named GROUP BY name)
SELECT name, date_diff('month', cohort, month)::INTEGER AS age, max(size)::BIGINT AS size, count(DISTINCT customer) AS customers, coalesce(sum(amount), 0)::DOUBLE AS revenue, sum(rows)::BIGINT AS rows
FROM cohort_month JOIN named USING (customer) JOIN size USING (name)
GROUP BY ALL
ORDER BY ALL

-- part: by_month
strftime(cohort, '%Y-%m')

-- part: by_kind
coalesce(kind, '(none)')
