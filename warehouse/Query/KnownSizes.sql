-- grain: one table of the star
-- reads: duckdb_tables
-- writes: nothing
-- Rollups that no run has filled yet have no rows, and are as if they were not there.
SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'star' AND (table_name NOT LIKE 'rollup\_%' ESCAPE '\' OR estimated_size > 0)
