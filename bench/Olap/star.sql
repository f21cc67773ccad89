-- grain: one day, one country, one product, one version of a customer, one order line of a made-up star
-- reads: nothing (values follow from their numbers)
-- writes: star.dim_date, star.dim_geography, star.dim_product, star.dim_customer, star.fact_sales, meta.source_file, meta.run

INSERT INTO star.dim_date BY NAME
SELECT CAST(strftime(d, '%Y%m%d') AS INTEGER) AS date_key, CAST(d AS DATE) AS day, CAST(date_trunc('week', d) AS DATE) AS week, CAST(date_trunc('month', d) AS DATE) AS month,
       CAST(date_trunc('quarter', d) AS DATE) AS quarter, year(d) AS year, isoyear(d) AS iso_year, week(d) AS iso_week, isodow(d) AS weekday, 1 AS run_id
FROM (SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-12-31', INTERVAL 1 DAY)) AS d);

INSERT INTO star.dim_geography BY NAME
SELECT k AS geography_key, ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][k] AS country, 1 AS run_id FROM range(1, 9) t(k);

INSERT INTO star.dim_product BY NAME
SELECT k AS product_key, k AS product_version_key, 'P' || k AS product_id, 'Product ' || k AS name, 'Category ' || (k % 40) AS category,
       TIMESTAMP '0001-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, false AS is_inferred, false AS is_deleted, 1 AS run_id
FROM range(1, 5001) t(k);

-- One customer in five has moved once; the second version bears a number of its own.
INSERT INTO star.dim_customer BY NAME
SELECT k AS customer_key, k AS customer_version_key, 'C' || k AS customer_id, 'Customer ' || k AS name, 'Town ' || (hash(k, 9) % 500) AS city,
       ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][CAST(hash(k, 5) % 8 + 1 AS BIGINT)] AS country,
       TIMESTAMP '0001-01-01' AS valid_from, CASE WHEN k % 5 = 0 THEN TIMESTAMP '2024-07-01' ELSE TIMESTAMP '9999-12-31' END AS valid_to, k % 5 <> 0 AS is_current,
       false AS is_inferred, false AS is_deleted, 1 AS run_id
FROM range(1, {customers} + 1) t(k)
UNION ALL
SELECT k, {customers} + k // 5, 'C' || k, 'Customer ' || k, 'Town ' || (hash(k, 11) % 500),
       ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][CAST(hash(k, 12) % 8 + 1 AS BIGINT)],
       TIMESTAMP '2024-07-01', TIMESTAMP '9999-12-31', true, false, false, 1
FROM range(5, {customers} + 1, 5) t(k);

-- Lines come in the order of time, four to an order, over 347 days whatever their number.
INSERT INTO star.fact_sales BY NAME
SELECT CAST(strftime(moment, '%Y%m%d') AS INTEGER) AS date_key, customer AS customer_key,
       CASE WHEN customer % 5 = 0 AND moment >= TIMESTAMP '2024-07-01' THEN {customers} + customer // 5 ELSE customer END AS customer_version_key,
       product AS product_key, product AS product_version_key, hash(i // 4, 5) % 8 + 1 AS geography_key, 0 AS employee_key, 0 AS campaign_key, 0 AS due_key, 0 AS shipped_key,
       'O' || (i // 4) AS order_id, 'L' || (i % 4 + 1) AS line_id, moment AS ordered_at, quantity, price AS unit_price, CAST(quantity * price AS DECIMAL(18,4)) AS revenue,
       ['shop', 'web', 'phone'][CAST(hash(i // 4, 6) % 3 + 1 AS BIGINT)] AS channel, 1 AS source_file, i + 1 AS source_record, 1 AS run_id
FROM (
  SELECT i, TIMESTAMP '2024-01-01' + to_microseconds(i * 30000000 // {millions}) AS moment, CAST(hash(i // 4, 1) % {customers} AS INTEGER) + 1 AS customer,
         CAST(hash(i, 2) % 5000 AS INTEGER) + 1 AS product, hash(i, 3) % 9 + 1 AS quantity, CAST(hash(i, 4) % 10000 / 100.0 AS DECIMAL(18,2)) AS price
  FROM range({millions} * 1000000) t(i)
);

INSERT INTO meta.source_file BY NAME SELECT 1 AS file_id, 'shop' AS source, 'lines' AS stream, 'lines.csv' AS path, 0 AS size, {millions} * 1000000 AS records, 0 AS rejected, 1 AS run_id;

INSERT INTO meta.run BY NAME
SELECT 1 AS run_id, 'published' AS status, TIMESTAMP '2025-01-01' AS started_at, TIMESTAMP '2025-01-01' AS published_at, TIMESTAMP '2024-12-12' AS newest,
       {millions} * 1000000 AS read, {millions} * 1000000 AS loaded, 0 AS unchanged, 0 AS quarantined, 0 AS removed
