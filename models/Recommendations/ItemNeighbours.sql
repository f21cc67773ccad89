-- grain: one row per customer and item offered
-- reads: {table}
-- writes: nothing (temporary tables only)

-- part: lines
-- Of what a customer bought more than once, the last time counts.
CREATE OR REPLACE TEMP TABLE offer_line AS
SELECT {customer} AS customer_id, {item} AS item_name, max({moment}) AS at_moment
FROM {table}
WHERE {customer} IS NOT NULL AND {item} IS NOT NULL
GROUP BY {customer}, {item}

-- part: counts
SELECT count(*) AS lines, count(DISTINCT customer_id) AS customers, count(DISTINCT item_name) AS items FROM offer_line

-- part: numbers
CREATE OR REPLACE TEMP TABLE offer_item AS
SELECT row_number() OVER (ORDER BY count(*) DESC, item_name)::INTEGER AS item, item_name, count(*) AS customers FROM offer_line GROUP BY item_name;
CREATE OR REPLACE TEMP TABLE offer_customer AS
SELECT customer_id, row_number() OVER (ORDER BY customer_id)::INTEGER AS customer FROM (SELECT DISTINCT customer_id FROM offer_line);
CREATE OR REPLACE TEMP TABLE offer_owned AS
SELECT customer, item, row_number() OVER (PARTITION BY customer ORDER BY at_moment DESC NULLS LAST, md5(concat_ws('|', customer_id, item_name)), item) AS place, count(*) OVER (PARTITION BY customer) AS items
FROM offer_line JOIN offer_item USING (item_name) JOIN offer_customer USING (customer_id)

-- part: all_known
CREATE OR REPLACE TEMP TABLE offer_known AS SELECT customer, item FROM offer_owned WHERE place <= $most

-- part: all_but_last
CREATE OR REPLACE TEMP TABLE offer_known AS SELECT customer, item FROM offer_owned WHERE place <= $most AND (place > 1 OR items = 1)

-- part: neighbours
-- The cosine of two items: customers they share over the root of the product of their customers.
CREATE OR REPLACE TEMP TABLE offer_neighbour AS
WITH pair AS (
  SELECT a.item, b.item AS other, count(*) AS shared FROM offer_known AS a JOIN offer_known AS b ON b.customer = a.customer AND b.item > a.item
  GROUP BY a.item, b.item
  HAVING count(*) >= $least_common
),
buyers AS (SELECT item, count(*) AS customers FROM offer_known GROUP BY item),
ranked AS (
  SELECT item, other, shared, shared / sqrt(x.customers * y.customers::DOUBLE) AS likeness
  FROM (SELECT item, other, shared FROM pair UNION ALL SELECT other, item, shared FROM pair)
  JOIN buyers AS x USING (item) JOIN buyers AS y ON y.item = other
)
SELECT * FROM ranked QUALIFY row_number() OVER (PARTITION BY item ORDER BY likeness DESC, other) <= $neighbours

-- part: neighbour_count
SELECT count(*) FROM offer_neighbour

-- part: offers
CREATE OR REPLACE TEMP TABLE offer_made AS
WITH score AS (
  SELECT known.customer, near.other AS item, sum(near.likeness) AS score, arg_max(near.item, (near.likeness, -near.item)) AS reason, arg_max(near.shared, (near.likeness, -near.item)) AS shared
  FROM offer_known AS known JOIN offer_neighbour AS near USING (item)
  WHERE known.customer > $after AND known.customer <= $upto
  GROUP BY known.customer, near.other
)
SELECT customer, item, score, reason, shared, row_number() OVER (PARTITION BY customer ORDER BY score DESC, item) AS rank
FROM score ANTI JOIN offer_known USING (customer, item)
QUALIFY rank <= $offers

-- part: hits
SELECT count(*) AS tried, count(made.item) AS hits, count(*) FILTER (WHERE popular.place <= $offers) AS popular_hits
FROM offer_owned AS owned
LEFT JOIN offer_made AS made ON made.customer = owned.customer AND made.item = owned.item
LEFT JOIN (
  -- What most buy and the customer does not have yet: the baseline.
  SELECT last.customer, item.item - count(known.item) AS place
  FROM offer_owned AS last JOIN offer_item AS item USING (item)
  LEFT JOIN offer_known AS known ON known.customer = last.customer AND known.item < last.item
  WHERE last.place = 1 AND last.items > 1 AND last.customer <= $upto
  GROUP BY last.customer, item.item
) AS popular ON popular.customer = owned.customer
WHERE owned.place = 1 AND owned.items > 1 AND owned.customer <= $upto

-- part: named
SELECT customer_id, offered.item_name AS item, made.rank, made.score, because.item_name AS reason, made.shared
FROM offer_made AS made JOIN offer_customer USING (customer) JOIN offer_item AS offered ON offered.item = made.item JOIN offer_item AS because ON because.item = made.reason
ORDER BY customer_id, rank

-- part: likest
SELECT a.item_name AS item, b.item_name AS other, shared, likeness
FROM offer_neighbour AS near JOIN offer_item AS a ON a.item = near.item JOIN offer_item AS b ON b.item = near.other
WHERE near.item < near.other
ORDER BY likeness DESC, shared DESC, item, other
LIMIT $limit

-- part: most_customer
SELECT coalesce(max(customer), 0) FROM offer_customer

-- part: forget
DROP TABLE offer_line;
DROP TABLE offer_item;
DROP TABLE offer_customer;
DROP TABLE offer_owned;
DROP TABLE offer_known;
DROP TABLE offer_neighbour;
DROP TABLE IF EXISTS offer_made
