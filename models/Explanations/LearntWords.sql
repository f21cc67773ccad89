-- grain: one thing that was learnt of one customer
-- reads: star.score_churn, star.score_segment_member, star.score_offer, star.score_occasion, star.score_subscription, star.score_cluster, star.dim_product
-- writes: none

-- part: churn
SELECT snapshot_date, churn_probability, value_at_risk::DOUBLE AS value_at_risk, reasons
FROM star.score_churn
WHERE customer_key = $key AND churn_probability IS NOT NULL
ORDER BY snapshot_date DESC
LIMIT 1

-- part: segments
SELECT title FROM star.score_segment_member
WHERE customer_key = $key AND snapshot_date = (SELECT max(snapshot_date) FROM star.score_segment_member)
ORDER BY title

-- part: occasion
SELECT snapshot_date, unit, repeat_count, last_occasion, occasions, probability_alive, expected_purchases, expected_purchases_low, expected_purchases_high
FROM star.score_occasion
WHERE customer_key = $key
ORDER BY snapshot_date DESC
LIMIT 1

-- part: subscription
SELECT snapshot_date, model, unit, periods, retention, expected_periods, expected_periods_low, expected_periods_high
FROM star.score_subscription
WHERE customer_key = $key
ORDER BY snapshot_date DESC
LIMIT 1

-- part: cluster
SELECT cluster, profile FROM star.score_cluster WHERE customer_key = $key ORDER BY snapshot_date DESC LIMIT 1

-- part: offers
SELECT coalesce(product.name, product.product_id) AS product, because_of, shared_customers
FROM star.score_offer AS offer LEFT JOIN star.dim_product AS product ON product.product_key = offer.product_key AND product.is_current
WHERE customer_key = $key
ORDER BY rank
LIMIT 3
