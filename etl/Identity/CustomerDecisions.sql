-- grain: one decision about two records
-- reads: identity.record, identity.decision
-- writes: identity.decision

-- part: records
SELECT record_key FROM identity.record WHERE run_to IS NULL AND customer_id = CAST($id AS BIGINT) ORDER BY record_key

-- part: apart
SELECT left_key, right_key
FROM identity.decision
QUALIFY row_number() OVER (PARTITION BY left_key, right_key ORDER BY decision_id DESC) = 1 AND NOT is_merge

-- part: write
INSERT INTO identity.decision
SELECT CAST(row_number() OVER () + (SELECT coalesce(max(decision_id), 0) FROM identity.decision) AS INTEGER), $merge, l, r, CAST($at AS TIMESTAMP), $by, $note, NULL
FROM (SELECT unnest($lefts) AS l, unnest($rights) AS r)
