-- grain: one row of a source that a query of the project finds bad
-- reads: {view}
-- writes: judged_row, {bad}

-- part: rows
SELECT _file, _record, {columns} FROM {view} WHERE NOT _deleted{current}

-- part: none
SELECT CAST(NULL AS INTEGER) AS _file, CAST(NULL AS BIGINT) AS _record, {columns} WHERE false

-- part: contract
{name} AS (
{rows}
)

-- part: query
WITH {contracts}
SELECT * FROM (
{sql}
)

-- part: tree
SELECT CAST(json_serialize_sql(CAST($sql AS VARCHAR)) AS VARCHAR)

-- part: rows_of
CREATE OR REPLACE TEMP TABLE judged_row AS
SELECT DISTINCT CAST(_file AS INTEGER) AS _file, CAST(_record AS BIGINT) AS _record
FROM ({relation})
WHERE _record IS NOT NULL

-- part: number
SELECT CAST(coalesce(({relation}), 0) AS BIGINT)

-- part: count
SELECT count(*) FROM judged_row

-- part: break
INSERT INTO {bad}
SELECT _file, _record, NULL, NULL, {name}, NULL, {reason}, NULL, CAST(NULL AS INTEGER)
FROM judged_row
