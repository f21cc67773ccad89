-- grain: one contract of a stream; part break: one row that breaks a rule
-- reads: {view}, {bad}
-- writes: {bad}

-- part: bad
SELECT contract, rule, column_name, count(DISTINCT (file_id, source_record)) AS records
FROM {bad}
WHERE list_contains($ids, file_id)
GROUP BY ALL

-- part: tally
SELECT [{counts}] FROM {view} WHERE NOT _deleted

-- part: count
SELECT count(*) FROM {view} WHERE NOT _deleted AND {broken}

-- part: break
INSERT INTO {bad}
SELECT _file, _record, NULL, {contract}, {name}, {column}, {reason}, NULL, $number
FROM {view}
WHERE NOT _deleted AND {broken}
