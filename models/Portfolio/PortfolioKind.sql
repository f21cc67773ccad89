-- grain: one customer (or product) with its value
-- reads: {table}
-- writes: none (temporary tables only)

-- part: values
CREATE OR REPLACE TEMP TABLE portfolio_value AS
SELECT {customer} AS customer, coalesce(sum({amount}), 0)::DOUBLE AS revenue, coalesce(sum({cost}), 0)::DOUBLE AS cost
FROM {table}
WHERE trim({customer}) <> ''
GROUP BY {customer}

-- part: placed
-- Ranked by value: what lies at or above a row tells its class.
CREATE OR REPLACE TEMP TABLE portfolio_place AS
SELECT customer, revenue, revenue - cost AS profit, row_number() OVER (ORDER BY revenue DESC, customer) AS place, count(*) OVER () AS customers,
  sum(revenue) OVER (ORDER BY revenue DESC, customer) AS above, sum(revenue) OVER () AS total
FROM portfolio_value

-- part: totals
SELECT count(*) AS customers, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(profit), 0) AS profit, count(*) FILTER (revenue <= 0) AS without_value, count(*) FILTER (profit < 0) AS with_loss,
  coalesce(sum(profit) FILTER (profit < 0), 0) AS loss,
  coalesce(sum(revenue) FILTER (place <= floor(customers * 0.2)), 0) AS top_fifth, coalesce(sum(revenue) FILTER (place <= floor(customers * 0.01)), 0) AS top_hundredth,
  count(*) FILTER (above - revenue < 0.8 * total) AS for_eighty,
  sum((2 * (customers - place + 1) - customers - 1) * greatest(revenue, 0)) / nullif(max(customers) * sum(greatest(revenue, 0)), 0) AS gini
FROM portfolio_place

-- part: classes
SELECT CASE WHEN above - revenue < {a} * total THEN 'A' WHEN above - revenue < {b} * total THEN 'B' ELSE 'C' END AS name, count(*) AS customers, sum(revenue) AS revenue,
  sum(profit) AS profit, min(revenue) AS lowest, max(revenue) AS highest
FROM portfolio_place
GROUP BY ALL
ORDER BY name

-- part: top
SELECT customer, revenue, profit, place, CASE WHEN above - revenue < {a} * total THEN 'A' WHEN above - revenue < {b} * total THEN 'B' ELSE 'C' END AS name, above / nullif(total, 0) AS cumulative
FROM portfolio_place
ORDER BY place
LIMIT {limit}

-- part: zero
0
