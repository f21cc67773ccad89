-- grain: one score of one customer at the newest snapshot
-- reads: star.dim_customer, star.score_rfm, star.score_rfm_segment, star.score_clv
-- writes: none

-- part: customer
SELECT customer_key FROM star.dim_customer WHERE is_current AND customer_key <> 0 AND CAST(customer_id AS VARCHAR) = $id ORDER BY customer_key LIMIT 1

-- part: rfm
SELECT score.snapshot_date, days_since_last_order, order_count, total_spend::DOUBLE AS total_spend, r::INTEGER AS r, f::INTEGER AS f, m::INTEGER AS m, score.segment, previous_segment, rule, grid.description
FROM star.score_rfm AS score LEFT JOIN star.score_rfm_segment AS grid ON grid.snapshot_date = score.snapshot_date AND grid.segment = score.segment
WHERE customer_key = $key
ORDER BY score.snapshot_date DESC

-- part: clv
SELECT snapshot_date, model, repeat_count, last_purchase_age, customer_age, average_repeat_value, probability_alive, expected_purchases, expected_purchases_low, expected_purchases_high,
  expected_value, lifetime_value::DOUBLE AS lifetime_value, lifetime_value_low::DOUBLE AS lifetime_value_low, lifetime_value_high::DOUBLE AS lifetime_value_high,
  marketing_cost::DOUBLE AS marketing_cost, historic_value::DOUBLE AS historic_value
FROM star.score_clv
WHERE customer_key = $key
ORDER BY snapshot_date DESC
LIMIT 1
