-- grain: one pair of records
-- reads: identity_pair, identity_record, identity_frequency
-- writes: none

-- part: weights
CREATE OR REPLACE TEMP TABLE identity_weight AS
SELECT CAST(unnest($patterns) AS BIGINT) AS pattern, CAST(unnest($weights) AS DOUBLE) AS weight, CAST(unnest($households) AS DOUBLE) AS household

-- part: frequencies
CREATE OR REPLACE TEMP TABLE identity_frequency AS
{counts}

-- part: frequency
SELECT {number} AS column_number, {value} AS value, count(*) AS records FROM identity_record WHERE {value} IS NOT NULL GROUP BY {value} HAVING count(*) > 1

-- part: union
UNION ALL

-- part: scored
CREATE OR REPLACE TEMP TABLE identity_scored AS
SELECT p.l, p.r, p.pattern, -log2(pow(2.0, -(w.weight{adjustments})) + pow(2.0, -(w.household{personal}))) AS weight
FROM identity_pair p
JOIN identity_weight w USING (pattern)
JOIN identity_record a ON a._r = p.l
{joins}

-- part: join
LEFT JOIN identity_frequency f{i} ON f{i}.column_number = {i} AND f{i}.value = a.{value}

-- part: adjustment
 + CASE WHEN (p.pattern >> {shift}) & 7 = {top} THEN greatest({least}, log2({u} / greatest((coalesce(f{i}.records, 1) - {own}) / {filled}, {floor}))) ELSE 0 END

-- part: links
SELECT l, r, pattern, weight FROM identity_scored WHERE weight >= {threshold} ORDER BY l, r
