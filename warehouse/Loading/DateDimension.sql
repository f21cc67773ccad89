-- grain: one row per calendar day of the years that facts fall in
-- reads: {rows}, star.dim_date, duckdb_columns
-- writes: star.dim_date, star.dim_date_history, date_year, date_outdated

-- part: years
CREATE TEMP TABLE IF NOT EXISTS date_year (y BIGINT);
INSERT INTO date_year
SELECT DISTINCT year({column}) FROM {rows} WHERE {column} IS NOT NULL

-- part: outdated
-- Days that the settings now make otherwise than when they were written.
CREATE OR REPLACE TEMP TABLE date_outdated AS
SELECT o.date_key, year(o.day) AS y
FROM star.dim_date AS o
JOIN (
  SELECT date_key AS wanted_key, {fiscal}
  FROM (SELECT date_key, CAST(day AS TIMESTAMP) AS d, (13 - {fiscal_start}) % 12 AS shift FROM star.dim_date WHERE day IS NOT NULL)
) AS wanted ON wanted.wanted_key = o.date_key
WHERE o.fiscal_year IS DISTINCT FROM wanted.fiscal_year OR o.fiscal_quarter IS DISTINCT FROM wanted.fiscal_quarter OR o.fiscal_month IS DISTINCT FROM wanted.fiscal_month

-- part: found
SELECT count(*) FROM date_outdated

-- part: supersede
-- Their rows move to the history, as those of any other table, and the fill makes them anew.
INSERT INTO star.dim_date_history BY NAME
SELECT * EXCLUDE (run_id), run_id AS run_from, {run} AS run_to FROM star.dim_date WHERE date_key IN (SELECT date_key FROM date_outdated);
DELETE FROM star.dim_date WHERE date_key IN (SELECT date_key FROM date_outdated);
CREATE TEMP TABLE IF NOT EXISTS date_year (y BIGINT);
INSERT INTO date_year
SELECT DISTINCT y FROM date_outdated

-- part: fill
-- A fiscal year is named by the calendar year it ends in; its periods are months.
INSERT INTO star.dim_date ({columns}, run_id)
SELECT {columns}, $run
FROM (
  SELECT CAST(year(d) * 10000 + month(d) * 100 + day(d) AS INTEGER) AS date_key,
         CAST(d AS DATE) AS day,
         CAST(date_trunc('week', d) AS DATE) AS week,
         CAST(date_trunc('month', d) AS DATE) AS month,
         CAST(date_trunc('quarter', d) AS DATE) AS quarter,
         year(d) AS year,
         isoyear(d) AS iso_year,
         week(d) AS iso_week,
         isodow(d) AS weekday,
         dayname(d) AS weekday_name,
         day(d) AS day_of_month,
         dayofyear(d) AS day_of_year,
         month(d) AS month_of_year,
         quarter(d) AS quarter_of_year,
         {fiscal}
  FROM (
    SELECT unnest(generate_series(make_date(y, 1, 1), make_date(y, 12, 31), INTERVAL 1 DAY)) AS d, (13 - $fiscal_start) % 12 AS shift
    FROM (SELECT DISTINCT y FROM date_year)
  )
)
WHERE date_key NOT IN (SELECT date_key FROM star.dim_date)
ORDER BY date_key

-- part: fiscal_months
year(d + to_months(CAST(shift AS INTEGER))) AS fiscal_year,
         quarter(d + to_months(CAST(shift AS INTEGER))) AS fiscal_quarter,
         month(d + to_months(CAST(shift AS INTEGER))) AS fiscal_month

-- part: fiscal_weeks
-- Years begin with the week that begins nearest to the first of their month; quarters have 13 weeks, a 53rd belongs to the last period.
{year} + CASE WHEN $fiscal_start = 1 THEN 0 ELSE 1 END AS fiscal_year,
         least({week} // 13, 3) + 1 AS fiscal_quarter,
         least({week} // 13, 3) * 3 + CASE WHEN {week} - 13 * least({week} // 13, 3) < {first} THEN 1 WHEN {week} - 13 * least({week} // 13, 3) < {second} THEN 2 ELSE 3 END AS fiscal_month

-- part: fiscal_begin
CAST(make_date(CAST({year} AS INTEGER), $fiscal_start, 1) + 3 - CAST((isodow(make_date(CAST({year} AS INTEGER), $fiscal_start, 1) + 3) - {week_begins} + 7) % 7 AS INTEGER) AS DATE)

-- part: fiscal_year_of
(year(d) + CASE WHEN CAST(d AS DATE) >= {next} THEN 1 WHEN CAST(d AS DATE) < {this} THEN -1 ELSE 0 END)
