-- grain: the fact and dimensions of the made-up shop, its bad lines with their reasons, and a Parquet copy of what was read
-- reads: star.dim_customer, star.dim_product, star.dim_geography, star.fact_sales, bad
-- writes: file, star.dim_customer, star.dim_product, star.dim_geography, star.fact_sales, bad

-- The best script we could write for these files alone: lines go straight into the fact with their file and record, bad ones are moved out afterwards by
-- rowid, keys of one delivery are checked for duplicates once.
CREATE SCHEMA star;

COPY (
  SELECT CAST(file_index AS INTEGER) AS _file, order_no, line_no, sold_at, customer, product, qty, price, country, channel
  FROM read_csv('{data}/lines/*.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'order_no': 'VARCHAR', 'line_no': 'VARCHAR', 'sold_at': 'VARCHAR', 'customer': 'VARCHAR', 'product': 'VARCHAR', 'qty': 'VARCHAR', 'price': 'VARCHAR',
    'country': 'VARCHAR', 'channel': 'VARCHAR'})
) TO '{landing}/lines.parquet' (FORMAT parquet, COMPRESSION lz4);

COPY (
  SELECT CAST(file_index AS INTEGER) AS _file, customer_id, effective_at, name, city, country
  FROM read_csv('{data}/customers/*.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'customer_id': 'VARCHAR', 'effective_at': 'VARCHAR', 'name': 'VARCHAR', 'city': 'VARCHAR', 'country': 'VARCHAR'})
) TO '{landing}/customers.parquet' (FORMAT parquet, COMPRESSION lz4);

CREATE TABLE star.dim_customer AS
WITH turn AS (
  SELECT customer_id AS k, CAST(effective_at AS TIMESTAMP) AS t, name, city, country
  FROM read_parquet('{landing}/customers.parquet')
)
SELECT CAST(dense_rank() OVER (ORDER BY k) AS INTEGER) AS customer_key, CAST(row_number() OVER (ORDER BY k, t) AS INTEGER) AS customer_version_key,
       k AS customer_id, name, city, country, CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE t END AS valid_from,
       coalesce(lead(t) OVER w, TIMESTAMP '9999-12-31') AS valid_to, lead(t) OVER w IS NULL AS is_current
FROM (SELECT * FROM turn QUALIFY (city, country) IS DISTINCT FROM lag((city, country)) OVER (PARTITION BY k ORDER BY t))
WINDOW w AS (PARTITION BY k ORDER BY t);

CREATE TABLE star.dim_product AS
SELECT CAST(row_number() OVER (ORDER BY product) AS INTEGER) AS product_key, product AS product_id
FROM (SELECT DISTINCT product FROM read_parquet('{landing}/lines.parquet') WHERE TRY_CAST(qty AS DECIMAL(18,3)) IS NOT NULL AND TRY_CAST(sold_at AS TIMESTAMP) IS NOT NULL);

CREATE TABLE star.dim_geography AS
SELECT CAST(row_number() OVER (ORDER BY country) AS INTEGER) AS geography_key, country
FROM (SELECT DISTINCT country FROM read_parquet('{landing}/lines.parquet') WHERE TRY_CAST(qty AS DECIMAL(18,3)) IS NOT NULL AND TRY_CAST(sold_at AS TIMESTAMP) IS NOT NULL);

CREATE TEMP TABLE file AS
SELECT _file AS number, min(file_row_number) AS first_row FROM read_parquet('{landing}/lines.parquet', file_row_number = true) GROUP BY _file;

CREATE TABLE star.fact_sales AS
SELECT CAST(year(s) * 10000 + month(s) * 100 + day(s) AS INTEGER) AS date_key, coalesce(c.customer_key, 0) AS customer_key,
       coalesce(c.customer_version_key, 0) AS customer_version_key, coalesce(p.product_key, 0) AS product_key, coalesce(g.geography_key, 0) AS geography_key,
       order_no AS order_id, line_no AS line_id, s AS ordered_at, q AS quantity, unit_price, CAST(q * unit_price AS DECIMAL(18,4)) AS revenue, channel,
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
