-- grain: one model and what its newest scores stand on
-- reads: {table}, {table}_history, star.score_model_snapshot
-- writes: none (temporary tables only; the loader's merge writes star.score_model_snapshot)

-- part: data_version
SELECT greatest(coalesce((SELECT max(run_id) FROM {table}), 0), coalesce((SELECT max(run_to) FROM {table}_history), 0))::INTEGER

-- part: is_known
SELECT count(*) > 0 FROM star.score_model_snapshot WHERE model = $model AND model_version = $version AND parameters = $parameters AND data_version = $data_version

-- part: row
CREATE OR REPLACE TEMP TABLE model_snapshot_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date, $model AS model, $version AS model_version, $parameters AS parameters, $quality AS fit_quality,
  $status AS status, $members::BIGINT AS members, $data_version::BIGINT AS data_version

-- part: scope
t.model = {model}

-- part: forget
DROP TABLE model_snapshot_row
