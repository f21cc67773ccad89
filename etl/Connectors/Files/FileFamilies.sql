-- grain: one raw column of a sample of files, or one pair of them
-- reads: nothing
-- writes: nothing

-- part: column
SELECT count(*) AS records, count(v) AS filled, count(DISTINCT v) AS different,
       coalesce(bool_and(regexp_full_match(v, '[+-]?(0|[1-9][0-9]{0,17})')), false) AS is_integer,
       coalesce(bool_and(regexp_full_match(v, '[+-]?(0|[1-9][0-9]*)([.][0-9]+)?')), false) AS is_decimal,
       coalesce(max(length(regexp_extract(v, '[.]([0-9]+)$', 1))), 0) AS scale,
       coalesce(max(length(regexp_extract(v, '^[+-]?([0-9]+)', 1))), 0) AS digits,
       coalesce(bool_and(lower(v) IN ('true', 'false')), false) AS is_boolean,
       coalesce(bool_and(regexp_full_match(v, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND TRY_CAST(v AS DATE) IS NOT NULL), false) AS is_date,
       coalesce(bool_and(regexp_matches(v, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL), false) AS is_moment,
       [{formats}] AS fits
FROM (SELECT nullif(trim(CAST({column} AS VARCHAR)), '') AS v FROM ({rows}))

-- part: format
coalesce(bool_and(try_strptime(v, {format}) IS NOT NULL), false)

-- part: pair
SELECT count(*) = count(DISTINCT ({first}, {second})) AND count(*) = count({first}) AND count(*) = count({second}) FROM ({rows})

-- part: some
COPY (SELECT * FROM read_parquet({file}) LIMIT {limit}) TO {target} (FORMAT parquet)
