-- grain: one row: how many values there are, and how many each format reads
-- reads: {table}
-- writes: none

-- part: counts
SELECT count({column}) FILTER (WHERE trim({column}) <> '') AS given, [{counts}] AS read FROM {table}

-- part: cast
TRY_CAST(trim({column}) AS TIMESTAMP)

-- part: format
try_strptime(trim({column}), {format})

-- part: count
count({expression})
