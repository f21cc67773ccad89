-- grain: one row per calendar day of the years that facts fall in
-- reads: {rows}, star.dim_date, duckdb_columns
-- writes: star.dim_date, date_year

-- part: years
CREATE TEMP TABLE IF NOT EXISTS date_year (y BIGINT);
INSERT INTO date_year
SELECT DISTINCT year({column}) FROM {rows} WHERE {column} IS NOT NULL

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
         year(d + to_months(CAST(shift AS INTEGER))) AS fiscal_year,
         quarter(d + to_months(CAST(shift AS INTEGER))) AS fiscal_quarter,
         month(d + to_months(CAST(shift AS INTEGER))) AS fiscal_month
  FROM (
    SELECT unnest(generate_series(make_date(y, 1, 1), make_date(y, 12, 31), INTERVAL 1 DAY)) AS d, (13 - $fiscal_start) % 12 AS shift
    FROM (SELECT DISTINCT y FROM date_year)
  )
)
WHERE date_key NOT IN (SELECT date_key FROM star.dim_date)
ORDER BY date_key
