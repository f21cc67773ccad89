-- grain: one row per row of a table of the star
-- reads: {table}
-- writes: nothing (Parquet files)

-- part: tables
SELECT schema_name || '.' || table_name AS name, estimated_size AS rows FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'star'

-- part: all
SELECT * FROM {table}

-- part: count
SELECT count(*) FROM {table}

-- part: write
COPY (SELECT {columns} FROM {table}) TO {path} (FORMAT parquet, COMPRESSION zstd)

-- part: rows
SELECT {columns} FROM {table}

-- part: written
SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({path})
