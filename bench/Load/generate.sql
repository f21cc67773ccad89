-- grain: one order line, one state of a customer, one product of a made-up shop
-- reads: nothing (no table: values follow from their numbers)
-- writes: nothing (no table: CSV files)

-- The first day: lines {first} to {last}, one file a million. One line in a thousand has a quantity or a moment that is none.
COPY (
  SELECT 'O' || (i // 4) AS order_no, i % 4 + 1 AS line_no,
         CASE WHEN hash(i, 7) % 2000 = 0 THEN 'soon' ELSE strftime(TIMESTAMP '2024-01-01' + to_seconds(i * {step} // 1000), '%Y-%m-%d %H:%M:%S') END AS sold_at,
         'C' || (hash(i // 4, 1) % {customers}) AS customer, 'P' || (hash(i, 2) % 5000) AS product,
         CASE WHEN hash(i, 8) % 2000 = 0 THEN 'many' ELSE CAST(hash(i, 3) % 9 + 1 AS VARCHAR) END AS qty,
         CAST(hash(i, 4) % 10000 / 100.0 AS DECIMAL(18,2)) AS price,
         ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][CAST(hash(i // 4, 5) % 8 + 1 AS BIGINT)] AS country,
         ['shop', 'web', 'phone'][CAST(hash(i // 4, 6) % 3 + 1 AS BIGINT)] AS channel
  FROM range({first}, {last}) t(i)
) TO '{folder}/lines/{name}.csv' (HEADER, DELIMITER ',');

-- part: customers
COPY (
  SELECT 'C' || i AS customer_id, '2020-01-01 00:00:00' AS effective_at, 'Customer ' || i AS name, 'Town ' || (hash(i, 9) % 500) AS city,
         ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][CAST(hash(i, 5) % 8 + 1 AS BIGINT)] AS country
  FROM range({customers}) t(i)
  UNION ALL
  SELECT 'C' || i, strftime(TIMESTAMP '2024-02-01' + to_hours(CAST(hash(i, 10) % 4000 AS INTEGER)), '%Y-%m-%d %H:%M:%S'), 'Customer ' || i, 'Town ' || (hash(i, 11) % 500),
         ['France', 'Germany', 'Spain', 'Italy', 'Norway', 'Poland', 'Japan', 'Chile'][CAST(hash(i, 12) % 8 + 1 AS BIGINT)]
  FROM range({customers}) t(i) WHERE hash(i, 13) % 5 = 0
) TO '{folder}/customers/first.csv' (HEADER, DELIMITER ',');

-- part: moved customers
COPY (
  SELECT 'C' || i AS customer_id, '2027-01-01 00:00:00' AS effective_at, 'Customer ' || i AS name, 'Town ' || (hash(i, 14) % 500) AS city, 'Norway' AS country
  FROM range({customers}) t(i) WHERE hash(i, 15) % 100 = 0
) TO '{folder}/customers/second.csv' (HEADER, DELIMITER ',')
