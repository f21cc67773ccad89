-- grain: one landed record of a batch
-- reads: {records} (else no table: a landed batch's Parquet file)
-- writes: nothing

-- part: relation
SELECT f.file_id AS _file, f.path AS _path, coalesce(r._record, r.file_row_number - f.first_row + 1) AS _record, f.modified AS _modified{deleted}{columns}
FROM read_parquet({parquet}, file_row_number = true) r
JOIN (VALUES {files}) f(number, file_id, path, modified, first_row) ON r._file = f.number

-- part: relations
SELECT f.file_id AS _file, f.path AS _path, coalesce(r._record, r.file_row_number - f.first_row + 1) AS _record, f.modified AS _modified{deleted}{columns}
FROM read_parquet({parquet}, file_row_number = true, filename = '_parquet') r
JOIN (VALUES {files}) f(parquet, number, file_id, path, modified, first_row) ON r._parquet = f.parquet AND r._file = f.number

-- part: empty
SELECT NULL::INTEGER AS _file, NULL::VARCHAR AS _path, NULL::BIGINT AS _record, NULL::TIMESTAMP AS _modified{deleted}{columns}
FROM read_parquet({parquet}) r
WHERE false

-- part: relation with lines
SELECT f.file_id AS _file, f.path AS _path, r._number AS _record, f.modified AS _modified, coalesce({known}, l.line + r._number - l.record) AS _line{deleted}{columns}
FROM (
  SELECT p.*, coalesce(p._record, p.file_row_number - s.first_row + 1) AS _number
  FROM read_parquet({parquet}, file_row_number = true) p
  JOIN (VALUES {files}) s(number, file_id, path, modified, first_row) ON p._file = s.number{among}
) r
JOIN (VALUES {files}) f(number, file_id, path, modified, first_row) ON r._file = f.number
ASOF LEFT JOIN (VALUES {runs}) l(number, record, line) ON r._file = l.number AND r._number >= l.record

-- part: among
 SEMI JOIN {records} a ON a.file_id = s.file_id AND a.source_record = coalesce(p._record, p.file_row_number - s.first_row + 1)

-- part: empty with lines
SELECT NULL::INTEGER AS _file, NULL::VARCHAR AS _path, NULL::BIGINT AS _record, NULL::TIMESTAMP AS _modified, NULL::BIGINT AS _line{deleted}{columns}
FROM read_parquet({parquet}) r
WHERE false
