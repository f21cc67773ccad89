-- grain: the fact and dimensions of the made-up shop, its bad lines with their reasons, and a Parquet copy of what was read
-- reads: star.dim_customer, star.dim_product, star.dim_geography, star.fact_sales, bad
-- writes: file, star.dim_date, star.dim_customer, star.dim_product, star.dim_geography, star.fact_sales, bad

-- The best script we could write for these files alone: lines go straight into the fact with their file and record, bad ones are moved out afterwards by
-- rowid, keys of one delivery are checked for duplicates once.
CREATE SCHEMA star;

COPY (
  SELECT CAST(file_index AS INTEGER) AS _file, order_no, line_no, sold_at, customer, product, qty, price, country, channel
  FROM read_csv('{data}/lines/*.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'order_no': 'VARCHAR', 'line_no': 'VARCHAR', 'sold_at': 'VARCHAR', 'customer': 'VARCHAR', 'product': 'VARCHAR', 'qty': 'VARCHAR', 'price': 'VARCHAR',
    'country': 'VARCHAR', 'channel': 'VARCHAR'})
) TO '{landing}/lines.parquet' (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000);

COPY (
  SELECT CAST(file_index AS INTEGER) AS _file, customer_id, effective_at, name, city, country
  FROM read_csv('{data}/customers/*.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'customer_id': 'VARCHAR', 'effective_at': 'VARCHAR', 'name': 'VARCHAR', 'city': 'VARCHAR', 'country': 'VARCHAR'})
) TO '{landing}/customers.parquet' (FORMAT parquet, COMPRESSION lz4, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 2000);

CREATE TABLE star.dim_date AS
SELECT 0 AS date_key, NULL AS day, NULL AS week, NULL AS month, NULL AS quarter, NULL AS year, NULL AS iso_year, NULL AS iso_week, NULL AS weekday,
       '(unknown)' AS weekday_name, NULL AS day_of_month, NULL AS day_of_year, NULL AS month_of_year, NULL AS quarter_of_year, NULL AS fiscal_year,
       NULL AS fiscal_quarter, NULL AS fiscal_month, 0 AS run_id
UNION ALL
SELECT CAST(year(d) * 10000 + month(d) * 100 + day(d) AS INTEGER) AS date_key, CAST(d AS DATE) AS day, CAST(date_trunc('week', d) AS DATE) AS week,
       CAST(date_trunc('month', d) AS DATE) AS month, CAST(date_trunc('quarter', d) AS DATE) AS quarter, year(d) AS year, isoyear(d) AS iso_year,
       week(d) AS iso_week, isodow(d) AS weekday, dayname(d) AS weekday_name, day(d) AS day_of_month, dayofyear(d) AS day_of_year,
       month(d) AS month_of_year, quarter(d) AS quarter_of_year, year(d) AS fiscal_year, quarter(d) AS fiscal_quarter, month(d) AS fiscal_month,
       1 AS run_id
FROM (SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-12-31', INTERVAL 1 DAY)) AS d);

CREATE TABLE star.dim_customer AS
WITH turn AS (
  SELECT customer_id AS k, CAST(effective_at AS TIMESTAMP) AS t, name, city, country, _file, file_row_number + 1 AS record
  FROM read_parquet('{landing}/customers.parquet', file_row_number = true)
)
SELECT 0 AS customer_key, 0 AS customer_version_key, '(unknown)' AS customer_id, '(unknown)' AS name, '(unknown)' AS email, '(unknown)' AS phone,
       CAST(NULL AS DATE) AS birth_date, '(unknown)' AS city, '(unknown)' AS postal_code, '(unknown)' AS country, '(unknown)' AS region,
       '(unknown)' AS sex, '(unknown)' AS occupation, CAST(NULL AS DECIMAL(18,4)) AS income, '(unknown)' AS loyalty_tier,
       '(unknown)' AS current_loyalty_tier, '(unknown)' AS acquisition_source, '(unknown)' AS acquisition_reason, '(unknown)' AS acquisition_channel,
       '(unknown)' AS acquisition_campaign, CAST(NULL AS TIMESTAMP) AS acquired_at, CAST(NULL AS TIMESTAMP) AS left_at,
       '(unknown)' AS reason_of_leaving, TIMESTAMP '0001-01-01' AS valid_from,
       TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, false AS is_inferred, false AS is_deleted, CAST(NULL AS INTEGER) AS source_file,
       CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(dense_rank() OVER (ORDER BY k) AS INTEGER), CAST(row_number() OVER (ORDER BY k, t) AS INTEGER), k, name, NULL, NULL, NULL, city, NULL,
       country, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE t END, coalesce(lead(t) OVER w, TIMESTAMP '9999-12-31'),
       lead(t) OVER w IS NULL, false, false, _file + 1 + (SELECT count(*) FROM glob('{data}/lines/*.csv')), record, 1
FROM (SELECT * FROM turn QUALIFY (city, country) IS DISTINCT FROM lag((city, country)) OVER (PARTITION BY k ORDER BY t))
WINDOW w AS (PARTITION BY k ORDER BY t);

CREATE TABLE star.dim_product AS
SELECT 0 AS product_key, 0 AS product_version_key, '(unknown)' AS product_id, '(unknown)' AS name, '(unknown)' AS category, '(unknown)' AS brand,
       CAST(NULL AS DECIMAL(18,4)) AS unit_cost, '(unknown)' AS subcategory, CAST(NULL AS DECIMAL(18,4)) AS unit_price, CAST(NULL AS BOOLEAN) AS is_active,
       TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, false AS is_inferred, false AS is_deleted,
       CAST(NULL AS INTEGER) AS source_file, CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY product) AS INTEGER), CAST(row_number() OVER (ORDER BY product) AS INTEGER), product, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, TIMESTAMP '0001-01-01', TIMESTAMP '9999-12-31', true, true, false, NULL, NULL, 1
