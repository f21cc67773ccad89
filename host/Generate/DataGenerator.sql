-- grain: one row per version of a customer or product, and per order line or return, of a shop that does not exist
-- reads: nothing (drawn by hashing numbers with the seed, so that the same options give the same rows)
-- writes: nothing (temporary tables, and files of the project folder)

-- part: draws
-- A number in [0, 1) that depends on nothing but its arguments and the seed.
CREATE OR REPLACE TEMP MACRO draw(number, salt) AS (hash(number::BIGINT, salt::BIGINT, {seed}::BIGINT) >> 11)::DOUBLE / 9007199254740992;
-- A whole number below n.
CREATE OR REPLACE TEMP MACRO pick(u, n) AS floor(u * n)::BIGINT;
-- A whole number below n by a Pareto law (of the second kind, in rank): the first fifth is drawn two times out of three, as at CDNOW.
CREATE OR REPLACE TEMP MACRO pick_pareto(u, n) AS floor((exp(u * ln(151)) - 1) / 150 * n)::BIGINT;
CREATE OR REPLACE TEMP MACRO first_name(u) AS (['Anna', 'Ben', 'Chloé', 'David', 'Elena', 'Finn', 'Grace', 'Hugo', 'Ines', 'Jack', 'Karin', 'Liam', 'Maja',
  'Noah', 'Olga', 'Paul', 'Quentin', 'Rosa', 'Søren', 'Tom', 'Ursula', 'Viktor', 'Wanda', 'Xavier', 'Yara', 'Zoë', 'Jürgen', 'Łucja', 'Niamh', 'Óscar'])[1 + pick(u, 30)];
CREATE OR REPLACE TEMP MACRO last_name(u) AS (['Adams', 'Baker', 'Castro', 'Dubois', 'Evans', 'Fischer', 'Garcia', 'Hansen', 'Ivanov', 'Jones', 'Kowalski',
  'Lefèvre', 'Müller', 'Nilsson', 'O''Brien', 'Petit', 'Quinn', 'Rossi', 'Smith', 'Taylor', 'Urban', 'van Dijk', 'Weiß', 'Ximénez', 'Young', 'Zimmermann',
  'Brown', 'Clarke', 'Davies', 'Edwards', 'Ferrari', 'Green', 'Hughes', 'Ibsen', 'Janssen', 'King', 'Lopez', 'Martin', 'Novak', 'Olsen'])[1 + pick(u, 40)];
CREATE OR REPLACE TEMP MACRO place(u) AS ([
  {'city': 'London', 'country': 'United Kingdom'}, {'city': 'Manchester', 'country': 'United Kingdom'}, {'city': 'Paris', 'country': 'France'},
  {'city': 'Berlin', 'country': 'Germany'}, {'city': 'München', 'country': 'Germany'}, {'city': 'Leeds', 'country': 'United Kingdom'},
  {'city': 'Lyon', 'country': 'France'}, {'city': 'Madrid', 'country': 'Spain'}, {'city': 'Amsterdam', 'country': 'Netherlands'},
  {'city': 'Dublin', 'country': 'Ireland'}, {'city': 'Milano', 'country': 'Italy'}, {'city': 'Wien', 'country': 'Austria'},
  {'city': 'Warszawa', 'country': 'Poland'}, {'city': 'Stockholm', 'country': 'Sweden'}, {'city': 'København', 'country': 'Denmark'},
  {'city': 'Zürich', 'country': 'Switzerland'}])[1 + pick(u * u, 16)];
