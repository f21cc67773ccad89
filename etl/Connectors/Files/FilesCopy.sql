-- grain: one raw record of the files of an extract
-- reads: nothing (no table: the files of a stream, and the spool)
-- writes: nothing (no table: the extract's Parquet file)

-- part: none
SELECT NULL::INTEGER AS _file, NULL::BIGINT AS _record WHERE false

-- part: csv
SELECT (file_index + {first})::INTEGER AS _file, NULL::BIGINT AS _record, {columns}
FROM read_csv({files}, auto_detect = false, header = {header}, delim = {delimiter}, quote = {quote}, escape = {escape},
              nullstr = {nulls}, allow_quoted_nulls = false, compression = {compression}, parallel = {parallel}, columns = {types})

-- part: spool
SELECT _file, _record{line}{columns}
FROM read_csv({files}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n', nullstr = '',
              allow_quoted_nulls = false, null_padding = true, parallel = false, compression = 'none',
              max_line_size = {longest}, buffer_size = {buffer}, columns = {types})

-- part: sealed spool
SELECT _file, _record{line}{columns}
FROM read_parquet({file})

-- part: parquet
SELECT (file_index + {first})::INTEGER AS _file, NULL::BIGINT AS _record, {columns}
FROM read_parquet({files}, union_by_name = true)

-- part: parquet columns
SELECT * FROM read_parquet({files}, union_by_name = true)

-- part: parquet probe
SELECT bit_xor(hash(COLUMNS(*))) FROM read_parquet({files}, union_by_name = true)

-- part: copy
-- Nobody looks single values up in what landed, and long lists of values are not worth sorting out: filters and great dictionaries would cost a third of the copy.
COPY ({parts}) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})

-- part: landed
SELECT * FROM read_parquet({target})

-- part: counts
SELECT _file AS number, count(*) AS records, min(file_row_number) AS first_row, max(file_row_number) AS last_row
FROM read_parquet({target}, file_row_number = true)
GROUP BY _file
