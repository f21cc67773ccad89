-- grain: one mark
-- reads: nothing
-- writes: nothing

-- part: same
SELECT CASE WHEN CAST($mark AS {type}) IS NOT NULL THEN $mark END

-- part: number
SELECT CAST(CAST($mark AS {type}) - $number AS VARCHAR)

-- part: moment
SELECT CAST(CAST(CAST($mark AS {type}) - to_seconds({seconds}) AS {type}) AS VARCHAR)

-- part: text
SELECT strftime(CAST(left(replace($mark, 'T', ' '), 19) AS TIMESTAMP) - to_seconds({seconds}), $format)
