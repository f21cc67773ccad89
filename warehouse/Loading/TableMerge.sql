-- grain: one row of the star table {table} that the wanted rows touch
-- reads: {wanted}, {table}
-- writes: merge_row, {table}, {history}

-- part: compare
CREATE OR REPLACE TEMP TABLE merge_row AS
SELECT t.row_id, w.rowid AS wanted_id, w.rowid IS NOT NULL AND {same} AS is_same
FROM (SELECT t.*, t.rowid AS row_id FROM {table} t WHERE {within}) t LEFT JOIN {wanted} w ON {match}
WHERE w.rowid IS NOT NULL OR ({scope})

-- part: count
SELECT (SELECT count(*) FROM {wanted}) AS wanted,
       count(*) FILTER (WHERE wanted_id IS NOT NULL AND NOT is_same) AS changed,
       count(*) FILTER (WHERE wanted_id IS NULL) AS removed,
       count(*) FILTER (WHERE is_same) AS unchanged
FROM merge_row

-- part: keep
INSERT INTO {history} ({columns}, run_from, run_to)
SELECT {columns}, run_id, {run}
FROM {table}
WHERE rowid IN (SELECT row_id FROM merge_row WHERE NOT is_same) AND run_id < {run}

-- part: delete
DELETE FROM {table} WHERE rowid IN (SELECT row_id FROM merge_row WHERE NOT is_same)

-- part: insert
INSERT INTO {table} ({columns}, run_id)
SELECT {columns}, {run}
FROM {wanted}
WHERE rowid NOT IN (SELECT wanted_id FROM merge_row WHERE is_same)

-- part: relabel
UPDATE {table} t SET {labels}
FROM merge_row m JOIN {wanted} w ON w.rowid = m.wanted_id
WHERE t.rowid = m.row_id AND m.is_same AND ({relabelled})

-- part: drop
DROP TABLE merge_row