CREATE OR REPLACE TEMP MACRO plain(name) AS replace(replace(lower(strip_accents(name)), ' ', ''), '''', '')

-- part: customers
-- A person is a customer number; duplicates are further numbers of the same person, at most two each.
CREATE OR REPLACE TEMP TABLE gen_customer AS
WITH person AS (
  SELECT number AS person, first_name(draw(number, 1)) AS first_name, last_name(draw(number, 2)) AS last_name, last_name(draw(number, 3)) AS married_name,
    DATE '1940-01-01' + pick(draw(number, 4), 24000)::INTEGER AS birth_date, place(draw(number, 5)) AS old_place, place(draw(number, 6)) AS new_place,
    CASE WHEN draw(number, 7) < 0.4 THEN 0 ELSE pick(draw(number, 8), 0.8 * {days}) END AS joined,
    draw(number, 9) < {moves} AS moves, draw(number, 10) < {renames} AS renames
  FROM range(1, {persons} + 1) AS numbers(number)
),
duplicate AS (
  SELECT number, ((number - 1) % {duplicated}) * {persons} // {duplicated} + pick(draw((number - 1) % {duplicated}, 11), {persons} // {duplicated}) + 1 AS person
  FROM range(1, {duplicates} + 1) AS numbers(number)
),
spelling AS (
  SELECT {persons} + number AS customer, person,
    (['capitals', 'tag', 'typing error', 'other address', 'family name first'])[1 + pick(draw(number, 12), 5)] AS spelling
  FROM duplicate
)
SELECT person.*, person AS customer, 'own' AS spelling FROM person
UNION ALL
SELECT person.* REPLACE (joined + pick(draw(customer, 13), {days} - joined) AS joined, false AS moves, false AS renames), customer, spelling
FROM spelling JOIN person USING (person)

-- part: customer_versions
CREATE OR REPLACE TEMP TABLE gen_customer_version AS
WITH event AS (
  SELECT *, CASE WHEN moves THEN joined + 1 + pick(draw(customer, 14), {days} - joined) END AS moved,
    CASE WHEN renames THEN joined + 1 + pick(draw(customer, 15), {days} - joined) END AS renamed
  FROM gen_customer
),
version AS (
  SELECT DISTINCT * EXCLUDE (joined, moved, renamed, old_place, new_place, last_name, married_name), day,
    CASE WHEN day >= moved THEN new_place ELSE old_place END AS place, CASE WHEN day >= renamed THEN married_name ELSE last_name END AS last_name
  FROM (SELECT *, unnest([joined, moved, renamed]) AS day FROM event)
  WHERE day < {days}
),
address AS (
  SELECT *, plain(first_name) AS local_first, plain(last_name) AS local_last,
    (['mail.example', 'post.example', 'work.example'])[1 + pick(draw(person, 16), 3)] AS domain
  FROM version
)
SELECT customer, person, spelling, day, TIMESTAMP '{start}' + to_days(day::INTEGER) + INTERVAL 6 HOUR AS updated_at,
  CASE spelling WHEN 'family name first' THEN last_name || ', ' || first_name WHEN 'other address' THEN first_name[1] || '. ' || last_name
    ELSE first_name || ' ' || last_name END AS name,
  CASE spelling WHEN 'capitals' THEN upper(local_first) || '.' || upper(local_last) || person || '@' || upper(domain)
    WHEN 'tag' THEN local_first || '.' || local_last || person || '+shop@' || domain
    WHEN 'typing error' THEN local_first[1:-2] || '.' || local_last || person || '@' || domain
    WHEN 'other address' THEN local_last || person || '@other.example'
    ELSE local_first || '.' || local_last || person || '@' || domain END AS email,
  '+44 7' || lpad(pick(draw(person, 17), 1000000000)::VARCHAR, 9, '0') AS phone, birth_date, place.city AS city,
  lpad(pick(draw(person, 18), 100000)::VARCHAR, 5, '0') AS postal_code, place.country AS country
FROM address
ORDER BY day, customer

-- part: product_versions
CREATE OR REPLACE TEMP TABLE gen_product_version AS
WITH product AS (
  SELECT number AS product, least({days}, 1 + pick(draw(number, 21) * draw(number, 22), 5)) AS versions, 2 + 98 * draw(number, 23) * draw(number, 24) AS price
  FROM range(1, {products} + 1) AS numbers(number)
),
version AS (
  SELECT *, unnest(range(1, versions + 1)) AS version FROM product
),
dated AS (
  SELECT *, (version - 1) * {days} // versions
    + CASE WHEN version = 1 THEN 0 ELSE pick(draw(product * 8 + version, 25), {days} // versions) END AS day
  FROM version
)
SELECT product, day, lead(day, 1, {days}) OVER (PARTITION BY product ORDER BY day) AS until, TIMESTAMP '{start}' + to_days(day::INTEGER) + INTERVAL 5 HOUR AS updated_at,
  (['Small', 'Large', 'Red', 'Blue', 'Vintage', 'Paper', 'Glass', 'Wooden', 'Striped', 'Silver'])[1 + product % 10] || ' '
    || (['mug', 'lantern', 'cushion', 'basket', 'candle', 'frame', 'clock', 'bag'])[1 + product // 10 % 8] || ' no. ' || product
    || CASE WHEN draw(product * 8 + version, 26) < 0.3 AND version > 1 THEN ', new design' ELSE '' END AS name,
  (['Kitchen', 'Lights', 'Living', 'Storage', 'Lights', 'Living', 'Living', 'Travel'])[1 + product // 10 % 8] AS category,
  round(price * (0.9 + 0.3 * draw(product * 8 + version, 27)), 2)::DECIMAL(18,2) AS price, round(price * 0.55, 2)::DECIMAL(18,2) AS unit_cost
FROM dated
ORDER BY day, product

-- part: orders
CREATE OR REPLACE TEMP TABLE gen_order AS
WITH other AS (
  SELECT person, list({'customer': customer, 'day': joined} ORDER BY customer) AS numbers FROM gen_customer WHERE spelling <> 'own' GROUP BY person
),
drawn AS (
  SELECT number, 1 + pick_pareto(draw(number, 31), {persons}) AS person FROM range(1, {orders} + 1) AS numbers(number)
),
dated AS (
  SELECT number, drawn.person, joined + pick(draw(number, 32), {days} - joined) AS day, pick(draw(number, 33), 43200) AS second,
    numbers[1 + pick(draw(number, 34), len(numbers) + 1)] AS other
  FROM drawn JOIN gen_customer AS own ON own.customer = drawn.person LEFT JOIN other ON other.person = drawn.person
)
SELECT row_number() OVER (ORDER BY day, second, number) AS order_number, person,
  CASE WHEN draw(number, 35) < {anonymous} THEN NULL WHEN other.day <= dated.day THEN other.customer ELSE person END AS customer,
  day, TIMESTAMP '{start}' + to_days(day::INTEGER) + to_seconds(28800 + second) AS ordered_at,
  1 + pick(draw(number, 36) * draw(number, 37), 10) AS lines, CASE WHEN draw(number, 38) < 0.7 THEN 'web' ELSE 'shop' END AS channel
FROM dated

-- part: lines
-- Returns come back one to thirty days later, as lines of their own; those that would come after the last day never do.
CREATE OR REPLACE TEMP TABLE gen_line AS
WITH sold AS (
  SELECT order_number, customer, gen_order.day, ordered_at, channel, version.country, unnest(range(1, lines + 1)) AS line
  FROM gen_order JOIN (
    SELECT person, day, lead(day, 1, {days}) OVER (PARTITION BY customer ORDER BY day) AS until, country FROM gen_customer_version WHERE spelling = 'own'
  ) AS version ON version.person = gen_order.person AND gen_order.day >= version.day AND gen_order.day < version.until
),
drawn AS (
  SELECT *, order_number * 16 + line AS number, 1 + pick(draw(number, 41) * draw(number, 42), {products}) AS product,
    1 + pick(draw(number, 43) * draw(number, 43) * draw(number, 43), 12) AS quantity,
    draw(number, 44) < {returns} AS comes_back, 1 + pick(draw(order_number, 45), 30) AS days_kept, draw(number, 46) AS dirt
  FROM sold
),
priced AS (
  SELECT drawn.*, price FROM drawn JOIN gen_product_version AS version
    ON version.product = drawn.product AND drawn.day >= version.day AND drawn.day < version.until
),
line AS (
  SELECT order_number, line, day, ordered_at, customer, product, quantity, price, country, channel, false AS is_return,
    CASE WHEN dirt < {ragged} THEN 'ragged' WHEN dirt < {ragged} + {bad_dates} THEN 'bad date'
      WHEN dirt < {ragged} + {bad_dates} + {unknown_products} THEN 'unknown product' ELSE '' END AS dirt
  FROM priced
  UNION ALL
  SELECT order_number, line, day + days_kept, ordered_at + to_days(days_kept::INTEGER), customer, product, -quantity, price, country, channel, true, ''
  FROM priced
  WHERE comes_back AND day + days_kept < {days}
)
FROM line
ORDER BY ordered_at, order_number, is_return, line

-- part: days_with_customers
SELECT DISTINCT day FROM gen_customer_version ORDER BY day

-- part: days_with_products
SELECT DISTINCT day FROM gen_product_version ORDER BY day

-- part: days_with_orders
SELECT DISTINCT day FROM gen_line ORDER BY day

-- part: write_customers
COPY (
  SELECT customer AS customer_id, name, email, phone, birth_date, city, postal_code, country, strftime(updated_at, '%Y-%m-%d %H:%M:%S') AS updated_at
  FROM gen_customer_version WHERE day = {day}
) TO {file} (FORMAT csv, HEADER true)

-- part: write_products
COPY (
  SELECT 'P' || lpad(product::VARCHAR, 5, '0') AS sku, name, category, price, unit_cost, strftime(updated_at, '%Y-%m-%d %H:%M:%S') AS updated_at
  FROM gen_product_version WHERE day = {day}
) TO {file} (FORMAT csv, HEADER true)

-- part: write_orders
-- A line is written as one text, since the dirty ones are no CSV; no field of it needs a quote.
COPY (
  SELECT concat(
    CASE WHEN is_return THEN 'R' ELSE '' END, order_number, ',', line, ',',
    CASE WHEN dirt = 'bad date' THEN strftime(ordered_at, '%Y-02-30 %H:%M:%S') ELSE strftime(ordered_at, '%Y-%m-%d %H:%M:%S') END, ',', customer, ',',
    CASE WHEN dirt = 'unknown product' THEN 'X' ELSE 'P' END, lpad(product::VARCHAR, 5, '0'),
    CASE WHEN dirt = 'ragged' AND line % 2 = 1 THEN '' ELSE concat(',', quantity, ',', price, ',', country, ',', channel, ',', is_return) END,
    CASE WHEN dirt = 'ragged' AND line % 2 = 0 THEN ',?' ELSE '' END
  ) AS "order_id,line_id,ordered_at,customer_id,sku,quantity,unit_price,country,channel,is_return"
  FROM gen_line WHERE day = {day}
) TO {file} (FORMAT csv, HEADER true, DELIMITER E'\x01', QUOTE E'\x02', ESCAPE E'\x02')

-- part: truth_days
-- Ragged lines and lines with a bad date are no sales: the other columns count the rest.
COPY (
  SELECT (DATE '{start}' + day::INTEGER)::DATE AS day, count(*) AS lines_in_file, count(*) FILTER (WHERE dirt = 'ragged') AS ragged,
    count(*) FILTER (WHERE dirt = 'bad date') AS bad_dates, count(*) FILTER (WHERE dirt = 'unknown product') AS unknown_products,
    count(*) FILTER (WHERE is_sale) AS lines, count(*) FILTER (WHERE is_sale AND is_return) AS returned_lines,
    count(DISTINCT order_number) FILTER (WHERE is_sale AND NOT is_return) AS orders,
    coalesce(sum(quantity * price) FILTER (WHERE is_sale), 0) AS revenue, coalesce(sum(quantity * price) FILTER (WHERE is_sale AND is_return), 0) AS returns
  FROM (SELECT *, dirt NOT IN ('ragged', 'bad date') AS is_sale FROM gen_line)
  GROUP BY day
  ORDER BY day
) TO {file} (FORMAT csv, HEADER true)

-- part: truth_identity
COPY (SELECT customer AS customer_id, person AS person_id, spelling FROM gen_customer ORDER BY customer) TO {file} (FORMAT csv, HEADER true)

-- part: truth_customer_changes
COPY (
  WITH version AS (
    SELECT *, lag(name) OVER own AS old_name, lag(city) OVER own AS old_city, lag(country) OVER own AS old_country
    FROM gen_customer_version
    WINDOW own AS (PARTITION BY customer ORDER BY day)
  ),
  change AS (
    SELECT customer, updated_at, unnest([
      {'attribute': 'name', 'old': old_name, 'new': name}, {'attribute': 'city', 'old': old_city, 'new': city},
      {'attribute': 'country', 'old': old_country, 'new': country}], recursive := true)
    FROM version
  )
  SELECT customer AS customer_id, updated_at AS changed_at, attribute, old, new
  FROM change
  WHERE old <> new
  ORDER BY customer, changed_at, attribute
) TO {file} (FORMAT csv, HEADER true)

-- part: truth_product_changes
COPY (
  SELECT 'P' || lpad(product::VARCHAR, 5, '0') AS sku, updated_at AS changed_at, name, price FROM gen_product_version ORDER BY product, day
) TO {file} (FORMAT csv, HEADER true)

-- part: summary
SELECT (SELECT count(*) FROM gen_customer) AS customers, (SELECT count(DISTINCT person) FROM gen_customer) AS persons, {products}::BIGINT AS products,
  (SELECT count(*) FROM gen_order) AS orders, count(*) AS lines, count(*) FILTER (WHERE is_return) AS returned_lines,
  count(*) FILTER (WHERE dirt IN ('ragged', 'bad date')) AS broken_lines, count(*) FILTER (WHERE dirt = 'unknown product') AS unknown_products,
  coalesce(sum(quantity * price) FILTER (WHERE dirt NOT IN ('ragged', 'bad date')), 0)::DECIMAL(18,4) AS revenue
FROM gen_line
