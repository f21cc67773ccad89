-- grain: one landed record of a batch
-- reads: nothing (no table: a landed batch's Parquet file)
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
