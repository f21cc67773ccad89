-- grain: one stream that was ever loaded
-- reads: meta.run, meta.run_stream, meta.source_file, meta.stream_state
-- writes: none
SELECT f.source, f.stream, f.files, f.records, f.rejected, f.newest, r.run_id, r.published_at, s.state
FROM (
  SELECT source, stream, count(*) AS files, CAST(sum(records) AS BIGINT) AS records, CAST(sum(rejected) AS BIGINT) AS rejected, max(modified) AS newest
  FROM meta.source_file
  GROUP BY source, stream
) f
LEFT JOIN (SELECT source, stream, max(run_id) AS run_id FROM meta.run_stream GROUP BY source, stream) l ON l.source = f.source AND l.stream = f.stream
LEFT JOIN meta.run r ON r.run_id = l.run_id
LEFT JOIN meta.stream_state s ON s.source = f.source AND s.stream = f.stream
