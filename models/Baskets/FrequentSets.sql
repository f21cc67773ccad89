-- grain: one row per frequent item set; one per rule
-- reads: {table}, {has}
-- writes: nothing (temporary tables only)

-- part: lines
-- What lies twice in a basket lies in it once.
CREATE OR REPLACE TEMP TABLE basket_line AS
SELECT DISTINCT {basket} AS basket_id, {item} AS item_name
FROM {table}
WHERE {basket} IS NOT NULL AND {item} IS NOT NULL

-- part: counts
SELECT (SELECT count(*) FROM {table}) AS rows_read,
  (SELECT count(*) FROM {table} WHERE {basket} IS NULL OR {item} IS NULL) AS rows_missing,
  (SELECT count(*) FROM basket_line) AS lines, (SELECT count(DISTINCT basket_id) FROM basket_line) AS baskets,
  (SELECT count(DISTINCT item_name) FROM basket_line) AS items

-- part: items
CREATE OR REPLACE TEMP TABLE basket_item_name AS
SELECT row_number() OVER (ORDER BY baskets DESC, item_name)::INTEGER AS item, item_name, baskets
FROM (SELECT item_name, count(*) AS baskets FROM basket_line GROUP BY item_name HAVING count(*) >= $least);
CREATE OR REPLACE TEMP TABLE basket_number AS
SELECT basket_id, row_number() OVER ()::INTEGER AS basket FROM (SELECT DISTINCT basket_id FROM basket_line SEMI JOIN basket_item_name USING (item_name));
CREATE OR REPLACE TEMP TABLE basket_item AS
SELECT basket, item FROM basket_line JOIN basket_item_name USING (item_name) JOIN basket_number USING (basket_id);
DROP TABLE basket_line;
DROP TABLE basket_number;
CREATE OR REPLACE TEMP TABLE basket_set AS
SELECT item::BIGINT AS set_id, 0::BIGINT AS parent_id, item AS last_item, [item] AS items, 1 AS size, baskets FROM basket_item_name;
CREATE OR REPLACE TEMP TABLE basket_has_1 AS SELECT basket, item::BIGINT AS set_id, item AS last_item FROM basket_item

-- part: candidates
-- Two sets of one prefix make a set of one item more, if every part of it is frequent.
CREATE OR REPLACE TEMP TABLE basket_candidate AS
WITH pair AS (
  SELECT a.set_id, b.last_item AS item, list_append(a.items, b.last_item) AS items
  FROM basket_set AS a JOIN basket_set AS b ON a.parent_id = b.parent_id AND a.last_item < b.last_item
  WHERE a.size = $size AND b.size = $size
),
part AS (
  SELECT set_id, item, list_concat(items[:place - 1], items[place + 1:]) AS items
  FROM pair CROSS JOIN range(1, $size) AS places(place)
),
whole AS (
  SELECT set_id, item FROM part SEMI JOIN basket_set USING (items) GROUP BY set_id, item HAVING count(*) = $size - 1
)
SELECT set_id, item FROM whole

-- part: candidate_count
SELECT count(*) FROM basket_candidate

-- part: count_pairs
CREATE OR REPLACE TEMP TABLE basket_found AS
SELECT has.set_id, line.item, count(*) AS baskets
FROM basket_has_1 AS has JOIN basket_item AS line ON line.basket = has.basket AND line.item > has.last_item
GROUP BY has.set_id, line.item
HAVING count(*) >= $least

-- part: count_candidates
CREATE OR REPLACE TEMP TABLE basket_found AS
SELECT has.set_id, line.item, count(*) AS baskets
FROM {has} AS has JOIN basket_item AS line ON line.basket = has.basket AND line.item > has.last_item
SEMI JOIN basket_candidate AS candidate ON candidate.set_id = has.set_id AND candidate.item = line.item
GROUP BY has.set_id, line.item
HAVING count(*) >= $least

