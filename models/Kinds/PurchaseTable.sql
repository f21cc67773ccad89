-- grain: one purchase
-- reads: none
-- writes: none

-- part: none
NULL
