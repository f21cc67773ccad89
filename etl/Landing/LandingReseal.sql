-- grain: one raw row of a landed batch
-- reads: nothing (no table: a landed batch's Parquet file)
-- writes: nothing (no table: the same rows as another file)

-- part: try
SELECT * FROM read_parquet({parquet})

-- part: rewrite
COPY (SELECT * FROM read_parquet({parquet})) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})
