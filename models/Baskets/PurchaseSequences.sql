-- grain: one row per sequence of items that customers bought one after the other
-- reads: {table}, {has}, {next}
-- writes: nothing (temporary tables only)

-- part: lines
CREATE OR REPLACE TEMP TABLE sequence_line AS
WITH line AS (
  SELECT {customer} AS customer_id, {item} AS item_name, CAST({moment} AS TIMESTAMP) AS at_moment FROM {table}
),
frequent AS (
  SELECT item_name, row_number() OVER (ORDER BY item_name)::INTEGER AS item
  FROM line
  WHERE customer_id IS NOT NULL AND item_name IS NOT NULL AND at_moment IS NOT NULL
  GROUP BY item_name
  HAVING count(DISTINCT customer_id) >= $least
)
SELECT DISTINCT dense_rank() OVER (ORDER BY customer_id)::INTEGER AS customer, item, item_name, at_moment
FROM line JOIN frequent USING (item_name)
WHERE customer_id IS NOT NULL AND at_moment IS NOT NULL

-- part: customers
SELECT count(DISTINCT {customer}) FROM {table} WHERE {item} IS NOT NULL AND {moment} IS NOT NULL

-- part: first
CREATE OR REPLACE TEMP TABLE sequence_item AS SELECT DISTINCT item, item_name FROM sequence_line;
CREATE OR REPLACE TEMP TABLE sequence_last AS SELECT customer, item, max(at_moment) AS last_at FROM sequence_line GROUP BY customer, item;
CREATE OR REPLACE TEMP TABLE sequence_found AS
SELECT item::BIGINT AS sequence_id, [item] AS items, count(DISTINCT customer) AS customers, 0::BIGINT AS before_id, 0::BIGINT AS before_customers, NULL::DOUBLE AS median_days
FROM sequence_line
GROUP BY item;
CREATE OR REPLACE TEMP TABLE sequence_has_1 AS
SELECT customer, item::BIGINT AS sequence_id, min(at_moment) AS begun_at, min(at_moment) AS ended_at FROM sequence_line GROUP BY customer, item

-- part: work
-- Pairs of a sequence and an item of one customer: what the next level has to look at.
SELECT coalesce(sum(items), 0)::BIGINT FROM {has} JOIN (SELECT customer, count(*) AS items FROM sequence_last GROUP BY customer) USING (customer)

-- part: longer
-- The earliest end of a sequence leaves most time for what follows: whoever has it at all is counted, once.
CREATE OR REPLACE TEMP TABLE sequence_longer AS
SELECT has.sequence_id, last.item, count(*) AS customers
FROM {has} AS has JOIN sequence_last AS last ON last.customer = has.customer AND last.last_at > has.ended_at
GROUP BY has.sequence_id, last.item
HAVING count(*) >= $least

-- part: keep
INSERT INTO sequence_found
SELECT (SELECT max(sequence_id) FROM sequence_found) + row_number() OVER (ORDER BY before.items, longer.item), list_append(before.items, longer.item), longer.customers,
  before.sequence_id, before.customers, NULL
FROM sequence_longer AS longer JOIN sequence_found AS before USING (sequence_id)

-- part: steps
SELECT coalesce(sum(customers), 0)::BIGINT FROM sequence_longer

-- part: occurrences
CREATE OR REPLACE TEMP TABLE {next} AS
SELECT has.customer, found.sequence_id, any_value(has.begun_at) AS begun_at, min(line.at_moment) AS ended_at
FROM {has} AS has JOIN sequence_line AS line ON line.customer = has.customer AND line.at_moment > has.ended_at
JOIN sequence_found AS found ON found.before_id = has.sequence_id AND found.items[-1] = line.item
GROUP BY has.customer, found.sequence_id

-- part: medians
UPDATE sequence_found
SET median_days = step.median_days
FROM (SELECT sequence_id, median(epoch(ended_at - begun_at) / 86400) AS median_days FROM {next} GROUP BY sequence_id) AS step
WHERE step.sequence_id = sequence_found.sequence_id

-- part: sequences
SELECT array_to_string(list_transform(found.items, lambda place: name[place]), ' → ') AS items, len(found.items) AS size, customers, customers / $customers::DOUBLE AS support,
  customers / before_customers AS confidence, customers / before_customers / (last_customers / $customers::DOUBLE) AS lift, median_days
FROM sequence_found AS found
CROSS JOIN (SELECT list(item_name ORDER BY item) AS name FROM sequence_item)
JOIN (SELECT items[1] AS last_item, customers AS last_customers FROM sequence_found WHERE len(items) = 1) ON last_item = found.items[-1]
WHERE len(found.items) > 1
ORDER BY customers DESC, items
LIMIT $limit

-- part: forget_occurrences
DROP TABLE {has}

-- part: forget
DROP TABLE sequence_line;
DROP TABLE sequence_item;
DROP TABLE sequence_found;
DROP TABLE sequence_last;
DROP TABLE IF EXISTS sequence_longer
