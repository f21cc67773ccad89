-- grain: one member, or one version of a member, of the dimension in {table}
-- reads: {rows}, {all_rows}, {withdrawn}, {gone}, {table}, conformed.{dimension}_seen
-- writes: load_tuple, load_member, load_point, load_version, load_wanted, load_late, load_rows, load_change_{column}, touched_{dimension}, loaded_record, conformed.{dimension}_seen

-- part: members
-- One row per member and combination of values: most members have just one, and only the others need their observations in order of time.
CREATE OR REPLACE TEMP TABLE load_tuple AS
SELECT {member} AS member, {attributes}{deleted} AS is_deleted, min({time}) AS first_at, max({time}) AS last_at
FROM {rows}
WHERE {has_member}
GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE load_member AS
SELECT member, tuples, first_at, t.known IS NOT NULL AS was_there
FROM (SELECT member, count(*) AS tuples, min(first_at) AS first_at FROM load_tuple GROUP BY member) m
LEFT JOIN (SELECT DISTINCT {t_member} AS known FROM {table} t SEMI JOIN load_tuple l ON l.member = {t_member} WHERE {t_is_member}) t ON t.known = m.member

-- part: settled
-- A known member of whom nothing new was said keeps its rows.
DELETE FROM load_member
WHERE tuples = 1 AND member NOT IN (SELECT member FROM load_late) AND member IN (
  SELECT l.member
  FROM load_tuple l JOIN {table} t ON {t_member} = l.member AND {t_is_member}{current}
  WHERE NOT t.is_inferred AND {says_nothing_new}{not_before})

-- part: may_know
SELECT EXISTS (SELECT 1 FROM load_member WHERE was_there)

-- part: has_members
SELECT EXISTS (SELECT 1 FROM {table} t WHERE {t_is_member})

-- part: points
CREATE OR REPLACE TEMP TABLE load_point AS
SELECT m.member, {r_time} AS moment, {r_attributes}{r_deleted} AS is_deleted, NOT {r_deleted} AS clears, false AS is_known, r._file AS source_file, r._record AS source_record
FROM {rows} r JOIN load_member m ON {r_member} = m.member
WHERE {r_has_member} AND (m.tuples > 1 OR {r_time} = m.first_at)

-- part: known
-- What is known of these members already joins in as points of time; an inferred row said nothing.
INSERT INTO load_point
SELECT {t_member}, {t_from}, {t_attributes}coalesce(t.is_deleted, false), true, true, t.source_file, t.source_record
FROM {table} t JOIN load_member m ON {t_member} = m.member AND {t_is_member}
WHERE NOT t.is_inferred AND m.member NOT IN (SELECT member FROM load_late)

-- part: change
-- Where the newest value of a type 3 attribute came in the place of another. Of what the table knows only the last change is needed.
CREATE OR REPLACE TEMP TABLE load_change_{column} AS
WITH said AS (
  SELECT member, moment, source_file, source_record, {quoted} AS value, false AS was_before FROM load_point WHERE {says} AND NOT is_known
  UNION ALL
  SELECT m.member, coalesce(t.{since}, TIMESTAMP '0001-01-01'), 0, 0, t.{quoted}, false
  FROM {table} t JOIN load_member m ON {t_member} = m.member AND {t_is_member}{current}
  WHERE NOT t.is_inferred AND m.member NOT IN (SELECT member FROM load_late)
  UNION ALL
  SELECT m.member, TIMESTAMP '0001-01-01', 0, 0, t.{previous}, true
  FROM {table} t JOIN load_member m ON {t_member} = m.member AND {t_is_member}{current}
  WHERE NOT t.is_inferred AND t.{since} IS NOT NULL AND m.member NOT IN (SELECT member FROM load_late)
), one_a_moment AS (
  SELECT member, moment, value, was_before FROM said
  QUALIFY row_number() OVER (PARTITION BY member, moment ORDER BY source_file DESC, source_record DESC) = 1
), begun AS (
  -- A member begins with its first value: what was missing before is no change.
  SELECT * FROM one_a_moment
  QUALIFY count(*) FILTER (WHERE value IS NOT NULL OR was_before) OVER (PARTITION BY member ORDER BY moment ROWS UNBOUNDED PRECEDING) > 0
), compared AS (
  SELECT member, moment, value, lag(value) OVER w AS previous, row_number() OVER w > 1 AS has_previous
  FROM begun
  WINDOW w AS (PARTITION BY member ORDER BY moment)
)
SELECT member, {previous_cast} AS {previous}, moment AS {since}
FROM compared
WHERE has_previous AND value IS DISTINCT FROM previous
QUALIFY row_number() OVER (PARTITION BY member ORDER BY moment DESC) = 1

