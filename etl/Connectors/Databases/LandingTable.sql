-- grain: one record of a delivery
-- reads: nothing
-- writes: nothing (a temporary table, and the delivery's Parquet file)

-- part: make
CREATE OR REPLACE TEMP TABLE landing_rows (record BIGINT{columns})

-- part: last
SELECT {columns} FROM landing_rows WHERE {ordered} ORDER BY record DESC LIMIT 1

-- part: hash
SELECT coalesce(sum(hash({columns})::HUGEINT), 0)::VARCHAR || '-' || count(*) FROM landing_rows WHERE {condition}

-- part: clear
TRUNCATE landing_rows

-- part: unfit
SELECT record, {column} AS text FROM landing_rows
WHERE {column} IS NOT NULL AND {value} IS NULL AND {column} NOT IN ('infinity', '-infinity')

-- part: take out
DELETE FROM landing_rows WHERE record = $record

-- part: greatest
SELECT CASE WHEN CAST($a AS {type}) >= CAST($b AS {type}) THEN $a ELSE $b END

-- part: copy
COPY (SELECT 0::INTEGER AS _file, {record} AS _record{columns} FROM landing_rows) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})

-- part: copy columns
COPY (SELECT {columns} FROM landing_rows) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})

-- part: drop
DROP TABLE IF EXISTS landing_rows
