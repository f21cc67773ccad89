-- grain: the star of Online Retail, table by table, as `crm run` makes it
-- reads: star.dim_product, star.dim_geography, star.dim_customer, star.fact_sales
-- writes: raw, file, customer_turn, product_turn, star.dim_date, star.dim_geography, star.dim_customer, star.dim_product, star.fact_sales, star.score_rfm

-- The best script we could write for these files alone. It knows that every value is well formed, that every file is new and that nothing is loaded
-- yet; it keeps no raw copy, checks no rule and cannot go on where it was stopped. bench.sh holds `crm run` against it.

CREATE SCHEMA star;

CREATE TEMP TABLE raw AS
SELECT filename AS path, InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, regexp_replace(CustomerID, '\.0$', '') AS customer_id, Country
FROM read_csv('{data}/*.csv', header = true, auto_detect = false, filename = true, delim = ',', quote = '"', escape = '"', columns = {
  'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'Description': 'VARCHAR', 'Quantity': 'BIGINT', 'InvoiceDate': 'TIMESTAMP',
  'UnitPrice': 'DECIMAL(18,4)', 'CustomerID': 'VARCHAR', 'Country': 'VARCHAR'});

CREATE TEMP TABLE file AS
SELECT path, CAST(row_number() OVER (ORDER BY path) AS INTEGER) AS file_id, min(rowid) AS first_row FROM raw GROUP BY path;

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
FROM (SELECT unnest(generate_series(DATE '2010-01-01', DATE '2011-12-31', INTERVAL 1 DAY)) AS d);

CREATE TABLE star.dim_geography AS
SELECT 0 AS geography_key, '(unknown)' AS country, '(unknown)' AS region, '(unknown)' AS continent, false AS is_inferred, false AS is_deleted,
       CAST(NULL AS INTEGER) AS source_file, CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY Country) AS INTEGER), Country, NULL, NULL, true, false, NULL, NULL, 1
FROM (SELECT DISTINCT Country FROM raw WHERE Country IS NOT NULL);

-- Only members with more than one value need their rows in order of time; the others need their first moment.
CREATE TEMP TABLE customer_turn AS
WITH tuple AS (
  SELECT customer_id AS k, Country AS v, min(InvoiceDate) AS first_at FROM raw WHERE customer_id IS NOT NULL GROUP BY ALL
), member AS (
  SELECT k, count(*) AS n, min(first_at) AS first_at FROM tuple GROUP BY k
), moment AS (
  SELECT k, InvoiceDate AS t, max(r.rowid) AS row_id, arg_max(Country, r.rowid) AS v, arg_max(path, r.rowid) AS path
  FROM raw r JOIN member m ON m.k = r.customer_id AND (n > 1 OR InvoiceDate = first_at)
  GROUP BY ALL
)
SELECT * FROM moment QUALIFY v IS DISTINCT FROM lag(v) OVER (PARTITION BY k ORDER BY t);

CREATE TEMP TABLE product_turn AS
WITH tuple AS (
  SELECT StockCode AS k, Description AS v, min(InvoiceDate) AS first_at FROM raw WHERE Description IS NOT NULL AND UnitPrice > 0 GROUP BY ALL
), member AS (
  SELECT k, count(*) AS n, min(first_at) AS first_at FROM tuple GROUP BY k
), moment AS (
  SELECT k, InvoiceDate AS t, max(r.rowid) AS row_id, arg_max(Description, r.rowid) AS v, arg_max(path, r.rowid) AS path
  FROM raw r JOIN member m ON m.k = r.StockCode AND (n > 1 OR InvoiceDate = first_at)
  WHERE Description IS NOT NULL AND UnitPrice > 0
  GROUP BY ALL
)
SELECT * FROM moment QUALIFY v IS DISTINCT FROM lag(v) OVER (PARTITION BY k ORDER BY t);

