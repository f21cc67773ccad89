-- grain: one record of the relation
-- reads: {relation}
-- writes: nothing

-- part: columns
SELECT * FROM {relation}

-- part: copy
COPY ({select}) TO STDOUT (FORMAT binary)
