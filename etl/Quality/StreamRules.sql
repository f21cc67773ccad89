-- grain: one stream of a source
-- reads: {view}, meta.run, meta.run_stream, meta.source_file, star.score_quality
-- writes: nothing

-- part: newest_in
SELECT CAST(max({column}) AS TIMESTAMP) FROM {view} WHERE NOT _deleted

-- part: newest_known
SELECT max(newest) FROM star.score_quality WHERE source = $source AND contract = $contract AND column_name = $column

-- part: newest_file
SELECT max(modified) FROM meta.source_file WHERE source = $source AND stream = $stream

-- part: history
SELECT count(*) AS runs, coalesce(median(read), 0) AS typical
FROM (
  SELECT s.read
  FROM meta.run_stream s JOIN meta.run r ON r.run_id = s.run_id
  WHERE s.source = $source AND s.stream = $stream AND ($weekday IS NULL OR isodow(r.started_at) = $weekday)
  ORDER BY s.run_id DESC
  LIMIT $runs
)
