-- grain: one table of the star with its rows
-- reads: duckdb_tables
-- writes: nothing
SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'star' AND database_name = current_database()
