-- grain: one row of the fact in {table}
-- reads: {rows}, {table}, {moved}, {files}, {history}, {dimension}, {touched}
-- writes: {table}, load_fact, load_fact_moved, load_gone

-- part: append
INSERT INTO {table} ({columns}, run_id)
SELECT {values}, {run}
FROM (SELECT {inner} FROM {rows} WHERE {standing}) r{joins}

-- part: has_deleted
SELECT EXISTS (SELECT 1 FROM {rows} WHERE _deleted IS TRUE)

-- part: twice
SELECT count(*) FROM (SELECT 1 FROM {rows} GROUP BY {key} HAVING count(*) > 1 LIMIT 1)

-- part: known
SELECT count(*)
FROM (SELECT 1 FROM {table} t SEMI JOIN {rows} r ON {same} WHERE t.source_file IN (SELECT file_id FROM {files}) LIMIT 1)

-- part: wanted
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {named_values}, _is_deleted
FROM (SELECT {inner}, {is_deleted} AS _is_deleted FROM {rows} WHERE {standing}) r{joins}

-- part: last_of_key
-- When several records of one delivery say what one row is, the last one says it.
DELETE FROM load_fact WHERE rowid NOT IN (
  SELECT rowid FROM load_fact QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest_first}source_file DESC, source_record DESC) = 1)

-- part: outdated
-- A state that is older than the one that is loaded came late and says nothing.
DELETE FROM load_fact WHERE rowid IN (
  SELECT w.rowid FROM load_fact w JOIN {table} t ON {same_key} AND t.{changed} > w.{changed}
  WHERE t.source_file IN (SELECT file_id FROM {files}))

-- part: gone
CREATE OR REPLACE TEMP TABLE load_gone AS SELECT {key} FROM load_fact WHERE _is_deleted;
DELETE FROM load_fact WHERE _is_deleted

-- part: predecessors
CREATE OR REPLACE TEMP TABLE load_fact_moved AS
SELECT f.*, m.old_file, m.old_record
FROM load_fact f LEFT JOIN {moved} m ON m.file_id = f.source_file AND m.source_record = f.source_record

-- part: lookup_again
-- Rows whose version of a dimension is another one now.
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {kept_values}
FROM {table} f{version_joins}
WHERE ({touched}){span} AND ({moved})

-- part: span
-- The time in which any member has another version than before: most often it begins behind all facts, and then none of them is read.
SELECT CAST(min(since) AS VARCHAR) AS since, CAST(max(until) AS VARCHAR) AS until
FROM (
{spans}
)

-- part: span_of
SELECT CASE WHEN o.k IS NULL OR n.k IS NULL OR o.valid_from <> n.valid_from THEN least(o.valid_from, n.valid_from) ELSE least(o.valid_to, n.valid_to) END AS since,
       greatest(o.valid_to, n.valid_to) AS until
FROM (SELECT {version_key} AS k, valid_from, valid_to FROM {history} WHERE run_to = {run}) o
FULL JOIN (SELECT {version_key} AS k, valid_from, valid_to FROM {dimension} WHERE run_id = {run} AND {member_key} IN (SELECT member_key FROM {touched})) n ON n.k = o.k
WHERE o.k IS NULL OR n.k IS NULL OR o.valid_from <> n.valid_from OR o.valid_to <> n.valid_to

-- part: move
-- Rows whose record is another member's now.
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {kept_values}
FROM {table} f JOIN {moved} m ON m.source_file = f.source_file AND m.source_record = f.source_record{member_join}
WHERE {other}

-- part: rows_of_days
SELECT * FROM {table} WHERE {time} >= DATE {first} AND {time} < DATE {last} + INTERVAL 1 DAY

-- part: convert_again
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {kept_values}
FROM ({rows}) f{rate_joins}
WHERE ({foreign}) AND ({changed})

-- part: has_rows
SELECT EXISTS (SELECT 1 FROM {table})

-- part: newest
SELECT max({time}) FROM {table}
