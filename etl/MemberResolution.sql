-- grain: one record of one source, and the member that it is
-- reads: {rows}, {members}, {table}, identity_assigned, identity_known_now, identity_source, identity_map, identity_moved, identity_moved_row, identity_touched, identity_gone, identity_take, identity_first_note, identity.record, identity.decision, identity.fact_record, identity.setting
-- writes: {view}, {own}, {table}, identity_touched, identity.fact_record, identity.setting

-- part: is_due
SELECT count(*) > 0 FROM identity.decision WHERE run_id IS NULL

-- part: has_members
SELECT count(*) > 0 FROM {table} WHERE {key} <> 0

-- part: numbers
SELECT number, source FROM identity_source

-- part: known_settings
SELECT settings FROM identity.setting ORDER BY run_id DESC LIMIT 1

-- part: keep_settings
INSERT INTO identity.setting SELECT {run}, $settings WHERE $settings IS DISTINCT FROM (SELECT arg_max(settings, run_id) FROM identity.setting)

-- part: map_assigned
CREATE OR REPLACE TEMP TABLE identity_map AS
SELECT k.record_key, k.source, k.source_id, CAST(a.customer_id AS VARCHAR) AS customer_id, bool_or(coalesce(k._deleted.v, 'false') <> 'true') OVER (PARTITION BY a.customer_id) AS alive
FROM identity_known_now k
JOIN identity_assigned a ON a.record_key = k.record_key

-- part: map_known
CREATE OR REPLACE TEMP TABLE identity_map AS
SELECT k.record_key, k.source, k.source_id, CAST(a.customer_id AS VARCHAR) AS customer_id, bool_or(coalesce(k._deleted.v, 'false') <> 'true') OVER (PARTITION BY a.customer_id) AS alive
FROM identity_known_now k
JOIN identity.record a ON a.record_key = k.record_key AND a.run_to IS NULL

-- part: moved
CREATE OR REPLACE TEMP TABLE identity_moved AS
SELECT m.record_key, CAST(k.customer_id AS VARCHAR) AS old_id, m.customer_id AS new_id
FROM identity_map m
JOIN identity.record k ON k.record_key = m.record_key AND k.run_to IS NULL
WHERE CAST(k.customer_id AS VARCHAR) <> m.customer_id

-- part: moved_first
-- What was loaded before anything was resolved went by the sources' own keys.
CREATE OR REPLACE TEMP TABLE identity_moved AS
SELECT record_key, source_id AS old_id, customer_id AS new_id FROM identity_map

-- part: touched
CREATE OR REPLACE TEMP TABLE identity_touched AS
SELECT old_id AS member FROM identity_moved
UNION
SELECT new_id FROM identity_moved;
CREATE OR REPLACE TEMP TABLE identity_gone AS
SELECT DISTINCT {member} AS member
FROM {table}
WHERE {key} <> 0 AND {member} IN (SELECT member FROM identity_touched) AND {member} NOT IN (SELECT customer_id FROM identity_map)

-- part: any_touched
SELECT count(*) > 0 FROM identity_touched

-- part: own_keys
CREATE OR REPLACE TEMP TABLE {own} AS
SELECT source_id AS member FROM identity_map WHERE source = {source} AND customer_id IN (SELECT member FROM {members})

-- part: map_members
CREATE OR REPLACE TEMP TABLE {table} AS
SELECT DISTINCT coalesce(i.customer_id, w.member) AS member
FROM {table} w LEFT JOIN identity_map i ON i.source = {source} AND i.source_id = w.member

-- part: resolved
SELECT v.* REPLACE ({replaced})
FROM {rows} v{joins}{where}

-- part: join_map

LEFT JOIN identity_map i{i} ON i{i}.source = {source} AND i{i}.source_id = v.{column}

-- part: join_take

LEFT JOIN identity_take t{n} ON t{n}.customer_id = i0.customer_id AND t{n}.column_name = {name}

-- part: taken
CASE WHEN t{n}.record_key IS NULL OR t{n}.record_key = i0.record_key THEN v.{column} END AS {column}

-- part: not_half_gone

WHERE NOT (v._deleted AND coalesce(i0.alive, false))

-- part: no_rows
SELECT {columns}, CAST(NULL AS INTEGER) AS _file, CAST(NULL AS BIGINT) AS _record, false AS _deleted WHERE false

-- part: empty
(SELECT CAST(NULL AS INTEGER) AS _file, CAST(NULL AS BIGINT) AS _record, false AS _deleted, true AS _current, {columns} WHERE false)

-- part: view
CREATE OR REPLACE TEMP VIEW {view} AS
{query}

-- part: moved_members
(SELECT DISTINCT new_id AS member FROM identity_moved)

-- part: moved_rows
CREATE OR REPLACE TEMP TABLE identity_moved_row AS
SELECT DISTINCT f.source_file, f.source_record, m.new_id AS member
FROM identity.fact_record f
JOIN identity_moved m ON m.record_key = f.record_key
WHERE f.fact = {fact} AND f.role = {role}

-- part: forget
DELETE FROM identity.fact_record
WHERE fact = {fact} AND role = {role} AND source_file IN (SELECT DISTINCT _file FROM {rows}) AND (source_file, source_record) IN (SELECT (_file, _record) FROM {rows})

-- part: note
INSERT INTO {table}
SELECT {fact}, {role}, _file, _record, {source} || ':' || CAST({column} AS VARCHAR) FROM {rows} WHERE {column} IS NOT NULL

-- part: first_notes
CREATE OR REPLACE TEMP TABLE identity_first_note AS SELECT * FROM identity.fact_record LIMIT 0

-- part: publish_first
INSERT INTO identity.fact_record
SELECT fact, role, source_file, source_record, record_key FROM identity_first_note n
WHERE fact = {fact} AND role = {role}
  AND (source_file, source_record) NOT IN (SELECT (source_file, source_record) FROM identity.fact_record WHERE fact = {fact} AND role = {role})
