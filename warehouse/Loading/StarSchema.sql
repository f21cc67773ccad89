-- grain: one statement per table or column that the declarations want and the star lacks
-- reads: duckdb_columns
-- writes: star.{table}, conformed.{dimension}_seen, conformed.finding, star.rollup_built

-- part: columns
SELECT table_name, column_name, data_type
FROM duckdb_columns()
WHERE schema_name IN ('star', 'conformed') AND database_name = current_database()

-- part: table
CREATE TABLE star.{table} ({columns})

-- part: column
ALTER TABLE star.{table} ADD COLUMN {column} {type}

-- part: not_deleted
UPDATE star.{table} SET is_deleted = false

-- part: finding
CREATE SCHEMA IF NOT EXISTS conformed;
CREATE TABLE conformed.finding (run_id INTEGER, kind VARCHAR, subject VARCHAR, found BIGINT, text VARCHAR)

-- part: rollup_built
CREATE TABLE star.rollup_built (name VARCHAR, definition VARCHAR)

-- part: unknown
INSERT INTO star.{table} VALUES ({values})

-- part: seen
CREATE SCHEMA IF NOT EXISTS conformed;
CREATE TABLE conformed.{dimension}_seen ({dimension}_key INTEGER, seen_to TIMESTAMP)

-- part: checkpoint
CHECKPOINT
