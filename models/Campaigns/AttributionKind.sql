-- grain: one path of touches up to a conversion, or without one
-- reads: {table}
-- writes: none

-- part: touches
SELECT {customer} AS customer, epoch({moment})::DOUBLE AS seconds, coalesce({channel}, '(none)') AS channel, {value} AS value
FROM {table}
WHERE trim({customer}) <> '' AND {moment} IS NOT NULL
ORDER BY customer, seconds, value NULLS FIRST, channel

-- part: value
CASE WHEN {is_conversion} THEN {amount} END

-- part: is_conversion
coalesce({number}, CASE WHEN lower(trim({column})) IN ('true', 'yes', 'y', 't') THEN 1 ELSE 0 END) > 0
