-- grain: one row per period
-- reads: {table}
-- writes: none

-- part: survivors
SELECT {period} AS period, {survivors} AS survivors FROM {table} WHERE {period} IS NOT NULL AND {survivors} IS NOT NULL ORDER BY {period}

-- part: tenures
SELECT greatest(1, round({tenure}))::INTEGER AS period, count(*) FILTER ({left})::DOUBLE AS lost, count(*) FILTER (NOT {left})::DOUBLE AS staying
FROM {table}
WHERE {tenure} IS NOT NULL
GROUP BY ALL
ORDER BY ALL

-- part: is_true
coalesce(lower(trim({column})) IN ('1', 'true', 'yes', 'y', 't', 'churned'), false)
