-- grain: one number: how many values there are first, then how many each format reads
-- reads: {table}
-- writes: none

-- part: counts
SELECT unnest([count({column}) FILTER (WHERE trim({column}) <> ''), {counts}]) FROM {table}

-- part: cast
TRY_CAST(trim({column}) AS TIMESTAMP)

-- part: format
try_strptime(trim({column}), {format})

-- part: long_year
CASE WHEN regexp_matches({column}, '\d\d\d\d') THEN try_strptime(trim({column}), {format}) END

-- part: count
count({expression})
