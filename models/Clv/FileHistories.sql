-- grain: one row per row of the file that tells a customer and a day
-- reads: {table}, clv_customer
-- writes: none (temporary tables only)

-- part: events
CREATE OR REPLACE TEMP TABLE clv_event AS
SELECT {customer} AS customer, CAST({moment} AS DATE) AS day, {amount} AS amount
FROM {table}
WHERE trim({customer}) <> '' AND {moment} IS NOT NULL

-- part: count
SELECT count(*) FROM {table}

-- part: no_amount
CAST(NULL AS DOUBLE)

-- part: covariates
CREATE OR REPLACE TEMP TABLE clv_covariate AS
SELECT {customer} AS customer, {values} FROM {table} WHERE trim({customer}) <> '' GROUP BY {customer}

-- part: covariate
arg_min({column}, {moment})

-- part: summary
SELECT round({frequency})::INTEGER AS repeats, {recency} AS last_age, {age} AS age, {value} AS value, sum({weight})::DOUBLE AS customers
FROM {table}
WHERE {frequency} IS NOT NULL AND {recency} IS NOT NULL AND {age} IS NOT NULL
GROUP BY ALL
ORDER BY ALL

-- part: one
1

-- part: top
SELECT customer, cell, repeats, last_age, age, repeat_spend FROM clv_customer ORDER BY {order} LIMIT {limit}

-- part: named
SELECT customer, cell, repeats, last_age, age, repeat_spend FROM clv_customer WHERE customer IN (SELECT unnest($customers)) ORDER BY customer