-- part: keep
INSERT INTO basket_set
SELECT (SELECT max(set_id) FROM basket_set) + row_number() OVER (ORDER BY parent.items, found.item), parent.set_id, found.item,
  list_append(parent.items, found.item), parent.size + 1, found.baskets
FROM basket_found AS found JOIN basket_set AS parent ON parent.set_id = found.set_id

-- part: occurrences
CREATE OR REPLACE TEMP TABLE {next} AS
SELECT has.basket, longer.set_id, longer.last_item
FROM {has} AS has JOIN basket_item AS line ON line.basket = has.basket AND line.item > has.last_item
JOIN basket_set AS longer ON longer.parent_id = has.set_id AND longer.last_item = line.item

-- part: forget_occurrences
DROP TABLE {has}

-- part: sizes
SELECT size, count(*) AS sets FROM basket_set GROUP BY size ORDER BY size

-- part: sets
SELECT set.size, string_agg(name.item_name, ' + ' ORDER BY name.item_name) AS items, any_value(set.baskets) AS baskets, any_value(set.baskets) / $baskets::DOUBLE AS support
FROM (SELECT set_id, size, baskets, unnest(items) AS item FROM basket_set) AS set JOIN basket_item_name AS name USING (item)
GROUP BY set.set_id, set.size
ORDER BY support DESC, set.size, items
LIMIT $limit

-- part: rules
-- A rule's two sides share out a frequent set: bit i of the mask puts item i on the right.
CREATE OR REPLACE TEMP TABLE basket_rule AS
WITH mask AS (
  SELECT items, baskets, unnest(CASE WHEN $any THEN range(1, (1 << size::BIGINT) - 1) ELSE list_transform(range(0, size), lambda place: (1::BIGINT << place)) END) AS mask
  FROM basket_set
  WHERE size > 1
),
side AS (
  SELECT baskets, list_filter(items, lambda item, place: (mask >> (place - 1)) & 1 = 0) AS left_items,
    list_filter(items, lambda item, place: (mask >> (place - 1)) & 1 = 1) AS right_items
  FROM mask
)
SELECT left_items, right_items, side.baskets, l.baskets AS left_baskets, r.baskets AS right_baskets
FROM side JOIN basket_set AS l ON l.items = side.left_items JOIN basket_set AS r ON r.items = side.right_items
WHERE side.baskets >= $confidence * l.baskets - 1e-9 * l.baskets

-- part: rule_count
SELECT count(*) FROM basket_rule

-- part: strongest
WITH strong AS (
  SELECT row_number() OVER () AS rule, *
  FROM (
    SELECT *, baskets / $baskets::DOUBLE AS support, baskets / left_baskets AS confidence, baskets * $baskets::DOUBLE / (left_baskets::DOUBLE * right_baskets) AS lift,
      CASE WHEN baskets < left_baskets THEN (1 - right_baskets / $baskets::DOUBLE) / (1 - baskets / left_baskets) END AS conviction
    FROM basket_rule
    ORDER BY {order}, baskets DESC, left_items, right_items
    LIMIT $limit
  )
),
side AS (
  SELECT rule, false AS is_right, unnest(left_items) AS item FROM strong UNION ALL SELECT rule, true, unnest(right_items) FROM strong
),
named AS (
  SELECT rule, string_agg(item_name, ' + ' ORDER BY item_name) FILTER (WHERE NOT is_right) AS bought, string_agg(item_name, ' + ' ORDER BY item_name) FILTER (WHERE is_right) AS also_bought
  FROM side JOIN basket_item_name USING (item)
  GROUP BY rule
)
SELECT bought, also_bought, baskets, left_baskets, right_baskets, support, confidence, lift, conviction FROM strong JOIN named USING (rule) ORDER BY rule

-- part: forget
DROP TABLE basket_item_name;
DROP TABLE basket_item;
DROP TABLE basket_set;
DROP TABLE IF EXISTS basket_candidate;
DROP TABLE IF EXISTS basket_found;
DROP TABLE IF EXISTS basket_rule
