-- grain: one row
-- reads: identity_input
-- writes: none

-- part: unique
SELECT count({column}) > 1 AND count(DISTINCT {column}) = count({column}) FROM identity_input

-- part: fits
SELECT count(*) > 0 AND count(*) FILTER (regexp_matches(trim({column}), $pattern)) >= 0.9 * count(*) FROM identity_input WHERE {column} IS NOT NULL
