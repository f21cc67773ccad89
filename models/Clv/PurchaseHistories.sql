-- grain: one row per customer with a purchase up to the end of the calibration
-- reads: clv_event, clv_cell
-- writes: none (temporary tables only)

-- part: days
-- What a customer did on a day. A row without an amount, or with one of zero or more, is a purchase; a negative one is a refund.
CREATE OR REPLACE TEMP TABLE clv_day AS
SELECT customer, day, sum(amount) AS amount, count(*) FILTER (amount IS NULL OR amount >= 0) > 0 AS is_purchase, count(*) AS events,
  count(*) FILTER (amount < 0) AS refunds
FROM clv_event
GROUP BY customer, day

-- part: span
SELECT min(day) FILTER (is_purchase) AS first_day, max(day) AS last_day, coalesce(sum(events), 0)::BIGINT AS events, coalesce(sum(refunds), 0)::BIGINT AS refunds,
  count(*) FILTER (is_purchase) AS purchases, count(amount) > 0 AS has_amount
FROM clv_day

-- part: customers
-- Spend counts refunds, those of a first purchase excepted. What happened before a customer's first purchase (refunds of older ones) is left out.
CREATE OR REPLACE TEMP TABLE clv_customer AS
WITH beginning AS (
  SELECT customer, min(day) AS first_day FROM clv_day WHERE is_purchase GROUP BY customer HAVING min(day) <= $calibration_end::DATE
)
SELECT customer, first_day, {cell} AS cell,
  (count(*) FILTER (is_purchase AND day <= $calibration_end::DATE) - 1)::INTEGER AS repeats,
  (max(day) FILTER (is_purchase AND day <= $calibration_end::DATE) - first_day)::INTEGER AS last_age,
  ($calibration_end::DATE - first_day)::INTEGER AS age,
  sum(amount) FILTER (day > first_day AND day <= $calibration_end::DATE)::DOUBLE AS repeat_spend,
  sum(amount) FILTER (day <= $calibration_end::DATE)::DOUBLE AS spend,
  count(*) FILTER (is_purchase AND day > $calibration_end::DATE AND day <= $observed_end::DATE)::INTEGER AS later,
  sum(amount) FILTER (day > $calibration_end::DATE AND day <= $observed_end::DATE)::DOUBLE AS later_spend
FROM clv_day JOIN beginning USING (customer) {join}
WHERE day >= first_day
GROUP BY customer, first_day

-- part: cell
coalesce(any_value(clv_cell.cell), 0)

-- part: join
LEFT JOIN clv_cell USING (customer)

-- part: one_cell
0

-- part: groups
SELECT cell, repeats, last_age, age, later, count(*) AS customers FROM clv_customer GROUP BY ALL ORDER BY ALL

-- part: spend
SELECT repeats, repeat_spend / repeats AS average, count(*) AS customers
FROM clv_customer
WHERE repeats > 0 AND repeat_spend > 0
GROUP BY ALL
ORDER BY ALL

-- part: totals
SELECT count(*) AS customers, count(*) FILTER (repeats > 0) AS repeaters, coalesce(sum(repeats), 0)::BIGINT AS repeat_purchases,
  count(*) FILTER (repeats > 0 AND NOT coalesce(repeat_spend > 0, false)) AS without_spend,
  corr(repeats, repeat_spend / repeats) FILTER (repeats > 0 AND repeat_spend > 0) AS spend_correlation,
  sum(spend) AS spend, sum(later_spend) AS later_spend
FROM clv_customer

-- part: value_groups
SELECT cell, repeats, last_age, age, coalesce(repeats > 0 AND repeat_spend > 0, false) AS is_known, sum(CASE WHEN repeats > 0 AND repeat_spend > 0 THEN repeat_spend ELSE 0 END) AS repeat_spend,
  sum(coalesce(spend, 0)) AS spend, count(*) AS customers
FROM clv_customer
GROUP BY ALL
ORDER BY ALL
