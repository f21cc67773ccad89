-- grain: one record of a sample
-- reads: {view}, {bad}
-- writes: {view}

-- part: raw
SELECT _path, _record{columns} FROM ({relation}) ORDER BY _file, _record LIMIT {limit}

-- part: view
CREATE OR REPLACE TEMP VIEW {view} AS
SELECT * FROM ({relation}) ORDER BY _file, _record LIMIT {limit}

-- part: rows
SELECT CAST(_file AS INTEGER), _record{columns} FROM {view} ORDER BY _file, _record

-- part: bad
SELECT file_id, source_record, rule, column_name, reason, raw FROM {bad} ORDER BY file_id, source_record, rule, column_name

-- part: text
, CAST({column} AS VARCHAR) AS {column}
