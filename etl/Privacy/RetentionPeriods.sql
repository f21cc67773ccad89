-- grain: one row that is older than it may become
-- reads: duckdb_tables, meta.run
-- writes: {table}, meta.quarantine

-- part: tables
SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary

-- part: quarantine
DELETE FROM meta.quarantine WHERE run_id IN (SELECT run_id FROM meta.run WHERE started_at < {before})

-- part: fact
DELETE FROM {table} WHERE {time} < {before}
