-- grain: one model at its newest snapshot
-- reads: star.score_clv_model, star.score_clv, star.score_churn_fit, star.score_model_check, star.score_model_snapshot
-- writes: none

-- part: models
SELECT snapshot_date, model, model_version, is_used, status, parameters, log_likelihood, aic, bic, holdout_error, holdout_bias_percent, customers, repeat_purchases, unit, horizon,
  discount_rate, margin, data_version
FROM star.score_clv_model
WHERE snapshot_date = (SELECT max(snapshot_date) FROM star.score_clv_model)
ORDER BY is_used DESC, model = 'gammagamma', aic NULLS LAST, model

-- part: deciles
-- Who was said to be worth most: tenths of the customers by lifetime value.
WITH placed AS (
  SELECT ntile(10) OVER (ORDER BY lifetime_value DESC, customer_key) AS tenth, lifetime_value, historic_value, probability_alive, expected_purchases
  FROM star.score_clv
  WHERE snapshot_date = (SELECT max(snapshot_date) FROM star.score_clv_model)
)
SELECT tenth::INTEGER AS tenth, count(*) AS customers, sum(lifetime_value)::DOUBLE AS lifetime_value, sum(historic_value)::DOUBLE AS historic_value,
  avg(probability_alive) AS probability_alive, avg(expected_purchases) AS expected_purchases
FROM placed
GROUP BY tenth
ORDER BY tenth

-- part: churn
SELECT learner, customers, churn_rate, auc, average_precision, lift_top_tenth, brier, notes
FROM star.score_churn_fit
WHERE snapshot_date = (SELECT max(snapshot_date) FROM star.score_churn_fit)

-- part: checks
SELECT model, chart, label, expected, actual, members FROM star.score_model_check ORDER BY model DESC, chart, position

-- part: snapshots
SELECT model, snapshot_date, model_version, data_version, members, fit_quality, status FROM star.score_model_snapshot ORDER BY model
