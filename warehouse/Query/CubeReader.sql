-- grain: one published run
-- reads: meta.run, duckdb_tables
-- writes: nothing

-- part: newest
SELECT run_id, newest, published_at FROM meta.run WHERE status = 'published' ORDER BY run_id DESC LIMIT 1

-- part: run
SELECT run_id, newest, published_at FROM meta.run WHERE status = 'published' AND run_id = $run

-- part: known
SELECT min(run_id), max(run_id), count(*) FROM meta.run WHERE status = 'published'

-- part: sizes
-- Rollups that no run has filled yet have no rows, and are as if they were not there.
SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'star' AND (table_name NOT LIKE 'rollup\_%' ESCAPE '\' OR estimated_size > 0)
