-- grain: one table of the star; one table that remembers by run
-- reads: {history}, meta.run, meta.stream_state, meta.source_file, {table}, duckdb_tables, duckdb_columns
-- writes: {table}, {history}

-- part: is_run
SELECT count(*) FROM meta.run WHERE status = 'published' AND run_id = $run

-- part: star
SELECT h.schema_name AS "Schema", left(h.table_name, -8) AS "Name"
FROM duckdb_tables() h
WHERE h.schema_name = 'star' AND h.database_name = current_database() AND suffix(h.table_name, '_history')
ORDER BY h.table_name

-- part: columns
SELECT column_name AS "Name"
FROM duckdb_columns()
WHERE schema_name = 'star' AND database_name = current_database() AND table_name = $table AND column_name <> 'run_id'
ORDER BY column_index

-- part: rewind
DELETE FROM {table} WHERE run_id > {run};
INSERT INTO {table} ({columns}, run_id) SELECT {columns}, run_from FROM {history} WHERE run_from <= {run} AND run_to > {run};
DELETE FROM {history} WHERE run_to > {run}

-- part: moved_marks
SELECT count(*) FROM meta.stream_state WHERE run_id > $run AND state IS NOT NULL

-- part: logs
SELECT c.schema_name AS "Schema", c.table_name AS "Name"
FROM duckdb_columns() c
WHERE c.schema_name IN ('meta', 'conformed') AND c.database_name = current_database() AND c.column_name = 'run_id'
ORDER BY c.schema_name, c.table_name

-- part: forget
DELETE FROM {table} WHERE run_id > {run}

-- part: keys
SELECT schema_name AS "Schema", table_name AS "Name" FROM duckdb_columns() WHERE schema_name = 'stage' AND database_name = current_database() AND column_name = 'file_id'

-- part: facts
SELECT schema_name AS "Schema", table_name AS "Name"
FROM duckdb_columns()
WHERE schema_name = 'star' AND database_name = current_database() AND column_name = 'source_file' AND prefix(table_name, 'fact_') AND NOT suffix(table_name, '_history')

-- part: moved_facts
-- Rows of a file that was delivered anew later: the log no longer knows what they came from, so they would be loaded a second time.
SELECT count(*) FROM {table} WHERE source_file NOT IN (SELECT file_id FROM meta.source_file)

-- part: moved_keys
SELECT count(*) FROM {table} WHERE file_id NOT IN (SELECT file_id FROM meta.source_file)
