-- grain: one record of a file
-- reads: {rows}, reject_errors
-- writes: none

-- part: csv
read_csv({path}, delim = {delimiter}, quote = {quote}, escape = {quote}, header = true, all_varchar = true, strict_mode = false, null_padding = true, ignore_errors = true,
         max_line_size = 20000000, encoding = {encoding}, parallel = false, store_rejects = true)

-- part: parquet
read_parquet({path})

-- part: json
read_json_auto({path})

-- part: columns
SELECT * FROM {rows}

-- part: rejects
SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors

-- part: input
CREATE OR REPLACE TEMP TABLE identity_input AS
{files}

-- part: file
SELECT CAST({number} AS INTEGER) AS _source, true AS _new, row_number() OVER () AS _record,
  {prefix} || CAST(row_number() OVER () AS VARCHAR) AS _key, {columns}
FROM {rows}

-- part: union
UNION ALL BY NAME

-- part: count
SELECT _source AS source, count(*) AS records FROM identity_input GROUP BY _source ORDER BY _source
