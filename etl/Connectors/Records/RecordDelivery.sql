-- grain: one raw record of a delivery
-- reads: nothing (no table: the spool)
-- writes: nothing (no table: the delivery's Parquet file)

-- part: copy
COPY (SELECT 0::INTEGER AS _file, _record{columns} FROM ({spool}) WHERE _file IN ({kept})) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})

-- part: as
, {value} AS {column}

-- part: cast
TRY_CAST({column} AS {type})

-- part: misfits
SELECT {counts} FROM ({spool}) WHERE _file IN ({kept})

-- part: misfit
count({column}) FILTER (NOT ({fits}))

-- part: fits
TRY_CAST({column} AS {type}) IS NOT NULL

-- part: fits BIGINT
regexp_full_match({column}, '-?[0-9]{1,19}') AND TRY_CAST({column} AS BIGINT) IS NOT NULL

-- part: fits BOOLEAN
{column} IN ('true', 'false')

-- part: fits DATE
regexp_full_match({column}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND TRY_CAST({column} AS DATE) IS NOT NULL

-- part: rows
SELECT count(*) FROM read_parquet({target})

-- part: columns
SELECT * EXCLUDE (_file, _record) FROM read_parquet({target})
