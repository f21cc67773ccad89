-- grain: one stream of a run
-- reads: {bad}, {table}, {files}, {moved}, {gone}, {only}, {raw}, {empty}, meta.quarantine, loaded_record
-- writes: {view}, {files}, {bad}, {gone}, {only}

-- part: view
CREATE OR REPLACE TEMP VIEW {view} AS
{rows}

-- part: files
CREATE OR REPLACE TEMP TABLE {files} AS SELECT CAST(unnest($ids) AS INTEGER) AS file_id

-- part: bad_records
SELECT count(DISTINCT (file_id, source_record)) FROM {bad} WHERE file_id IN (SELECT file_id FROM {files})

-- part: reasons
SELECT rule, column_name AS "column", count(DISTINCT (file_id, source_record)) AS records, min(reason) AS example
FROM {bad}
WHERE file_id IN (SELECT file_id FROM {files})
GROUP BY ALL
ORDER BY records DESC, rule, column_name

-- part: loaded
SELECT count(*)
FROM (
  SELECT file_id, source_record FROM loaded_record
  {facts}
)
WHERE file_id IN (SELECT file_id FROM {files})

-- part: loaded_fact
UNION SELECT source_file, source_record FROM {table} WHERE run_id = {run}

-- part: nothing
SELECT *, CAST(NULL AS VARCHAR) AS _path FROM {empty}

-- part: snapshot
(SELECT * FROM {raw} WHERE _file IN ({files}))

-- part: key_list
(SELECT * FROM read_parquet({file}))

-- part: only
CREATE OR REPLACE TEMP TABLE {only} AS
SELECT DISTINCT source_file AS file_id, source_record
FROM meta.quarantine
WHERE source = $source AND stream = $stream AND source_record > 0 AND rule <> 'unreadable' AND ($rule IS NULL OR rule = $rule)

-- part: only_count
SELECT count(*) FROM {only}

-- part: raw_only
SELECT * FROM ({rows}) WHERE (_file, _record) IN (SELECT (file_id, source_record) FROM {only})

-- part: with_absent
SELECT *, {columns} FROM ({rows})

-- part: with_content
SELECT *, md5(_said) || '#' || row_number() OVER (PARTITION BY _file, _said ORDER BY _record) AS {key}
FROM (SELECT *, CAST(to_json({record}) AS VARCHAR) AS _said FROM ({rows}))

-- part: with_some_content
SELECT * REPLACE (coalesce({key}, md5(_said) || '#' || row_number() OVER (PARTITION BY _file, _said ORDER BY _record)) AS {key})
FROM (SELECT *, CAST(to_json({record}) AS VARCHAR) AS _said FROM ({rows}))

-- part: drifted
INSERT INTO {bad}
SELECT _file, _record, NULL, NULL, 'schema', $column, $reason, NULL, NULL FROM {raw} WHERE {condition}

-- part: loaded_deletion
UNION SELECT file_id, source_record FROM {moved} WHERE status = 'current' AND is_deleted

-- part: gone
CREATE OR REPLACE TEMP TABLE {gone} AS
{rows}

-- part: gone_count
SELECT count(*) FROM {gone}
