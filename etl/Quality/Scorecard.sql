-- grain: one check of one column, contract or stream of one source in one run
-- reads: nothing
-- writes: star.score_quality

-- part: write
INSERT INTO star.score_quality (
  run, checked_on, source, stream, contract, aspect, rule, column_name, severity, checked, passed, quarantined, newest, run_id)
SELECT $run, CAST($day AS DATE), r.source, r.stream, r.contract, r.aspect, r.rule, r.column_name, r.severity, r.checked, r.passed, r.quarantined, r.newest, $run
FROM (
  SELECT unnest($rows::JSON::STRUCT(
    source VARCHAR, stream VARCHAR, contract VARCHAR, aspect VARCHAR, rule VARCHAR, column_name VARCHAR, severity VARCHAR,
    checked BIGINT, passed BIGINT, quarantined BIGINT, newest TIMESTAMP)[]) AS r
)
