-- grain: one row per record set aside; part count: one row
-- reads: meta.quarantine, meta.source_file
-- writes: none

-- part: count
SELECT count(*)
FROM meta.quarantine q
WHERE ($source IS NULL OR q.source = $source) AND ($rule IS NULL OR q.rule = $rule)

-- part: records
SELECT q.quarantine_id, q.run_id, q.source, q.stream, q.contract, f.path, q.source_record, q.line, q.column_name, q.rule, q.reason, q.raw
FROM meta.quarantine q
LEFT JOIN meta.source_file f ON f.file_id = q.source_file
WHERE ($source IS NULL OR q.source = $source) AND ($rule IS NULL OR q.rule = $rule)
ORDER BY q.quarantine_id
LIMIT $limit
