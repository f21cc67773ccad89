-- grain: one row that speaks of somebody who is erased
-- reads: {table}, identity.record, identity.known, erased_record, erased_member, erased_value, erased_place, duckdb_tables, duckdb_columns
-- writes: {table}, erased_record, erased_member, erased_value, erased_place, meta.quarantine

-- part: tables
SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary

-- part: make
CREATE OR REPLACE TEMP TABLE erased_record (record_key VARCHAR);
CREATE OR REPLACE TEMP TABLE erased_member (member INTEGER, id VARCHAR)

-- part: records
INSERT INTO erased_record
SELECT record_key FROM (SELECT record_key FROM identity.record UNION SELECT record_key FROM identity.known) WHERE {is_listed}

-- part: members
-- A number that a customer had before and that is another's now is not theirs any more.
INSERT INTO erased_member
SELECT DISTINCT {member}, {id} FROM {table}
WHERE {member} > 0 AND {id} IN (
  SELECT CAST(customer_id AS VARCHAR) FROM identity.record WHERE record_key IN (SELECT record_key FROM erased_record)
  EXCEPT
  SELECT CAST(customer_id AS VARCHAR) FROM identity.record WHERE run_to IS NULL AND record_key NOT IN (SELECT record_key FROM erased_record))

-- part: members_by_id
INSERT INTO erased_member
SELECT DISTINCT member, id
FROM (SELECT DISTINCT {member} AS member, CAST({id} AS VARCHAR) AS id, unnest([{sources}]) AS source FROM {table})
WHERE member > 0 AND {is_listed}

-- part: count_members
SELECT count(DISTINCT member) FROM erased_member

-- part: records_of
SELECT DISTINCT record_key FROM identity.record WHERE run_to IS NULL AND CAST(customer_id AS VARCHAR) = $id ORDER BY record_key

-- part: is_customer
SELECT count(*) > 0 FROM {table} WHERE {member} > 0 AND CAST({id} AS VARCHAR) = $id

-- part: emails
SELECT DISTINCT email FROM {table} WHERE CAST({id} AS VARCHAR) = $id AND email IS NOT NULL
EXCEPT
SELECT email FROM {table} WHERE CAST({id} AS VARCHAR) <> $id

-- part: known_emails
SELECT DISTINCT k.email.v FROM identity.known k JOIN identity.record r ON r.record_key = k.record_key AND r.run_to IS NULL
WHERE CAST(r.customer_id AS VARCHAR) = $id AND k.email.v IS NOT NULL
EXCEPT
SELECT k.email.v FROM identity.known k JOIN identity.record r ON r.record_key = k.record_key AND r.run_to IS NULL
WHERE CAST(r.customer_id AS VARCHAR) <> $id

-- part: no_values
CREATE OR REPLACE TEMP TABLE erased_value (value VARCHAR)

-- part: dimension_values
INSERT INTO erased_value
SELECT {column} FROM {table} WHERE {member} IN (SELECT member FROM erased_member)
EXCEPT
SELECT {column} FROM {table} WHERE {member} NOT IN (SELECT member FROM erased_member)

-- part: known
SELECT * FROM identity.known

-- part: known_values
INSERT INTO erased_value
SELECT {column}.v FROM identity.known WHERE record_key IN (SELECT record_key FROM erased_record)
EXCEPT
SELECT {column}.v FROM identity.known WHERE record_key NOT IN (SELECT record_key FROM erased_record)

-- part: key_values
INSERT INTO erased_value SELECT record_key FROM erased_record

-- part: values
SELECT DISTINCT trim(value) AS value FROM erased_value WHERE length(trim(value)) >= 6 ORDER BY value

-- part: no_places
CREATE OR REPLACE TEMP TABLE erased_place (file_id INTEGER, source_record BIGINT, is_gone BOOLEAN)

-- part: quarantine
UPDATE meta.quarantine SET raw = NULL, reason = 'erased'
WHERE (source_file, source_record) IN (SELECT file_id, source_record FROM erased_place)

-- part: keys
DELETE FROM {table}
WHERE (file_id, source_record) IN (SELECT file_id, source_record FROM erased_place WHERE is_gone)
   OR (good_file, good_record) IN (SELECT file_id, source_record FROM erased_place WHERE is_gone)

-- part: remove
DELETE FROM {table} WHERE {key} IN (SELECT member FROM erased_member)

-- part: unname
UPDATE {table} SET {key} = 0{emptied} WHERE {key} IN (SELECT member FROM erased_member)

-- part: of_record
DELETE FROM {table} WHERE record_key IN (SELECT record_key FROM erased_record)

-- part: of_pair
DELETE FROM {table} WHERE left_key IN (SELECT record_key FROM erased_record) OR right_key IN (SELECT record_key FROM erased_record)

-- part: of_customer
DELETE FROM {table} WHERE customer_id IN (SELECT id FROM erased_member)

-- part: texts
SELECT schema_name || '.' || table_name AS full_name, column_name, is_nullable
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND data_type = 'VARCHAR' AND schema_name IN ('meta', 'star', 'stage', 'conformed', 'identity')
  AND (schema_name, table_name) IN (SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary)
ORDER BY full_name, column_name

-- part: sweep
UPDATE {table} SET {column} = {nothing} WHERE {holds}

-- part: is_member
{key} IN (SELECT member FROM erased_member)

-- part: is_record
record_key IN (SELECT record_key FROM erased_record)

-- part: is_pair
left_key IN (SELECT record_key FROM erased_record) OR right_key IN (SELECT record_key FROM erased_record)

-- part: is_id
customer_id IN (SELECT id FROM erased_member)

-- part: tell
SELECT CAST(to_json(t) AS VARCHAR) FROM {table} t WHERE {condition}
