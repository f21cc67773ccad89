-- grain: one record of a file, every column as text
-- reads: {rows}, reject_errors
-- writes: none (a temporary table only)

-- part: csv
read_csv({path}, delim = {delimiter}, quote = '"', escape = '"', header = {header}, all_varchar = true, strict_mode = false, null_padding = true, ignore_errors = true,
         max_line_size = 20000000, encoding = {encoding}, store_rejects = true, skip = 0, names = [{names}])

-- part: lines
(SELECT string_split_regex(trim(replace(line, '"', ''), ' 	'), '[ 	]+') AS _cells FROM read_csv({path}, delim = {none}, quote = '', escape = '', header = {header},
  columns = {'line': 'VARCHAR'}, auto_detect = false, encoding = {encoding}) WHERE trim(line, ' 	') <> '')

-- part: parquet
read_parquet({path})

-- part: json
read_json_auto({path})

-- part: columns
SELECT * FROM {rows}

-- part: table
CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns} FROM {rows}

-- part: empty
CREATE OR REPLACE TEMP TABLE {table} ({columns})

-- part: count
SELECT count(*) FROM {table}

-- part: rejects
SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors
