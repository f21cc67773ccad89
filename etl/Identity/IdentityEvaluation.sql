-- grain: one record with its cluster
-- reads: identity_record, identity_input, identity_pair
-- writes: none

-- part: clusters
CREATE OR REPLACE TEMP TABLE identity_cluster AS
SELECT CAST(unnest($records) AS INTEGER) AS _r, CAST(unnest($clusters) AS INTEGER) AS cluster

-- part: judged
CREATE OR REPLACE TEMP TABLE identity_judged AS
SELECT r._r, coalesce(c.cluster, r._r) AS cluster, t.truth
FROM identity_record r
LEFT JOIN identity_cluster c USING (_r)
JOIN (SELECT _key, {truth} AS truth FROM identity_input) t USING (_key)

-- part: score
SELECT
  (SELECT CAST(coalesce(sum(n * (n - 1) // 2), 0) AS BIGINT) FROM (SELECT count(*) AS n FROM identity_judged GROUP BY cluster)) AS found,
  (SELECT CAST(coalesce(sum(n * (n - 1) // 2), 0) AS BIGINT) FROM (SELECT count(*) AS n FROM identity_judged WHERE truth IS NOT NULL GROUP BY truth)) AS "true",
  (SELECT CAST(coalesce(sum(n * (n - 1) // 2), 0) AS BIGINT) FROM (SELECT count(*) AS n FROM identity_judged WHERE truth IS NOT NULL GROUP BY cluster, truth)) AS "both"

-- part: no_pairs
CREATE TEMP TABLE IF NOT EXISTS identity_pair (l INTEGER, r INTEGER, pattern BIGINT)

-- part: blocked
SELECT count(*) FROM identity_pair p JOIN identity_judged l ON l._r = p.l JOIN identity_judged r ON r._r = p.r WHERE l.truth = r.truth

-- part: record_sources
SELECT _source FROM identity_record ORDER BY _r
