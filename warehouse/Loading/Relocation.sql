-- grain: one row of {table} whose record stands in another place now
-- reads: {relocated}
-- writes: {table}

-- part: source_record
UPDATE {table} t SET source_file = r.file_id, source_record = r.source_record
FROM {relocated} r WHERE t.source_file = r.old_file AND t.source_record = r.old_record

-- part: abs_source_record
UPDATE {table} t SET source_file = r.file_id, source_record = abs(r.source_record)
FROM {relocated} r WHERE t.source_file = r.old_file AND t.source_record = r.old_record

-- part: end
UPDATE {table} SET source_record = -source_record WHERE source_record < 0
