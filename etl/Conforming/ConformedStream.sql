-- grain: one record of a stream with the values that contracts want of it
-- reads: {raw}, {target}, {bad}, {view}, {asked}, {lined}
-- writes: {target}, {bad}, {view}, {asked}, {gathered}

-- part: stage
-- Raw values beside their declared types.
SELECT _file, _record, _modified, {passed}{typed}
FROM {raw}

-- part: expression
SELECT ({expression}
) AS value
FROM (
{stage}
)

-- part: values
SELECT _file, _record, _modified, {passed}{probes}{values}_file AS _again
FROM (
SELECT _file, _record, _modified, {flags}{mapped}_file AS _again
FROM (
{stage}
))

-- part: conformed
SELECT _file, _record, {modified}{passed}{kept}{is_bad} AS _bad
FROM (
{all_values}
)

-- part: fill
CREATE OR REPLACE TEMP TABLE {target} AS
{conformed}

-- part: rows
SELECT _file, _record, {passed}{columns}
FROM {target}
WHERE {filter} AND NOT _bad

-- part: current
SELECT * EXCLUDE (_deleted, _current) FROM {view} WHERE _current AND NOT _deleted

-- part: view
CREATE OR REPLACE TEMP VIEW {view} AS
{rows}

-- part: count_bad
SELECT count(*) FROM {target} WHERE _bad

-- part: count_told
SELECT count(*) FROM {bad}

-- part: bad_of
(SELECT r.* FROM {raw} r SEMI JOIN (SELECT _file, _record FROM {target} WHERE _bad) b ON b._file = r._file AND b._record = r._record)

-- part: reasons
-- A fault that another contract of the stream has told already is the same fault.
INSERT INTO {bad}
SELECT r._file, r._record, NULL, {contract}, r.reason.rule, r.reason.column_name, r.reason.reason, NULL, r.reason.column_number
FROM (
SELECT _file, _record, unnest(list_filter({reasons}, x -> x IS NOT NULL)) AS reason
FROM (
{all_values}
)
WHERE {is_bad}) r
WHERE NOT EXISTS (
  SELECT 1 FROM {bad} b
  WHERE b.file_id = r._file AND b.source_record = r._record AND b.rule = r.reason.rule AND b.reason = r.reason.reason)

-- part: withdraw
-- A record that is bad for one contract is in the quarantine whole.
UPDATE {target} SET _bad = true WHERE NOT _bad AND (_file, _record) IN (SELECT (file_id, source_record) FROM {bad})

-- part: raw_columns
SELECT * FROM {raw}

-- part: ask_bad
CREATE OR REPLACE TEMP TABLE {asked} AS SELECT _file AS file_id, _record AS source_record FROM {target} WHERE _bad

-- part: ask_untold
CREATE OR REPLACE TEMP TABLE {asked} AS SELECT DISTINCT file_id, source_record FROM {bad} WHERE raw IS NULL

-- part: is_asked
SELECT EXISTS (SELECT 1 FROM {asked})

-- part: gather
CREATE OR REPLACE TEMP TABLE {gathered} AS SELECT * FROM {lined}

-- part: raw
UPDATE {bad} SET raw = r.raw, line = coalesce({bad}.line, r.line)
FROM (
  SELECT _file, _record, to_json({record}) AS raw, CAST({line} AS BIGINT) AS line
  FROM {raw} SEMI JOIN (SELECT file_id, source_record FROM {bad} WHERE raw IS NULL) u ON u.file_id = _file AND u.source_record = _record
) r
WHERE file_id = r._file AND source_record = r._record

-- part: bad_table
CREATE OR REPLACE TEMP TABLE {bad} (
  file_id INTEGER, source_record BIGINT, line BIGINT, contract VARCHAR, rule VARCHAR, column_name VARCHAR, reason VARCHAR, raw VARCHAR,
  column_number INTEGER)
