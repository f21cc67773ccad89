-- grain: one reason for one record set aside; part count: one row
-- reads: meta.quarantine, meta.source_file
-- writes: none

-- part: count
SELECT count(*)
FROM meta.quarantine q
LEFT JOIN meta.source_file f ON f.file_id = q.source_file
WHERE {filter}

-- part: records
SELECT q.quarantine_id, q.run_id, q.source, q.stream, q.contract, f.path, q.source_record, q.line, q.column_number, q.column_name, q.rule, q.reason, q.raw
FROM meta.quarantine q
LEFT JOIN meta.source_file f ON f.file_id = q.source_file
WHERE {filter}
ORDER BY q.quarantine_id
LIMIT $limit

-- part: filter
($source IS NULL OR q.source = $source) AND ($stream IS NULL OR q.stream = $stream) AND ($rule IS NULL OR q.rule = $rule)
  AND ($run IS NULL OR q.run_id = $run) AND ($file IS NULL OR f.path = $file)

-- part: same_record
(q.source_file, q.source_record) IN (SELECT (source_file, source_record) FROM meta.quarantine WHERE quarantine_id = $id) OR q.quarantine_id = $id
