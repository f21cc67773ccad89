-- grain: one row per history of customers
-- reads: {table}, clv_event
-- writes: none (temporary tables only)

-- part: summary
SELECT round({frequency})::INTEGER AS repeat_count, round({recency})::INTEGER AS last_occasion, round({periods})::INTEGER AS occasions, sum({weight})::DOUBLE AS customers
FROM {table}
WHERE {frequency} IS NOT NULL AND {recency} IS NOT NULL AND {periods} IS NOT NULL
GROUP BY ALL
ORDER BY ALL

-- part: unfinished
SELECT (date_trunc('{unit}', $calibration_end::DATE) + INTERVAL 1 {unit})::DATE - 1 - $calibration_end::DATE

-- part: periods
WITH bought AS (
  SELECT DISTINCT customer, date_diff('{unit}', DATE '1900-01-01', day) AS period FROM clv_event WHERE coalesce(amount, 0) >= 0 AND day <= $calibration_end::DATE
),
beginning AS (SELECT customer, min(period) AS period FROM bought GROUP BY customer),
history AS (
  SELECT customer, count(*) FILTER (bought.period > beginning.period) AS repeat_count, max(bought.period) - beginning.period AS last_occasion,
    date_diff('{unit}', DATE '1900-01-01', $calibration_end::DATE) - beginning.period AS occasions
  FROM bought JOIN beginning USING (customer)
  GROUP BY customer, beginning.period
)
SELECT repeat_count::INTEGER AS repeat_count, last_occasion::INTEGER AS last_occasion, occasions::INTEGER AS occasions, count(*)::DOUBLE AS customers
FROM history
GROUP BY ALL
ORDER BY ALL
