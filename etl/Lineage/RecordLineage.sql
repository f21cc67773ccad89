-- grain: one row of a fact with the record it came from
-- reads: {table}, {joins}, meta.source_file (and landed batches)
-- writes: nothing

-- part: rows
SELECT f.run_id, f.source_record, s.source, s.stream, s.path, s.landing{columns}
FROM {table} f{joins}
LEFT JOIN meta.source_file s ON s.file_id = f.source_file
WHERE {conditions}
ORDER BY f.source_file, f.source_record
LIMIT $limit

-- part: role
 LEFT JOIN {joins} {alias} ON {alias}.{dimension_key} = f.{fact_key}

-- part: column
, CAST({column} AS VARCHAR) AS {name}

-- part: equals
{column} = TRY_CAST($v{number} AS {type})

-- part: missing
{column} IS NULL

-- part: columns
SELECT * FROM ({landed})

-- part: records
SELECT _record AS record, {line} AS line, CAST(to_json({record}) AS VARCHAR) AS raw
FROM ({landed})
WHERE _path = $path AND list_contains($records, _record)

-- part: part
SELECT f.path, k.good_record AS record FROM {table} k JOIN meta.source_file f ON f.file_id = k.good_file WHERE k.key = $key
