-- grain: one statement per table or column that the declarations want and the star lacks
-- reads: duckdb_columns
-- writes: star.{table}, conformed.{dimension}_seen

-- part: columns
SELECT table_name, column_name, data_type
FROM duckdb_columns()
WHERE schema_name = 'star' AND database_name = current_database()

-- part: table
CREATE TABLE star.{table} ({columns})

-- part: column
ALTER TABLE star.{table} ADD COLUMN {column} {type}

-- part: unknown
INSERT INTO star.{table} VALUES ({values})

-- part: seen
CREATE SCHEMA IF NOT EXISTS conformed;
CREATE TABLE conformed.{dimension}_seen ({dimension}_key INTEGER, seen_to TIMESTAMP)

-- part: checkpoint
CHECKPOINT
