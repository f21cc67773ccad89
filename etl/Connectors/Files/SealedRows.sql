-- grain: one spooled row
-- reads: nothing
-- writes: spooled (and the spool's Parquet file)

-- part: make
CREATE TABLE spooled (_file INTEGER, _record BIGINT, _line BIGINT, v VARCHAR[])

-- part: remove
DELETE FROM spooled WHERE _file = $file

-- part: write
COPY spooled TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})