FROM (SELECT DISTINCT product FROM read_parquet('{landing}/lines.parquet') WHERE TRY_CAST(qty AS DECIMAL(18,3)) IS NOT NULL AND TRY_CAST(sold_at AS TIMESTAMP) IS NOT NULL);

CREATE TABLE star.dim_geography AS
SELECT 0 AS geography_key, '(unknown)' AS country, '(unknown)' AS region, '(unknown)' AS continent, false AS is_inferred, false AS is_deleted,
       CAST(NULL AS INTEGER) AS source_file, CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY country) AS INTEGER), country, NULL, NULL, true, false, NULL, NULL, 1
FROM (SELECT DISTINCT country FROM read_parquet('{landing}/lines.parquet') WHERE TRY_CAST(qty AS DECIMAL(18,3)) IS NOT NULL AND TRY_CAST(sold_at AS TIMESTAMP) IS NOT NULL);

CREATE TEMP TABLE file AS
SELECT _file AS number, min(file_row_number) AS first_row FROM read_parquet('{landing}/lines.parquet', file_row_number = true) GROUP BY _file;

CREATE TABLE star.fact_sales AS
SELECT CAST(year(s) * 10000 + month(s) * 100 + day(s) AS INTEGER) AS date_key, coalesce(c.customer_key, 0) AS customer_key,
       coalesce(c.customer_version_key, 0) AS customer_version_key, coalesce(p.product_key, 0) AS product_key,
       coalesce(p.product_version_key, 0) AS product_version_key, coalesce(g.geography_key, 0) AS geography_key, 0 AS employee_key,
       0 AS employee_version_key, 0 AS campaign_key, 0 AS due_key, 0 AS shipped_key, order_no AS order_id, line_no AS line_id, s AS ordered_at, q AS quantity,
       r.unit_price, CAST(0 AS DECIMAL(18,4)) AS discount, CAST(q * r.unit_price AS DECIMAL(18,4)) AS revenue, CAST(NULL AS DECIMAL(18,4)) AS cost_amount,
       CAST(NULL AS DECIMAL(18,4)) AS cost, CAST(NULL AS DECIMAL(18,4)) AS tax_amount, CAST(NULL AS VARCHAR) AS currency, channel, false AS is_return,
       _file + 1 AS source_file, r.file_row_number - f.first_row + 1 AS source_record, 1 AS run_id
FROM (
  SELECT *, TRY_CAST(sold_at AS TIMESTAMP) AS s, TRY_CAST(qty AS DECIMAL(18,3)) AS q, TRY_CAST(price AS DECIMAL(18,4)) AS unit_price
  FROM read_parquet('{landing}/lines.parquet', file_row_number = true)
) r
JOIN file f ON f.number = r._file
LEFT JOIN star.dim_customer c ON c.customer_id = r.customer AND coalesce(s, TIMESTAMP '2024-01-01') >= c.valid_from AND coalesce(s, TIMESTAMP '2024-01-01') < c.valid_to
LEFT JOIN star.dim_product p ON p.product_id = r.product
LEFT JOIN star.dim_geography g ON g.country = r.country;

CREATE TABLE bad AS
SELECT rowid AS row_id, source_file, source_record,
       CASE WHEN ordered_at IS NULL THEN 'ordered_at: not a timestamp' ELSE 'quantity: not a number' END AS reason
FROM star.fact_sales
WHERE ordered_at IS NULL OR quantity IS NULL OR unit_price IS NULL;
DELETE FROM star.fact_sales WHERE rowid IN (SELECT row_id FROM bad);

CREATE TEMP TABLE twice AS
SELECT order_id, line_id FROM star.fact_sales GROUP BY ALL HAVING count(*) > 1;

CHECKPOINT;
