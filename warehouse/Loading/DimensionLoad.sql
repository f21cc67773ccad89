-- grain: one member, or one version of a member, of the dimension in {table}
-- reads: {rows}, {all_rows}, {withdrawn}, {table}, conformed.{dimension}_seen
-- writes: load_tuple, load_member, load_point, load_version, load_wanted, load_late, load_rows, touched_{dimension}, loaded_record, conformed.{dimension}_seen

-- part: members
-- One row per member and combination of values: most members have just one, and only the others need their observations in order of time.
CREATE OR REPLACE TEMP TABLE load_tuple AS
SELECT {key} AS member, {attributes}min({time}) AS first_at, max({time}) AS last_at
FROM {rows}
WHERE {key} IS NOT NULL
GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE load_member AS
SELECT member, count(*) AS tuples, min(first_at) AS first_at,
       member IN (SELECT {key} FROM {table} WHERE NOT is_inferred) AS was_known
FROM load_tuple
GROUP BY member

-- part: settled
-- A known member of whom nothing new was said keeps its rows.
DELETE FROM load_member
WHERE tuples = 1 AND member IN (
  SELECT l.member
  FROM load_tuple l JOIN {table} t ON t.{key} = l.member{current}
  WHERE NOT t.is_inferred AND {says_nothing_new}{not_before})

-- part: points
CREATE OR REPLACE TEMP TABLE load_point AS
SELECT r.{key} AS member, {r_time} AS moment, {r_attributes}r._file AS source_file, r._record AS source_record
FROM {rows} r JOIN load_member m ON r.{key} = m.member
WHERE m.tuples > 1 OR {r_time} = m.first_at

-- part: known
-- What is known of these members already joins in as points of time; an inferred row said nothing.
INSERT INTO load_point
SELECT t.{key}, {t_from}, {t_attributes}t.source_file, t.source_record
FROM {table} t JOIN load_member m ON t.{key} = m.member
WHERE NOT t.is_inferred AND t.{key} NOT IN (SELECT member FROM load_late)

-- part: versions
-- A missing value says nothing, so the last known one holds; at one moment the last record wins.
CREATE OR REPLACE TEMP TABLE load_version AS
WITH one_a_moment AS (
  SELECT * FROM load_point
  QUALIFY row_number() OVER (PARTITION BY member, moment ORDER BY source_file DESC, source_record DESC) = 1
), filled AS (
  SELECT member, moment, source_file, source_record{filled}
  FROM one_a_moment
  WINDOW before AS (PARTITION BY member ORDER BY moment ROWS UNBOUNDED PRECEDING),
         ever AS (PARTITION BY member ORDER BY moment ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), turning AS (
  SELECT * FROM filled
  QUALIFY row_number() OVER (PARTITION BY member ORDER BY moment) = 1{or_changed}
)
SELECT *,
       CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE moment END AS valid_from,
       coalesce(lead(moment) OVER w, TIMESTAMP '9999-12-31') AS valid_to
FROM turning
WINDOW w AS (PARTITION BY member ORDER BY moment)

-- part: wanted
-- Keys come from here: a member or version that is known keeps its own, the others are numbered on in the order of business key and time.
CREATE OR REPLACE TEMP TABLE load_wanted AS
WITH known_member AS (
  SELECT DISTINCT {key} AS member, {member_key} AS k FROM {table}
), known_version AS (
  SELECT {key} AS member, {t_valid_from} AS valid_from, {version_key} AS k FROM {table}
), new_member AS (
  SELECT member, row_number() OVER (ORDER BY member) + (SELECT max({member_key}) FROM {table}) AS k
  FROM (SELECT DISTINCT member FROM load_version ANTI JOIN known_member USING (member))
), new_version AS (
  SELECT member, valid_from, row_number() OVER (ORDER BY member, valid_from) + (SELECT max({version_key}) FROM {table}) AS k
  FROM load_version ANTI JOIN known_version USING (member, valid_from)
)
SELECT {wanted}
FROM load_version v
LEFT JOIN known_member km USING (member)
LEFT JOIN new_member nm USING (member)
LEFT JOIN known_version kv USING (member, valid_from)
LEFT JOIN new_version nv USING (member, valid_from)
ORDER BY v.member, v.valid_from

-- part: inferred
-- Members that a fact speaks of and no record has described yet.
CREATE OR REPLACE TEMP TABLE load_wanted AS
WITH missing AS (
  SELECT DISTINCT {column} AS member FROM {rows} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {table})
), numbered AS (
  SELECT member, row_number() OVER (ORDER BY member) AS n FROM missing
)
SELECT {wanted}
FROM numbered v
ORDER BY v.n

-- part: inferred_count
SELECT count(*) FROM load_wanted

-- part: seen
MERGE INTO conformed.{dimension}_seen s
USING (
  SELECT t.{member_key} AS k, max(l.last_at) AS last_at
  FROM load_tuple l JOIN {table} t ON t.{key} = l.member
  GROUP BY ALL
) n ON s.{member_key} = n.k
WHEN MATCHED AND n.last_at > s.seen_to THEN UPDATE SET seen_to = n.last_at
WHEN NOT MATCHED THEN INSERT ({member_key}, seen_to) VALUES (n.k, n.last_at)

-- part: no_late
CREATE OR REPLACE TEMP TABLE load_late AS SELECT member FROM load_member LIMIT 0

-- part: late
-- Observations older than what was last heard of a member, and other than what held then: only the whole record of the member can place them.
INSERT INTO load_late
SELECT DISTINCT l.member
FROM load_tuple l
JOIN {table} t ON t.{key} = l.member AND l.first_at >= t.valid_from AND l.first_at < t.valid_to
JOIN conformed.{dimension}_seen s ON s.{member_key} = t.{member_key}
WHERE l.first_at < s.seen_to AND NOT ({says_nothing_new})

-- part: withdrawn
INSERT INTO load_late
SELECT member FROM {withdrawn} WHERE member NOT IN (SELECT member FROM load_late)

-- part: late_count
SELECT count(*) FROM load_late

-- part: with_late
CREATE OR REPLACE TEMP VIEW load_rows AS
SELECT {row_columns} FROM {rows} WHERE {key} NOT IN (SELECT member FROM load_late)
UNION ALL
SELECT {row_columns} FROM {all_rows}

-- part: touched
-- Known members whose versions changed: facts that point at them are looked up again.
CREATE OR REPLACE TEMP TABLE touched_{dimension} AS
SELECT DISTINCT {member_key} AS member_key FROM {table} WHERE {key} IN (SELECT member FROM load_member WHERE was_known)

-- part: touched_count
SELECT count(*) FROM touched_{dimension}

-- part: loaded_table
CREATE OR REPLACE TEMP TABLE loaded_record (file_id INTEGER, source_record BIGINT)

-- part: loaded
-- A record made a difference when a row written now goes back to it, or when it is the newest word on a member whose row was written now.
INSERT INTO loaded_record
SELECT source_file, source_record FROM {table} WHERE run_id = {run}
UNION
SELECT source_file, source_record
FROM load_point
WHERE member IN (SELECT {key} FROM {table} WHERE run_id = {run})
QUALIFY row_number() OVER (PARTITION BY member ORDER BY moment DESC, source_file DESC, source_record DESC) = 1
