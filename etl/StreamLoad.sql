-- grain: one stream of a run
-- reads: {rows}, {bad}, {table}, {files}, {members}, {target}, meta.quarantine, loaded_record
-- writes: {view}, {files}, {bad}

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

-- part: reject
INSERT INTO {bad} VALUES ($file_id, $record, $line, NULL, 'unreadable', $column, $reason, $raw, nullif($number, 0))

-- part: members
CREATE OR REPLACE TEMP TABLE {view} AS
SELECT DISTINCT member FROM (
{rows}
)
WHERE member IS NOT NULL

-- part: member_of
SELECT {key} AS member FROM ({rows}) WHERE _file IN ({ids})

-- part: some_members
SELECT * FROM ({rows}) WHERE _file IN ({ids}) AND {key} IN (SELECT member FROM {members})

-- part: not_quarantined
SELECT * FROM {rows} WHERE (_file, _record) NOT IN (SELECT (source_file, source_record) FROM meta.quarantine WHERE source_record IS NOT NULL)

-- part: union
SELECT * FROM {target}
