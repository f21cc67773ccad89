-- grain: one wanted row of a score fact
-- reads: none
-- writes: none (temporary tables only)

-- part: empty
CREATE OR REPLACE TEMP TABLE {wanted} AS SELECT {columns} WHERE false

-- part: column
CAST(NULL AS {type}) AS {name}

-- part: month
t.snapshot_date >= DATE '{month}'

-- part: forget
DROP TABLE {wanted}