CREATE TABLE star.dim_customer AS
SELECT 0 AS customer_key, 0 AS customer_version_key, '(unknown)' AS customer_id, '(unknown)' AS name, '(unknown)' AS email, '(unknown)' AS phone,
       CAST(NULL AS DATE) AS birth_date, '(unknown)' AS city, '(unknown)' AS postal_code, '(unknown)' AS country, '(unknown)' AS region,
       '(unknown)' AS sex, '(unknown)' AS occupation, CAST(NULL AS DECIMAL(18,4)) AS income, '(unknown)' AS loyalty_tier,
       '(unknown)' AS current_loyalty_tier, '(unknown)' AS acquisition_source, '(unknown)' AS acquisition_reason, '(unknown)' AS acquisition_channel,
       '(unknown)' AS acquisition_campaign, CAST(NULL AS TIMESTAMP) AS acquired_at, CAST(NULL AS TIMESTAMP) AS left_at,
       '(unknown)' AS reason_of_leaving, TIMESTAMP '0001-01-01' AS valid_from,
       TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, false AS is_inferred, false AS is_deleted, CAST(NULL AS INTEGER) AS source_file,
       CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(dense_rank() OVER (ORDER BY k) AS INTEGER), CAST(row_number() OVER (ORDER BY k, t) AS INTEGER), k, NULL, NULL, NULL, NULL, NULL, NULL, v,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE t END, coalesce(lead(t) OVER w, TIMESTAMP '9999-12-31'),
       lead(t) OVER w IS NULL, false, false, file_id, row_id - first_row + 1, 1
FROM customer_turn JOIN file USING (path)
WINDOW w AS (PARTITION BY k ORDER BY t);

CREATE TABLE star.dim_product AS
WITH described AS (
  SELECT dense_rank() OVER (ORDER BY k) AS key, row_number() OVER (ORDER BY k, t) AS version, k, v,
         CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '0001-01-01' ELSE t END AS valid_from, coalesce(lead(t) OVER w, TIMESTAMP '9999-12-31') AS valid_to,
         lead(t) OVER w IS NULL AS is_current, file_id, row_id - first_row + 1 AS record
  FROM product_turn JOIN file USING (path)
  WINDOW w AS (PARTITION BY k ORDER BY t)
), inferred AS (
  SELECT k, row_number() OVER (ORDER BY k) AS n FROM (SELECT DISTINCT StockCode AS k FROM raw) ANTI JOIN described USING (k)
)
SELECT 0 AS product_key, 0 AS product_version_key, '(unknown)' AS product_id, '(unknown)' AS name, '(unknown)' AS category, '(unknown)' AS brand,
       CAST(NULL AS DECIMAL(18,4)) AS unit_cost, '(unknown)' AS subcategory, CAST(NULL AS DECIMAL(18,4)) AS unit_price, CAST(NULL AS BOOLEAN) AS is_active, TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current,
       false AS is_inferred, false AS is_deleted, CAST(NULL AS INTEGER) AS source_file, CAST(NULL AS BIGINT) AS source_record, 0 AS run_id
UNION ALL
SELECT CAST(key AS INTEGER), CAST(version AS INTEGER), k, v, NULL, NULL, NULL, NULL, NULL, NULL, valid_from, valid_to, is_current, false, false, file_id, record, 1 FROM described
UNION ALL
SELECT CAST(n + (SELECT max(key) FROM described) AS INTEGER), CAST(n + (SELECT max(version) FROM described) AS INTEGER), k, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       TIMESTAMP '0001-01-01', TIMESTAMP '9999-12-31', true, true, false, NULL, NULL, 1 FROM inferred;

CREATE TABLE star.fact_sales AS
SELECT CAST(year(InvoiceDate) * 10000 + month(InvoiceDate) * 100 + day(InvoiceDate) AS INTEGER) AS date_key,
       coalesce(c.customer_key, 0) AS customer_key, coalesce(c.customer_version_key, 0) AS customer_version_key, p.product_key, p.product_version_key,
       g.geography_key, 0 AS employee_key, 0 AS employee_version_key, 0 AS campaign_key, 0 AS due_key, 0 AS shipped_key, InvoiceNo AS order_id, CAST(NULL AS VARCHAR) AS line_id, InvoiceDate AS ordered_at, CAST(Quantity AS DECIMAL(18,3)) AS quantity,
       UnitPrice AS unit_price, CAST(0 AS DECIMAL(18,4)) AS discount, CAST(Quantity * UnitPrice AS DECIMAL(18,4)) AS revenue,
       CAST(NULL AS DECIMAL(18,4)) AS cost_amount, CAST(NULL AS DECIMAL(18,4)) AS cost, CAST(NULL AS DECIMAL(18,4)) AS tax_amount, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS VARCHAR) AS channel,
       InvoiceNo LIKE 'C%' AS is_return, f.file_id AS source_file, r.rowid - f.first_row + 1 AS source_record, 1 AS run_id
