-- grain: one pair of records
-- reads: identity_key, identity_record
-- writes: none

-- part: make
CREATE OR REPLACE TEMP TABLE identity_candidate (l INTEGER, r INTEGER);
CREATE OR REPLACE TEMP TABLE identity_pair (l INTEGER, r INTEGER, pattern BIGINT)

-- part: block
INSERT INTO identity_candidate
SELECT l._r, r._r
FROM identity_key l
JOIN identity_key r ON l.{key} = r.{key} AND l._r < r._r
WHERE (l._new OR r._new){earlier}

-- part: not_earlier
 AND coalesce(l.{key} <> r.{key}, true)

-- part: across_sources
 AND l._source <> r._source

-- part: compare
INSERT INTO identity_pair
SELECT c.l, c.r, {pattern}
FROM identity_candidate c
JOIN identity_record l ON l._r = c.l
JOIN identity_record r ON r._r = c.r

-- part: counts
SELECT pattern, count(*) AS pairs FROM identity_pair GROUP BY pattern ORDER BY pattern

-- part: random
SELECT {pattern} AS pattern, count(*) AS pairs
FROM identity_record l
JOIN identity_record r ON l._r < r._r
WHERE l._r <= {records} AND r._r <= {records}
GROUP BY ALL
ORDER BY pattern

-- part: equal_pairs
SELECT CAST(coalesce(sum(n * (n - 1) // 2), 0) AS BIGINT) AS pairs, CAST(coalesce(sum(n), 0) AS BIGINT) AS filled, count(*) AS "values"
FROM (SELECT count(*) AS n FROM identity_record WHERE {value} IS NOT NULL GROUP BY {value})

-- part: drop
DROP TABLE identity_candidate
