-- grain: one row per series and period
-- reads: {table}
-- writes: nothing

-- part: shape
SELECT count(*) AS rows, count({date}) AS dated, count(TRY_CAST({date} AS BIGINT)) AS whole, min(TRY_CAST({date} AS BIGINT)) AS least, max(TRY_CAST({date} AS BIGINT)) AS most,
  count(*) FILTER (WHERE regexp_full_match({date}, '[0-9]{4}[ -]?[Qq][1-4]')) AS quarters
FROM {table}

-- part: text
nullif(trim(CAST({column} AS VARCHAR)), '')

-- part: quarter
make_date(TRY_CAST({date}[:4] AS BIGINT), TRY_CAST({date}[-1:] AS BIGINT) * 3 - 2, 1)::TIMESTAMP

-- part: gap
-- The commonest step from one day of a series to its next.
WITH day AS (SELECT DISTINCT {series} AS series, CAST({moment} AS DATE) AS day FROM {table} WHERE {moment} IS NOT NULL),
step AS (SELECT day - lag(day) OVER (PARTITION BY series ORDER BY day) AS days FROM day)
SELECT mode(days) AS days FROM step WHERE days IS NOT NULL

-- part: hourly
-- Sales have odd minutes, however often they come: they are summed by the day.
WITH hour AS (SELECT DISTINCT {series} AS series, CAST({moment} AS TIMESTAMP) AS moment FROM {table} WHERE {moment} IS NOT NULL),
step AS (SELECT date_trunc('hour', moment) = moment AS is_whole, date_diff('hour', lag(moment) OVER (PARTITION BY series ORDER BY moment), moment) AS hours FROM hour)
SELECT coalesce(bool_and(is_whole) AND mode(hours) < 24, false) FROM step

-- part: last_day
SELECT CAST(max({moment}) AS DATE) FROM {table}

-- part: hour
date_diff('hour', TIMESTAMP '1970-01-01', CAST({moment} AS TIMESTAMP))

-- part: day
date_diff('day', DATE '1970-01-01', CAST({moment} AS DATE))

-- part: week
date_diff('week', DATE '1970-01-05', CAST(date_trunc('week', {moment}) AS DATE))

-- part: month
date_diff('month', DATE '1970-01-01', CAST({moment} AS DATE))

-- part: quarter_of
date_diff('quarter', DATE '1970-01-01', CAST({moment} AS DATE))

-- part: year
date_diff('year', DATE '1970-01-01', CAST({moment} AS DATE))

-- part: index
TRY_CAST({date} AS BIGINT)

-- part: values
SELECT coalesce({series}, '(none)') AS series, {place} AS place, {total} AS total
FROM {table}
WHERE {place} IS NOT NULL
GROUP BY coalesce({series}, '(none)'), {place}
HAVING total IS NOT NULL
ORDER BY series, place

-- part: sum
sum(CAST({value} AS DOUBLE)) FILTER (WHERE isfinite(CAST({value} AS DOUBLE)))

-- part: rows
count(*)::DOUBLE
