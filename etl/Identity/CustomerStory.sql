-- grain: one customer
-- reads: identity.record, identity.known, identity.link, identity.decision, identity.survivor, identity.model, meta.source_file
-- writes: none

-- part: find
SELECT DISTINCT CAST(customer_id AS VARCHAR) FROM identity.record WHERE run_to IS NULL AND (CAST(customer_id AS VARCHAR) = $text OR record_key = $text)

-- part: find_former
SELECT DISTINCT CAST(n.customer_id AS VARCHAR) AS id
FROM identity.record o
JOIN identity.record n ON n.record_key = o.record_key AND n.run_to IS NULL
WHERE CAST(o.customer_id AS VARCHAR) = $text
ORDER BY id

-- part: records
SELECT record_key, run_from AS since FROM identity.record WHERE run_to IS NULL AND customer_id = CAST($id AS BIGINT) ORDER BY record_key

-- part: values
SELECT v.column_name, v.record_key, v.value, v.said_at, f.path, v.source_record, coalesce(s.record_key = v.record_key, true) AS stands
FROM (
{values}
) v
JOIN identity.record r ON r.record_key = v.record_key AND r.run_to IS NULL AND r.customer_id = CAST($id AS BIGINT)
LEFT JOIN identity.survivor s ON s.customer_id = $id AND s.column_name = v.column_name AND s.run_to IS NULL
LEFT JOIN meta.source_file f ON f.file_id = v.source_file
ORDER BY v.n, stands DESC, v.record_key

-- part: value
SELECT {name} AS column_name, record_key, {column}.v AS value, nullif({column}.t, TIMESTAMP '0001-01-01') AS said_at, {column}.f AS source_file, {column}.r AS source_record, {n} AS n
FROM identity.known
WHERE {column} IS NOT NULL

-- part: union

UNION ALL

-- part: links
SELECT k.left_key, k.right_key, k.rule, k.pattern, k.weight, k.run_from
FROM identity.link k
JOIN identity.record a ON a.record_key = k.left_key AND a.run_to IS NULL AND a.customer_id = CAST($id AS BIGINT)
JOIN identity.record b ON b.record_key = k.right_key AND b.run_to IS NULL AND b.customer_id = CAST($id AS BIGINT)
WHERE k.run_to IS NULL
ORDER BY k.left_key, k.right_key, k.weight DESC

-- part: models
SELECT run_id AS run, model FROM identity.model ORDER BY run_id

-- part: history
SELECT record_key, CAST(customer_id AS VARCHAR) AS customer_id, run_from, run_to
FROM identity.record
WHERE customer_id = CAST($id AS BIGINT) OR record_key IN (SELECT record_key FROM identity.record WHERE run_to IS NULL AND customer_id = CAST($id AS BIGINT))
ORDER BY run_from, record_key

-- part: decisions
SELECT decision_id, is_merge, left_key, right_key, decided_at, decided_by, note, run_id
FROM identity.decision
WHERE left_key IN (SELECT record_key FROM identity.record WHERE run_to IS NULL AND customer_id = CAST($id AS BIGINT))
   OR right_key IN (SELECT record_key FROM identity.record WHERE run_to IS NULL AND customer_id = CAST($id AS BIGINT))
ORDER BY decision_id
