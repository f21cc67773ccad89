-- grain: one row per customer, with the place of the customer's covariates
-- reads: clv_covariate
-- writes: clv_covariate (temporary; dropped)

-- part: kind
SELECT count(*) FILTER (WHERE {column} IS NOT NULL AND TRY_CAST({column} AS DOUBLE) IS NULL) = 0 AND count({column}) > 0 AS is_number,
  coalesce(max(abs(TRY_CAST({column} AS DOUBLE))), 0)::DOUBLE AS largest, coalesce(avg(TRY_CAST({column} AS DOUBLE)), 0)::DOUBLE AS mean,
  coalesce(stddev_samp(TRY_CAST({column} AS DOUBLE)), 0)::DOUBLE AS deviation, count({column}) AS known, count(*) AS customers
FROM clv_covariate

-- part: levels
SELECT coalesce(nullif(trim({column}), ''), '(none)') AS value, count(*) AS customers FROM clv_covariate GROUP BY ALL ORDER BY count(*) DESC, value LIMIT {most}

-- part: text_code
CASE coalesce(nullif(trim({column}), ''), '(none)') {whens} ELSE {other} END::DOUBLE

-- part: when
WHEN {level} THEN {code}

-- part: number_code
coalesce(TRY_CAST({column} AS DOUBLE), 0)

-- part: scaled_code
coalesce(round((TRY_CAST({column} AS DOUBLE) - {mean}) / {deviation}, 1), 0)

-- part: cells
CREATE OR REPLACE TEMP TABLE clv_coded AS SELECT customer, {codes} FROM clv_covariate;
CREATE OR REPLACE TEMP TABLE clv_combination AS
SELECT {keys}, (row_number() OVER (ORDER BY {keys}) - 1)::INTEGER AS cell FROM (SELECT DISTINCT {keys} FROM clv_coded);
CREATE OR REPLACE TEMP TABLE clv_cell AS SELECT customer, cell FROM clv_coded JOIN clv_combination USING ({keys})

-- part: combinations
SELECT {keys} FROM clv_combination ORDER BY cell

-- part: count
SELECT count(*) FROM clv_combination

-- part: forget
DROP TABLE IF EXISTS clv_covariate;
DROP TABLE IF EXISTS clv_coded;
DROP TABLE IF EXISTS clv_combination;
DROP TABLE IF EXISTS clv_cell
