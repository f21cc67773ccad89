-- grain: one point of one chart
-- reads: none
-- writes: none (temporary tables only; the loader's merge writes star.score_model_check)

-- part: rows
CREATE OR REPLACE TEMP TABLE model_check_row AS
SELECT strftime($day::DATE, '%Y%m%d')::INTEGER AS date_key, $day::DATE AS snapshot_date, $model AS model,
  unnest(from_json($rows, '[{"chart":"VARCHAR","position":"BIGINT","label":"VARCHAR","expected":"DOUBLE","actual":"DOUBLE","members":"BIGINT"}]'), recursive := true)

-- part: scope
t.model = {model}

-- part: forget
DROP TABLE model_check_row
