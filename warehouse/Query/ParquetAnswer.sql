-- grain: one row per row of the statement that it is given
-- reads: nothing
-- writes: nothing
COPY (SELECT {columns} FROM (
{statement}
)) TO {path} (FORMAT parquet, COMPRESSION zstd)
