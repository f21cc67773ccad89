-- grain: one column of one customer of several records
-- reads: identity_known_now, identity_map, identity_now, identity_moved, identity_several, identity_winner, identity_touched, identity.survivor, identity.record
-- writes: identity_touched, identity.survivor

-- part: several
-- The customers that this run heard of, as far as they have several records.
CREATE OR REPLACE TEMP TABLE identity_affected AS
SELECT customer_id FROM identity_map WHERE {all} OR record_key IN (SELECT record_key FROM identity_now)
UNION
SELECT new_id FROM identity_moved
UNION
SELECT old_id FROM identity_moved;
CREATE OR REPLACE TEMP TABLE identity_several AS
SELECT m.customer_id, {filled} AS filled, k.*
FROM identity_known_now k
JOIN identity_map m ON m.record_key = k.record_key
WHERE m.customer_id IN (SELECT customer_id FROM identity_affected)
QUALIFY count(*) OVER (PARTITION BY m.customer_id) > 1

-- part: winners
CREATE OR REPLACE TEMP TABLE identity_winner AS
{winners}

-- part: winner
SELECT customer_id, {name} AS column_name, record_key, value, said_at, source_file, source_record
FROM (
  SELECT customer_id, record_key, source, filled, {column}.v AS value, {column}.t AS said_at, {column}.f AS source_file, {column}.r AS source_record,
    count(*) OVER (PARTITION BY customer_id, {column}.v) AS records
  FROM identity_several
  WHERE {column} IS NOT NULL
)
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY {order}) = 1

-- part: union

UNION ALL

-- part: take
CREATE OR REPLACE TEMP TABLE identity_take AS
SELECT customer_id, column_name, record_key FROM identity_winner WHERE column_name IN ({declared})
UNION ALL
SELECT customer_id, column_name, record_key FROM identity.survivor
WHERE run_to IS NULL AND column_name IN ({declared}) AND customer_id NOT IN (SELECT customer_id FROM identity_affected)

-- part: touched
INSERT INTO identity_touched
SELECT DISTINCT w.customer_id
FROM identity_winner w
LEFT JOIN identity.survivor s ON s.customer_id = w.customer_id AND s.column_name = w.column_name AND s.run_to IS NULL
WHERE w.column_name IN ({declared}) AND s.record_key IS DISTINCT FROM w.record_key
  AND w.customer_id IN (SELECT CAST(customer_id AS VARCHAR) FROM identity.record WHERE run_to IS NULL)
  AND w.customer_id NOT IN (SELECT member FROM identity_touched)

-- part: publish
UPDATE identity.survivor SET run_to = {run}
WHERE run_to IS NULL AND customer_id IN (SELECT customer_id FROM identity_affected) AND NOT EXISTS (
  SELECT 1 FROM identity_winner w
  WHERE w.customer_id = survivor.customer_id AND w.column_name = survivor.column_name AND w.record_key = survivor.record_key
    AND w.value IS NOT DISTINCT FROM survivor.value AND w.source_file = survivor.source_file AND w.source_record = survivor.source_record);
INSERT INTO identity.survivor
SELECT w.customer_id, w.column_name, w.record_key, w.value, w.said_at, w.source_file, w.source_record, {run}, NULL
FROM identity_winner w
WHERE NOT EXISTS (SELECT 1 FROM identity.survivor s WHERE s.run_to IS NULL AND s.customer_id = w.customer_id AND s.column_name = w.column_name)
