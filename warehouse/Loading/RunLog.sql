-- grain: one run, one stream of a run, one step of a run, one source file, one reason for one quarantined record
-- reads: meta.run, meta.source_file, meta.quarantine, meta.stream_state, {bad}, {files}, {records}
-- writes: meta.run, meta.run_stream, meta.run_step, meta.source_file, meta.quarantine, meta.stream_state

-- part: latest
SELECT run_id, declarations FROM meta.run WHERE status = 'published' ORDER BY run_id DESC LIMIT 1

-- part: files
SELECT file_id, path, size, modified, sha256, records, rejected, landing, run_id
FROM meta.source_file
WHERE source = $source AND stream = $stream
ORDER BY path

-- part: state
SELECT state, columns, run_id FROM meta.stream_state WHERE source = $source AND stream = $stream

-- part: write_state
DELETE FROM meta.stream_state WHERE source = $source AND stream = $stream;
INSERT INTO meta.stream_state VALUES ($source, $stream, $state, $columns, $run)

-- part: next_file
SELECT coalesce(max(file_id), 0) + 1 FROM meta.source_file

-- part: forget_file
DELETE FROM meta.source_file WHERE file_id = $file_id

-- part: run
INSERT INTO meta.run (run_id, status, started_at, published_at, newest, declarations, program, read, loaded, unchanged, quarantined, removed)
VALUES ($run, 'published', $started, $published, $newest, $declarations, $program, $read, $loaded, $unchanged, $quarantined, $removed)

-- part: stream
INSERT INTO meta.run_stream (run_id, source, stream, files, read, loaded, unchanged, quarantined, removed)
VALUES ($run, $source, $stream, $files, $read, $loaded, $unchanged, $quarantined, $removed)

-- part: step
INSERT INTO meta.run_step (run_id, ordinal, step, rows, seconds)
VALUES ($run, $ordinal, $step, $rows, $seconds)

-- part: quarantine
-- Numbered on in the order of file and record, so that a run repeated after a kill numbers alike.
INSERT INTO meta.quarantine (quarantine_id, run_id, source, stream, contract, source_file, source_record, line, column_name, rule, reason, raw)
SELECT row_number() OVER (ORDER BY b.file_id, b.source_record, b.contract, b.rule, b.column_name, b.reason)
         + (SELECT coalesce(max(quarantine_id), 0) FROM meta.quarantine),
       $run, f.source, f.stream, b.contract, b.file_id, b.source_record, b.line, b.column_name, b.rule, b.reason, b.raw
FROM {bad} b JOIN meta.source_file f ON f.file_id = b.file_id

-- part: release
-- A file delivered again stands for all it held: what was wrong with it before is wrong no more, or is found again.
DELETE FROM meta.quarantine WHERE source_file IN (SELECT file_id FROM {files})

-- part: release_records
DELETE FROM meta.quarantine WHERE (source_file, source_record) IN (SELECT (file_id, source_record) FROM {records})

-- part: quarantined_files
SELECT DISTINCT source_file
FROM meta.quarantine
WHERE source = $source AND stream = $stream AND source_record > 0 AND rule <> 'unreadable' AND ($rule IS NULL OR rule = $rule)
ORDER BY source_file
