-- grain: one record of a source's relation
-- reads: {relation}
-- writes: nothing

-- part: select
SELECT {columns} FROM {relation} WHERE {condition}
-- part: order
 ORDER BY {columns}
-- part: limit
 LIMIT {rows}
