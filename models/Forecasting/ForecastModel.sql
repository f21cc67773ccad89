-- grain: one row per series and period to come
-- reads: star.fact_sales, star.dim_product, star.fact_opportunity_stage, star.fact_opportunity
-- writes: nothing (temporary tables only; the loader's merge writes star.score_forecast and star.score_pipeline)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales

-- part: values
CREATE OR REPLACE TEMP TABLE forecast_value AS
WITH top AS (
  SELECT product_key FROM star.fact_sales WHERE product_key <> 0 GROUP BY product_key ORDER BY sum(revenue) DESC NULLS LAST, product_key LIMIT $products::BIGINT
),
name AS (SELECT product_key, any_value(product_id) AS product_id FROM star.dim_product GROUP BY product_key)
SELECT 'revenue' AS series, ordered_at AS moment, revenue::DOUBLE AS amount FROM star.fact_sales
UNION ALL
SELECT 'orders', min(ordered_at), 1 FROM star.fact_sales WHERE NOT coalesce(is_return, false) GROUP BY order_id
UNION ALL
SELECT 'demand for ' || coalesce(product_id, product_key::VARCHAR), ordered_at, quantity::DOUBLE
FROM star.fact_sales JOIN top USING (product_key) LEFT JOIN name USING (product_key)
WHERE NOT coalesce(is_return, false)

-- part: made
CREATE OR REPLACE TEMP TABLE forecast_made (
  series VARCHAR, period_start DATE, expected DOUBLE, low_80 DOUBLE, high_80 DOUBLE, low_95 DOUBLE, high_95 DOUBLE, method VARCHAR, parameters VARCHAR, smape DOUBLE, mase DOUBLE)

-- part: rows
CREATE OR REPLACE TEMP TABLE forecast_row AS
SELECT strftime(period_start, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS made_on, $period AS period, made.* FROM forecast_made AS made;
CREATE OR REPLACE TEMP TABLE pipeline_row AS
WITH entered AS (
  SELECT DISTINCT opportunity_id, stage FROM star.fact_opportunity_stage WHERE NOT coalesce(is_won, false) AND NOT coalesce(is_lost, false)
),
closed AS (
  SELECT entered.stage, count(*) AS closed, count(*) FILTER (WHERE is_won) AS won
  FROM entered JOIN star.fact_opportunity AS opportunity USING (opportunity_id)
  WHERE opportunity.is_won OR opportunity.is_lost
  GROUP BY entered.stage
),
open AS (
  SELECT stage, count(*) AS opportunities, coalesce(sum(value), 0) AS open_value FROM star.fact_opportunity WHERE NOT coalesce(is_won, false) AND NOT coalesce(is_lost, false) GROUP BY stage
)
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS made_on, stage, coalesce(closed, 0) AS closed, coalesce(won, 0) AS won,
  won / nullif(closed, 0)::DOUBLE AS conversion, coalesce(opportunities, 0) AS open_opportunities, coalesce(open_value, 0)::DECIMAL(18,4) AS open_value,
  (open_value * won / nullif(closed, 0)::DOUBLE)::DECIMAL(18,4) AS expected_value
FROM open FULL JOIN closed USING (stage)

-- part: forget
DROP TABLE forecast_value;
DROP TABLE forecast_made;
DROP TABLE forecast_row;
DROP TABLE pipeline_row
