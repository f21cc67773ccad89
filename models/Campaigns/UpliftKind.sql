-- grain: one group of customers
-- reads: {table}
-- writes: none

-- part: groups
SELECT {campaign} AS campaign, {control} AS is_control, count(*) AS customers, count(*) FILTER ({outcome} > 0) AS responders, coalesce(sum({outcome}), 0)::DOUBLE AS total,
  coalesce(sum({outcome} * {outcome}), 0)::DOUBLE AS squares, coalesce(sum({cost}), 0)::DOUBLE AS cost
FROM {table}
GROUP BY ALL
ORDER BY ALL

-- part: is_true
coalesce(lower(trim({column})) IN ('1', 'true', 'yes', 'y', 't', 'control'), false)

-- part: outcome
coalesce({number}, CASE WHEN lower(trim({column})) IN ('true', 'yes', 'y', 't') THEN 1 ELSE 0 END)

-- part: all
'(all)'

-- part: zero
0