FROM raw r
JOIN file f USING (path)
JOIN star.dim_product p ON p.product_id = r.StockCode AND r.InvoiceDate >= p.valid_from AND r.InvoiceDate < p.valid_to
JOIN star.dim_geography g ON g.country = r.Country
LEFT JOIN star.dim_customer c ON c.customer_id = r.customer_id AND r.InvoiceDate >= c.valid_from AND r.InvoiceDate < c.valid_to;

CREATE TABLE star.score_rfm AS
WITH snapshot AS (
  SELECT DATE '2011-12-09' AS d UNION ALL SELECT last_day(DATE '2011-11-30' - to_months(CAST(i AS INTEGER))) FROM range(13) t(i)
), orders AS (
  SELECT customer_key, order_id, min(CAST(ordered_at AS DATE)) AS day, max(CAST(ordered_at AS DATE)) AS last_day
  FROM star.fact_sales WHERE customer_key <> 0 AND NOT is_return GROUP BY ALL
), spend AS (
  SELECT customer_key, CAST(ordered_at AS DATE) AS day, sum(revenue) AS spend FROM star.fact_sales WHERE customer_key <> 0 GROUP BY ALL
), base AS (
  SELECT d, customer_key, d - max(last_day) AS days, count(*) AS n FROM orders JOIN snapshot ON day <= d GROUP BY d, customer_key
), valued AS (
  SELECT d, customer_key, days, n, sum(spend) AS spend FROM base JOIN spend USING (customer_key) WHERE day <= d GROUP BY ALL
), scored AS (
  SELECT *, count(*) OVER (PARTITION BY d) AS c,
         1 + (5 * (rank() OVER (PARTITION BY d ORDER BY days DESC) - 1)) // c AS r,
         1 + (5 * (rank() OVER (PARTITION BY d ORDER BY n) - 1)) // c AS f,
         1 + (5 * (rank() OVER (PARTITION BY d ORDER BY spend) - 1)) // c AS m
  FROM valued
), grid(segment, standing, codes) AS (
  VALUES
  ('Champions', 'best', [555, 554, 544, 545, 454, 455, 445]),
  ('Loyal', 'good', [543, 444, 435, 355, 354, 345, 344, 335]),
  ('Potential Loyalist', 'good', [553, 551, 552, 541, 542, 533, 532, 531, 452, 451, 442, 441, 431, 453, 433, 432, 423, 353, 352, 351, 342, 341, 333, 323]),
  ('New', 'good', [512, 511, 422, 421, 412, 411, 311]),
  ('Promising', 'good', [525, 524, 523, 522, 521, 515, 514, 513, 425, 424, 413, 414, 415, 315, 314, 313]),
  ('Need Attention', 'watch', [535, 534, 443, 434, 343, 334, 325, 324]),
  ('About to Sleep', 'watch', [331, 321, 312, 221, 213, 231, 241, 251]),
  ('At Risk', 'at_risk', [255, 254, 245, 244, 253, 252, 243, 242, 235, 234, 225, 224, 153, 152, 145, 143, 142, 135, 134, 133, 125, 124]),
  ('Can''t Lose', 'at_risk', [155, 154, 144, 214, 215, 115, 114, 113]),
  ('Hibernating', 'lost', [332, 322, 233, 232, 223, 222, 132, 123, 122, 212, 211]),
  ('Lost', 'lost', [111, 112, 121, 131, 141, 151])
), code AS (
  SELECT segment, standing, unnest(codes) AS code FROM grid
), placed AS (
  SELECT s.*, code.segment, code.standing, lag(code.segment) OVER (PARTITION BY customer_key ORDER BY d) AS previous
  FROM scored s JOIN code ON code.code = r * 100 + f * 10 + m
)
SELECT CAST(strftime(d, '%Y%m%d') AS INTEGER) AS date_key, s.customer_key, c.customer_version_key, d AS snapshot_date, days AS days_since_last_order,
       n AS order_count, CAST(spend AS DECIMAL(18,4)) AS total_spend, r, f, m, segment, standing, previous AS previous_segment, 1 AS run_id
FROM placed s
JOIN star.dim_customer c ON c.customer_key = s.customer_key AND c.valid_from < d + INTERVAL 1 DAY AND c.valid_to >= d + INTERVAL 1 DAY
WHERE d > DATE '2010-11-30';

CHECKPOINT;
