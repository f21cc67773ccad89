-- grain: one record that a join of streams makes
-- reads: {table}, {delta}, {bad}, {relocated}, {affected}, {roots}, {from}
-- writes: {view}, {affected}, {roots}

-- part: part
CREATE OR REPLACE TEMP VIEW {view} AS
{rows}

-- part: known_places
SELECT key, good_file AS file_id, good_record AS source_record, false AS is_new FROM {table} WHERE NOT is_deleted AND good_record IS NOT NULL

-- part: nowhere
(SELECT CAST(NULL AS INTEGER) AS old_file, CAST(NULL AS BIGINT) AS old_record, CAST(NULL AS INTEGER) AS file_id, CAST(NULL AS BIGINT) AS source_record WHERE false)

-- part: places
-- What each key stands for now: known records, where they stand, and those that the run brings.
SELECT k.key, coalesce(r.file_id, k.good_file) AS file_id, coalesce(abs(r.source_record), k.good_record) AS source_record, false AS is_new
FROM {table} k LEFT JOIN {relocated} r ON r.old_file = k.good_file AND r.old_record = k.good_record
WHERE NOT k.is_deleted AND k.good_record IS NOT NULL AND k.key NOT IN (
  SELECT key FROM {delta} WHERE status = 'current' AND (file_id, source_record) NOT IN (SELECT (file_id, source_record) FROM {bad}))
UNION ALL
SELECT key, file_id, source_record, true
FROM {delta}
WHERE status = 'current' AND NOT is_deleted AND (file_id, source_record) NOT IN (SELECT (file_id, source_record) FROM {bad})

-- part: files
SELECT DISTINCT file_id FROM ({places})

-- part: none
SELECT CAST(NULL AS VARCHAR) AS _key, false AS _new{columns} WHERE false

-- part: keyed
SELECT p.key AS _key, p.is_new AS _new{columns}
FROM ({landed}) r JOIN ({places}) p ON p.file_id = r._file AND p.source_record = r._record

-- part: unkeyed
SELECT r._path || '#' || r._record AS _key, r._file IN ({now}) AS _new{columns}
FROM ({landed}) r
WHERE (r._file, r._record) NOT IN (SELECT (file_id, source_record) FROM {bad})

-- part: affected
CREATE OR REPLACE TEMP TABLE {affected} AS
SELECT key FROM {table} WHERE NOT is_deleted AND ({changed})

-- part: changed_keys
{key} IN (SELECT key FROM {delta} WHERE status = 'current')

-- part: changed_files
regexp_replace({key}, '#[0-9]+$', '') IN ({paths})

-- part: roots
CREATE OR REPLACE TEMP TABLE {roots} AS
SELECT json_extract_string(key, '$[0]') AS key FROM {affected}
UNION
SELECT {root} FROM {from} WHERE {news}

-- part: affected_of_roots
CREATE OR REPLACE TEMP TABLE {affected} AS
SELECT key FROM {table} WHERE NOT is_deleted AND json_extract_string(key, '$[0]') IN (SELECT key FROM {roots})

-- part: of_roots
{root} IN (SELECT key FROM {roots})

-- part: rows
SELECT CAST(0 AS INTEGER) AS _file, CAST(NULL AS BIGINT) AS _record, {keys}{columns}
FROM {from}
WHERE {touched}

-- part: copy
COPY ({rows}) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false{sealed})

-- part: records
SELECT count(*) FROM read_parquet({file})

-- part: count
SELECT count(*) FROM {affected}
