-- grain: one row that says what derived figures stand on
-- reads: duckdb_tables
-- writes: star.rollup_built, star.score_model_snapshot, meta.run

-- part: tables
SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary

-- part: rollups
DELETE FROM star.rollup_built

-- part: scores
UPDATE star.score_model_snapshot SET data_version = -1

-- part: declarations
-- A run whose declarations are not those of today is never the last word, even when no source has news.
UPDATE meta.run SET declarations = '' WHERE run_id = $run
