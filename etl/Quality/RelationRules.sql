-- grain: one row of a source that does not fit the others
-- reads: {view}, {table}, {changed}, meta.source_file
-- writes: judged_row, {bad}

-- part: rows
SELECT _file, _record, {columns} FROM {view} WHERE NOT _deleted{current}

-- part: duplicates
-- The later of two rows is the bad one; a row that brings an earlier one again (same identity) is not.
CREATE OR REPLACE TEMP TABLE judged_row AS
WITH given AS (
  SELECT _file, _record, {values}, {identity} AS identity
  FROM ({rows})
  WHERE {filled}
), counted AS (
  SELECT *, first_value(identity) OVER earlier AS first_identity, row_number() OVER earlier AS number
  FROM given
  WINDOW earlier AS (PARTITION BY {names} ORDER BY _file, _record)
)
SELECT _file, _record FROM counted WHERE identity IS DISTINCT FROM first_identity OR ({again} AND number > 1)
{known}

-- part: known_elsewhere
UNION
SELECT g._file, g._record
FROM given g JOIN ({known}) k ON {same}
WHERE g.identity IS DISTINCT FROM k.identity

-- part: known_rows
SELECT {values}, {identity} AS identity
FROM {table}
WHERE source_file IN (SELECT file_id FROM meta.source_file WHERE source = $source){unchanged}

-- part: unchanged
 AND source_file NOT IN (SELECT file_id FROM {changed})

-- part: missing
CREATE OR REPLACE TEMP TABLE judged_row AS
SELECT _file, _record FROM ({rows})
WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT value FROM ({known}) WHERE value IS NOT NULL)

-- part: members
SELECT {member} AS value FROM {table} WHERE {key} <> 0 AND NOT is_inferred

-- part: values
SELECT {member} AS value FROM {view} WHERE NOT _deleted

-- part: count
SELECT count(*) FROM judged_row

-- part: break
INSERT INTO {bad}
SELECT DISTINCT j._file, j._record, NULL, {contract}, {name}, {column}, {reason}, NULL, CAST(NULL AS INTEGER)
FROM judged_row j JOIN ({rows}) r ON r._file = j._file AND r._record = j._record

-- part: given
SELECT count(*) FROM ({rows})
