-- grain: one landed record of somebody on the suppression list
-- reads: {records}, said, listed, erased_row
-- writes: erased_row

-- part: records
(SELECT {typed}, _file, _record, _modified, _deleted FROM ({raw})) AS {stream}

-- part: try
SELECT ({sql}
) FROM {records}

-- part: none
CREATE OR REPLACE TEMP TABLE erased_row (_file INTEGER, _record BIGINT)

-- part: recognise
WITH said AS (SELECT unnest([{ids}]) AS id, [{emails}] AS emails FROM {records})
SELECT DISTINCT id FROM (SELECT id, unnest(emails) AS email FROM said) WHERE id IS NOT NULL AND email IS NOT NULL AND {is_listed}

-- part: find
INSERT INTO erased_row
WITH said AS (SELECT _file, _record, unnest([{ids}]) AS id FROM {records}),
listed AS (SELECT id FROM (SELECT DISTINCT id FROM said WHERE id IS NOT NULL) WHERE {is_listed})
SELECT DISTINCT _file, _record FROM said WHERE id IN (SELECT id FROM listed)

-- part: found
SELECT _file, _record FROM erased_row ORDER BY _file, _record

-- part: tell
SELECT CAST(to_json(r) AS VARCHAR) FROM ({raw}) r SEMI JOIN erased_row e ON e._file = r._file AND e._record = r._record

-- part: emptied
, CASE WHEN e._record IS NULL THEN p.{column} END AS {column}

-- part: cleaned
, CASE WHEN {holds} THEN NULL ELSE p.{column} END AS {column}

-- part: gone
WHERE e._record IS NULL

-- part: count
SELECT CAST({cells} AS BIGINT) FROM read_parquet({parquet})

-- part: rewrite
COPY (
  SELECT p.* EXCLUDE (file_row_number) REPLACE (coalesce(p._record, p.file_row_number - s.first_row + 1) AS _record{replaced})
  FROM read_parquet({parquet}, file_row_number = true) p
  JOIN (VALUES {files}) s(number, first_row) ON p._file = s.number
  LEFT JOIN erased_row e ON e._file = p._file AND e._record = coalesce(p._record, p.file_row_number - s.first_row + 1)
  {gone}
  ORDER BY p.file_row_number
) TO {target} (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000{sealed})
