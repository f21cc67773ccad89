-- grain: one record that a join of streams makes
-- reads: {from}
-- writes: nothing

-- part: empty
(SELECT {columns} WHERE false)

-- part: joined
SELECT {columns} FROM {from}
