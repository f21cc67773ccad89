-- grain: one key that is gone from its source
-- reads: {gone}, {empty}
-- writes: nothing (no table: a landed batch)

-- part: count
SELECT count(*) FROM {gone}

-- part: copy
COPY (
  SELECT CAST(0 AS INTEGER) AS _file, row_number() OVER (ORDER BY g.key) AS _record, true AS _deleted{columns}
  FROM {gone} g LEFT JOIN (
{landings}
  ) r ON r._file = g.good_file AND r._record = g.good_record
) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false{sealed})

-- part: empty
SELECT * FROM {empty}
