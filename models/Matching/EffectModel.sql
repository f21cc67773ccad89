-- grain: one customer who bought before the time in which it could happen
-- reads: star.fact_sales, star.fact_support_case, star.fact_loyalty_entry
-- writes: nothing (temporary tables only; the loader's merge writes star.score_effect)

-- part: span
SELECT min(ordered_at)::DATE AS oldest, max(ordered_at)::DATE AS newest FROM star.fact_sales WHERE customer_key <> 0

-- part: complaint_count
SELECT count(*) FROM star.fact_support_case WHERE customer_key <> 0 AND is_complaint

-- part: membership_count
SELECT count(*) FROM star.fact_loyalty_entry WHERE customer_key <> 0

-- part: complaint
SELECT DISTINCT customer_key FROM star.fact_support_case WHERE is_complaint AND opened_at >= $exposed::DATE AND opened_at < $observed::DATE

-- part: complaint_before
-- Those it happened to at another time are left out: they are neither.
SELECT customer_key FROM star.fact_support_case WHERE is_complaint AND (opened_at < $exposed::DATE OR opened_at >= $observed::DATE)

-- part: membership
SELECT customer_key FROM star.fact_loyalty_entry GROUP BY customer_key HAVING min(entered_at) >= $exposed::DATE AND min(entered_at) < $observed::DATE

-- part: membership_before
SELECT customer_key FROM star.fact_loyalty_entry GROUP BY customer_key HAVING min(entered_at) < $exposed::DATE OR min(entered_at) >= $observed::DATE

-- part: customers
-- Alike are those of the same fifth of spend, band of orders and third of the days since the last order, all of them before the time in which it could happen.
CREATE OR REPLACE TEMP TABLE effect_customer AS
WITH past AS (
  SELECT customer_key, coalesce(sum(revenue), 0) AS spend, count(DISTINCT order_id) FILTER (NOT coalesce(is_return, false)) AS orders, max(ordered_at)::DATE AS last_day
  FROM star.fact_sales
  WHERE customer_key <> 0 AND ordered_at < $exposed::DATE
  GROUP BY customer_key
),
later AS (
  SELECT customer_key, sum(revenue)::DOUBLE AS spend FROM star.fact_sales
  WHERE ordered_at >= $observed::DATE AND ordered_at < $newest::DATE + 1
  GROUP BY customer_key
),
asked AS (
  SELECT past.*, past.customer_key IN ({happened}) AS is_member
  FROM past
  WHERE past.orders > 0 AND (past.customer_key IN ({happened}) OR past.customer_key NOT IN ({before}))
)
SELECT is_member, coalesce(later.spend, 0) AS outcome, ntile(5) OVER (ORDER BY asked.spend, asked.customer_key) AS spend_fifth,
  CASE WHEN orders >= 10 THEN 5 WHEN orders >= 5 THEN 4 WHEN orders >= 3 THEN 3 ELSE orders END AS order_band, ntile(3) OVER (ORDER BY last_day, asked.customer_key) AS recency_third
FROM asked LEFT JOIN later USING (customer_key)

-- part: strata
SELECT count(*) FILTER (is_member) AS members, count(*) FILTER (NOT is_member) AS others, avg(outcome) FILTER (is_member) AS member_mean, avg(outcome) FILTER (NOT is_member) AS other_mean,
  var_samp(outcome) FILTER (is_member) AS member_variance, var_samp(outcome) FILTER (NOT is_member) AS other_variance
FROM effect_customer
GROUP BY spend_fifth, order_band, recency_third
ORDER BY spend_fifth, order_band, recency_third

-- part: rows
CREATE OR REPLACE TEMP TABLE effect_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date,
  unnest(from_json($rows, '[{"question":"VARCHAR","outcome":"VARCHAR","affected":"BIGINT","others":"BIGINT","matched":"BIGINT","effect":"DOUBLE","effect_low":"DOUBLE","effect_high":"DOUBLE",
    "p_value":"DOUBLE","raw_difference":"DOUBLE","exposed_from":"DATE","observed_from":"DATE","verdict":"VARCHAR","note":"VARCHAR"}]'), recursive := true)

-- part: forget
DROP TABLE IF EXISTS effect_customer;
DROP TABLE effect_row
