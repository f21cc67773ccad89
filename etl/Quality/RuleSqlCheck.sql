-- grain: one row: whether a pattern can be used
-- reads: nothing
-- writes: nothing

-- part: pattern
SELECT regexp_full_match('', {pattern})
