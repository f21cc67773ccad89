-- grain: one row per column of the relation
-- reads: {relation}
-- writes: none

-- part: macros
CREATE OR REPLACE TEMP MACRO identity_share(matching, filled) AS CASE WHEN filled = 0 THEN 0.0 ELSE matching / filled END

-- part: profile
SELECT {name} AS name, count(value) AS filled, count(*) AS records, count(DISTINCT value) AS distincts, count(DISTINCT CASE WHEN value IS NOT NULL THEN hash(_source, value) END) AS distinct_in_sources,
  identity_share(count(*) FILTER (regexp_full_match(value, '[^@ ]+@[^@ ]+\.[^@ ]+')), count(value)) AS emails,
  identity_share(count(*) FILTER (regexp_matches(value, '^([12][0-9]{3}([-/.年]?)(0?[1-9]|1[0-2])([-/.月]?)[0-3]?[0-9]日?|[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ]([12][0-9])?[0-9]{2}|[0-3]?[0-9][- .]+[A-Za-z]{3,9}[-, .]+[0-9]{2,4}|[A-Za-z]{3,9} [0-3]?[0-9],? [0-9]{4})([ T].*)?$')), count(value)) AS dates,
  identity_share(count(*) FILTER (regexp_full_match(value, '[-+0-9 ().x/#]+') AND length(regexp_replace(value, '[^0-9]', '', 'g')) BETWEEN 7 AND 17), count(value)) AS phones,
  identity_share(count(*) FILTER (regexp_full_match(value, '[0-9]+')), count(value)) AS digits,
  identity_share(count(*) FILTER (regexp_full_match(value, '-?[0-9]+([.,][0-9]+)?')), count(value)) AS numbers,
  identity_share(count(*) FILTER (NOT regexp_matches(value, '[0-9@]')), count(value)) AS letters,
  identity_share(count(*) FILTER (regexp_matches(value, '(^|[ ,/#])[0-9]{1,5}[A-Za-z]?([ ,/-]|$)') AND regexp_matches(value, '\p{L}') AND contains(value, ' ')), count(value)) AS addresses,
  coalesce(avg(length(value)), 0) AS length,
  coalesce(avg(1 + length(value) - length(replace(value, ' ', ''))), 0) AS words
FROM (SELECT _source, identity_text({column}) AS value FROM {relation} TABLESAMPLE reservoir({sample} ROWS) REPEATABLE (7))

-- part: union
UNION ALL

-- part: without_parts
SELECT coalesce(count(*) FILTER (coalesce({parts}) IS NULL) > 0.1 * count(*), false) FROM {relation} WHERE {whole} IS NOT NULL
