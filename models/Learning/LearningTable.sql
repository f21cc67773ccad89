-- grain: one row per record that a model learns from
-- reads: {table}, {profiles}
-- writes: nothing

-- part: text
nullif(trim(CAST({column} AS VARCHAR)), '')

-- part: number
CASE WHEN regexp_full_match({text}, '[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?') THEN TRY_CAST(replace({text}, ',', '') AS DOUBLE)
  WHEN regexp_full_match({text}, '[-+]?[0-9]+,[0-9]+') THEN TRY_CAST(replace({text}, ',', '.') AS DOUBLE)
  ELSE TRY_CAST(trim({text}, ' $€£%') AS DOUBLE) END

-- part: profile
SELECT {place} AS place, count(*) AS rows, count(value) AS known, count(DISTINCT value) AS different, count(number) FILTER (WHERE isfinite(number)) AS numbers,
  count(DISTINCT number) AS different_numbers, count(*) FILTER (WHERE number = floor(number)) AS whole, min(number) FILTER (WHERE isfinite(number)) AS least,
  max(number) FILTER (WHERE isfinite(number)) AS most, count(TRY_CAST(value AS TIMESTAMP)) AS moments, min(value) FILTER (WHERE number IS NULL) AS odd
FROM (SELECT {text} AS value, {number} AS number FROM {table} WHERE {wanted})

-- part: profiles
SELECT * FROM ({profiles}) ORDER BY place

-- part: union
 UNION ALL 

-- part: labels
SELECT {label} AS value, count(*) AS rows FROM {table} GROUP BY {label} ORDER BY rows DESC, value

-- part: levels
SELECT {text} AS value, count(*) AS rows FROM {table} WHERE {wanted} AND {text} IS NOT NULL GROUP BY {text} ORDER BY rows DESC, value LIMIT {most}

-- part: sample
-- Sorted by their content: in which order they were written changes nothing.
SELECT {columns} FROM {table} WHERE {wanted} ORDER BY md5(concat_ws('|', {key})), {key} LIMIT {most}

-- part: moment
epoch(TRY_CAST({text} AS TIMESTAMP)) / 86400

-- part: known_label
{label} IS NOT NULL

-- part: all
true
