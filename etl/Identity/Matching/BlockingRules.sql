-- grain: part keys: one record; part pairs: one rule
-- reads: identity_record
-- writes: {table}

-- part: sample
SELECT {keys}
FROM identity_record
ORDER BY _r
LIMIT {sample}

-- part: key
CASE WHEN {expression} IS NULL THEN NULL ELSE CAST(hash({number}, {expression}) >> 1 AS BIGINT) END

-- part: keys
CREATE OR REPLACE TEMP TABLE identity_key AS
SELECT _r, _source, _new, {keys}
FROM identity_record

-- part: rule_key
CASE WHEN {filled} THEN hash({values}) END AS {name}

-- part: large_values
CREATE OR REPLACE TEMP TABLE {table} AS
SELECT {name} AS value, count(*) AS records
FROM identity_key
WHERE {name} IS NOT NULL
GROUP BY {name}
HAVING count(*) > {cap}

-- part: drop_large
UPDATE identity_key SET {name} = NULL WHERE {name} IN (SELECT value FROM {table})

-- part: count_large
SELECT count(*) AS "values", CAST(coalesce(sum(records), 0) AS BIGINT) AS records FROM {table}

-- part: example
SELECT coalesce(min({spelled}), '') FROM identity_record JOIN identity_key USING (_r) WHERE {name} = (SELECT value FROM {table} ORDER BY records DESC, value LIMIT 1)

-- part: pairs
SELECT CAST(coalesce(sum(records * (records - 1) // 2 - old * (old - 1) // 2), 0) AS BIGINT)
FROM (SELECT count(*) AS records, count(*) FILTER (NOT _new) AS old FROM identity_key WHERE {name} IS NOT NULL GROUP BY {name})
