-- grain: one raw column of a stream
-- reads: nothing (no table: the records of a sample)
-- writes: nothing

-- part: count
SELECT count(*) FROM ({relation})

-- part: profile
-- One pass: every column is a struct of aggregates, and the one row of structs is turned into rows at the end. What needs a look at each text is asked of
-- every {step}th record only.
SELECT c.*
FROM (
SELECT unnest([{columns}]) AS c
FROM (SELECT *, hash(_file, _record) % {step} = 0 AS _looked FROM ({relation}))
)

-- part: column
{
  'name': {name},
  'type': {type},
  'records': count(*),
  'filled': count({value}),
  'empty': count(*) FILTER (WHERE trim({text}) = ''),
  'distinct_values': approx_count_distinct({value}),
  'smallest': left(CAST(min({value}) AS VARCHAR), 60),
  'largest': left(CAST(max({value}) AS VARCHAR), 60),
  'least': min(TRY_CAST({text} AS DOUBLE)),
  'most': max(TRY_CAST({text} AS DOUBLE)),
  'shortest': min(length({text})),
  'longest': max(length({text})),
  'top': approx_top_k(left({text}, 60), 5) FILTER (WHERE {value} IS NOT NULL AND trim({text}) <> ''),
  'patterns': approx_top_k({pattern}, 3) FILTER (WHERE _looked AND {value} IS NOT NULL AND trim({text}) <> ''),
  'looked': count(*) FILTER (WHERE _looked AND trim({text}) <> ''),
  'scale': coalesce(max(length(regexp_extract({text}, '^\s*[+-]?\d+[.,](\d+)\s*$', 1))) FILTER (WHERE _looked), 0),
  'matches': [{counts}]
}

-- part: pattern
left(regexp_replace(regexp_replace(regexp_replace({text}, '\p{Lu}', 'A', 'g'), '\p{Ll}', 'a', 'g'), '\d', '9', 'g'), 20)

-- part: matched
count(*) FILTER (WHERE _looked AND coalesce({condition}, false))

-- part: tops
SELECT unnest([{columns}]) FROM ({relation})

-- part: top
CAST([{counts}] AS BIGINT[])

-- part: equals
count(*) FILTER (WHERE left({text}, 60) = {value})
