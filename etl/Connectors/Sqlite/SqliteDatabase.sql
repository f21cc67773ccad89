-- grain: one record of the relation
-- reads: {relation}
-- writes: nothing

-- part: columns
SELECT * FROM {relation} LIMIT 0
