-- grain: one record of a run
-- reads: {relation}, identity_record, identity_input, identity_rule_link, identity_new_link, identity_assigned, identity_found_link, identity.record, identity.link, identity.decision, identity.model
-- writes: identity.record, identity.link, identity.decision, identity.model, identity_rule_link

-- part: input
CREATE OR REPLACE TEMP TABLE identity_input AS
SELECT r._source, CAST(r._key AS VARCHAR) AS _key, hash({values}) AS _content, (k.record_key IS NULL OR k.content <> hash({values})) AS _new, {columns}
FROM {relation} r
LEFT JOIN identity.record k ON k.record_key = CAST(r._key AS VARCHAR) AND k.run_to IS NULL

-- part: rule_links
CREATE OR REPLACE TEMP TABLE identity_rule_link (l INTEGER, r INTEGER, rule VARCHAR, weight DOUBLE)

-- part: rule
INSERT INTO identity_rule_link
SELECT least(first, _r), greatest(first, _r), {name}, {weight}
FROM (
  SELECT _r, arg_min(_r, _key) OVER (PARTITION BY {values}) AS first, count(*) OVER (PARTITION BY {values}) AS records
  FROM identity_record
  WHERE {filled}
)
WHERE _r <> first AND records <= {most}

-- part: too_many
SELECT count(*) FROM (SELECT 1 FROM identity_record WHERE {filled} GROUP BY {values} HAVING count(*) > {most})

-- part: new_links
CREATE OR REPLACE TEMP TABLE identity_new_link AS
SELECT l, r, rule, CAST(NULL AS BIGINT) AS pattern, weight FROM identity_rule_link
UNION ALL
SELECT CAST(unnest($lefts) AS INTEGER), CAST(unnest($rights) AS INTEGER), 'probabilistic', CAST(unnest($patterns) AS BIGINT), CAST(unnest($weights) AS DOUBLE)

-- part: links
SELECT l, r, max(weight) AS weight FROM identity_new_link GROUP BY l, r
UNION ALL
SELECT least(a._r, b._r), greatest(a._r, b._r), k.weight
FROM identity.link k
JOIN identity_record a ON a._key = k.left_key AND NOT a._new
JOIN identity_record b ON b._key = k.right_key AND NOT b._new
WHERE k.run_to IS NULL AND k.rule = 'probabilistic'
UNION ALL
SELECT least(a._r, b._r), greatest(a._r, b._r), {certain} FROM ({links}) d JOIN identity_record a ON a._key = d.left_key JOIN identity_record b ON b._key = d.right_key

-- part: decided
SELECT left_key, right_key FROM identity.decision QUALIFY row_number() OVER (PARTITION BY least(left_key, right_key), greatest(left_key, right_key) ORDER BY decision_id DESC) = 1 AND is_merge = {merge}

-- part: apart
SELECT a._r AS l, b._r AS r FROM ({links}) d JOIN identity_record a ON a._key = d.left_key JOIN identity_record b ON b._key = d.right_key ORDER BY ALL

-- part: before
SELECT r._r AS r, r._source AS source, k.customer_id FROM identity_record r LEFT JOIN identity.record k ON k.record_key = r._key AND k.run_to IS NULL ORDER BY r._r

-- part: next
SELECT CAST(coalesce(max(customer_id), 0) + 1 AS BIGINT) FROM identity.record

-- part: assigned
CREATE OR REPLACE TEMP TABLE identity_assigned AS
SELECT r._key AS record_key, r._source AS source, a.customer_id, i._content AS content
FROM (SELECT CAST(unnest($records) AS INTEGER) AS _r, CAST(unnest($ids) AS BIGINT) AS customer_id) a
JOIN identity_record r USING (_r)
JOIN identity_input i USING (_key)

-- part: publish
UPDATE identity.record SET run_to = {run}
WHERE run_to IS NULL AND NOT EXISTS (SELECT 1 FROM identity_assigned a WHERE a.record_key = record.record_key AND a.customer_id = record.customer_id AND a.content = record.content);
INSERT INTO identity.record
SELECT a.record_key, a.source, a.customer_id, a.content, {run}, NULL
FROM identity_assigned a
WHERE NOT EXISTS (SELECT 1 FROM identity.record k WHERE k.run_to IS NULL AND k.record_key = a.record_key);
CREATE OR REPLACE TEMP TABLE identity_found_link AS
SELECT least(a._key, b._key) AS left_key, greatest(a._key, b._key) AS right_key, n.rule, n.pattern, n.weight
FROM identity_new_link n
JOIN identity_record a ON a._r = n.l
JOIN identity_record b ON b._r = n.r;
UPDATE identity.link SET run_to = {run}
WHERE run_to IS NULL
  AND NOT EXISTS (SELECT 1 FROM identity_found_link n WHERE n.left_key = link.left_key AND n.right_key = link.right_key AND n.rule = link.rule AND n.weight = link.weight)
  AND (rule <> 'probabilistic' OR left_key NOT IN (SELECT _key FROM identity_input WHERE NOT _new) OR right_key NOT IN (SELECT _key FROM identity_input WHERE NOT _new));
INSERT INTO identity.link
SELECT n.left_key, n.right_key, n.rule, n.pattern, n.weight, {run}, NULL
FROM identity_found_link n
WHERE NOT EXISTS (SELECT 1 FROM identity.link k WHERE k.run_to IS NULL AND k.left_key = n.left_key AND k.right_key = n.right_key AND k.rule = n.rule);
UPDATE identity.decision SET run_id = {run} WHERE run_id IS NULL

-- part: known_model
SELECT model FROM identity.model ORDER BY run_id DESC LIMIT 1

-- part: keep_model
INSERT INTO identity.model VALUES ({run}, $model)