-- part: versions
-- A missing value says nothing, so the last known one holds; at one moment the last record wins. A member of whom one thing is said has one version.
CREATE OR REPLACE TEMP TABLE load_version AS
WITH single AS (
  SELECT member FROM load_point GROUP BY member HAVING count(*) = 1
), filled AS (
  SELECT member, moment, source_file, source_record{filled}, {filled_deleted} AS is_deleted
  FROM load_point ANTI JOIN single USING (member)
  WINDOW before AS (PARTITION BY member ORDER BY moment, source_file, source_record ROWS UNBOUNDED PRECEDING),
         ever AS (PARTITION BY member ORDER BY moment, source_file, source_record ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), one_a_moment AS (
  SELECT * FROM filled
  QUALIFY row_number() OVER (PARTITION BY member, moment ORDER BY source_file DESC, source_record DESC) = 1
), turning AS (
  SELECT *{current_values}
  FROM one_a_moment
  QUALIFY row_number() OVER (PARTITION BY member ORDER BY moment) = 1{or_changed}
)
SELECT turning.*{changes}, false AS is_inferred,
       CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE moment END AS valid_from,
       coalesce(lead(moment) OVER w, TIMESTAMP '9999-12-31') AS valid_to
FROM turning AS turning{change_joins}
WINDOW w AS (PARTITION BY turning.member ORDER BY moment)
UNION ALL BY NAME
SELECT turning.* EXCLUDE (clears, is_known){single_values}{changes}, false AS is_inferred, TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to
FROM (SELECT * FROM load_point SEMI JOIN single USING (member)) AS turning{change_joins}

-- part: forgotten
-- Members of whom nothing is said any more, since their records were replaced: facts may speak of them, so they stay as inferred ones.
INSERT INTO load_member
SELECT DISTINCT {t_member}, 1, TIMESTAMP '0001-01-01', true
FROM {table} t
WHERE {t_is_member} AND {t_member} IN (SELECT member FROM load_late) AND {t_member} NOT IN (SELECT member FROM load_member);
INSERT INTO load_version BY NAME
SELECT DISTINCT {t_member} AS member, TIMESTAMP '0001-01-01' AS moment, false AS is_deleted, true AS is_inferred,
       TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to
FROM {table} t JOIN load_late l ON {t_member} = l.member
WHERE {t_is_member} AND l.member NOT IN (SELECT member FROM load_version) AND {stays}

-- part: unseen
DELETE FROM conformed.{dimension}_seen WHERE {member_key} IN (SELECT t.{member_key} FROM {table} t WHERE {t_is_member} AND {t_member} IN (SELECT member FROM {gone}))

-- part: wanted
-- Keys come from here: a member or version that is known keeps its own, the others are numbered on in the order of business key and time.
CREATE OR REPLACE TEMP TABLE load_wanted AS
WITH known_member AS (
  SELECT DISTINCT {t_member} AS member, {member_key} AS k FROM {table} t SEMI JOIN load_version v ON v.member = {t_member} WHERE {t_is_member}
), known_version AS (
  SELECT {t_member} AS member, {t_valid_from} AS valid_from, {version_key} AS k FROM {table} t SEMI JOIN load_version v ON v.member = {t_member} WHERE {t_is_member}
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

-- part: wanted_first
-- The table has no member yet: all are numbered in the order of business key and time.
CREATE OR REPLACE TEMP TABLE load_wanted AS
SELECT {wanted}
FROM (
  SELECT *, dense_rank() OVER (ORDER BY member) + (SELECT max({member_key}) FROM {table}) AS member_number,
         row_number() OVER (ORDER BY member, valid_from) + (SELECT max({version_key}) FROM {table}) AS version_number
  FROM load_version
) v

-- part: inferred
-- Members that a fact speaks of and no record has described yet.
CREATE OR REPLACE TEMP TABLE load_wanted AS
WITH missing AS (
  SELECT member
  FROM (SELECT DISTINCT {member} AS member FROM {rows} WHERE {has_member}) ANTI JOIN (SELECT {t_member} AS member FROM {table} t WHERE {t_is_member}) USING (member)
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
  FROM load_tuple l JOIN {table} t ON {t_member} = l.member AND {t_is_member}
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
JOIN {table} t ON {t_member} = l.member AND {t_is_member}{overlaps}
JOIN conformed.{dimension}_seen s ON s.{member_key} = t.{member_key}
WHERE l.first_at {before} s.seen_to AND NOT ({repeats})

-- part: withdrawn
INSERT INTO load_late
SELECT DISTINCT member
FROM (SELECT member FROM load_member UNION SELECT {t_member} FROM {table} t WHERE {t_is_member})
WHERE {first_part} IN (SELECT member FROM {withdrawn}) AND member NOT IN (SELECT member FROM load_late)

-- part: late_count
SELECT count(*) FROM load_late

-- part: whole
-- All their observations count, whatever values they share.
UPDATE load_member SET tuples = tuples + 1 WHERE member IN (SELECT member FROM load_late)

-- part: first_parts
CREATE OR REPLACE TEMP TABLE load_late_part AS SELECT DISTINCT {first_part} AS member FROM load_late

-- part: with_late
CREATE OR REPLACE TEMP VIEW load_rows AS
SELECT {row_columns}, {deleted} AS _deleted FROM {rows} WHERE {has_member} AND {member} NOT IN (SELECT member FROM load_late)
UNION ALL
SELECT {row_columns}, {all_deleted} FROM {all_rows} WHERE {has_member} AND {member} IN (SELECT member FROM load_late)

-- part: touched
-- Members that were there before and whose versions changed: facts that point at them are looked up again.
CREATE OR REPLACE TEMP TABLE touched_{dimension} AS
SELECT DISTINCT {member_key} AS member_key FROM {table} t WHERE {t_member} IN (SELECT member FROM load_member WHERE was_there) AND {t_is_member}

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
WHERE member IN (SELECT {t_member} FROM {table} t WHERE run_id = {run} AND {t_is_member})
QUALIFY row_number() OVER (PARTITION BY member ORDER BY moment DESC, source_file DESC, source_record DESC) = 1
