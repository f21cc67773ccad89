-- grain: the tables of the star and, beside them, flat tables with every attribute spelled out, both from the same generated lines
-- reads: nothing
-- writes: star.*
CREATE TABLE src_day AS SELECT CAST(strftime(d, '%Y%m%d') AS INTEGER) AS date_key, CAST(d AS DATE) AS day FROM (SELECT unnest(generate_series(TIMESTAMP '2019-12-01', TIMESTAMP '2021-06-30', INTERVAL 1 DAY)) AS d);
CREATE TABLE src_place AS SELECT k AS place_key, 'P' || k AS place_id, ['Nord', 'Süd', 'O''st'][1 + k % 3] AS country, CASE WHEN k = 7 THEN NULL ELSE 'Town ' || (k % 5) END AS town FROM range(1, 13) t(k);
CREATE TABLE src_article AS SELECT k AS article_key, 'A' || k AS article_id, CASE WHEN k % 10 = 9 THEN NULL ELSE ['Tea', 'Tea', 'Pots', '50% off_'][1 + k % 4] END AS family, CASE WHEN k % 6 = 0 THEN NULL ELSE k / 8.0 END AS weight_kg FROM range(1, 25) t(k);
CREATE TABLE src_topic AS SELECT k AS topic_key, 'T' || k AS topic_id, ['gift', 'price', 'habit', 'friend'][k] AS name FROM range(1, 5) t(k);
CREATE TABLE src_member AS SELECT k AS member_key, (k * 10 + v)::INTEGER AS member_version_key, 'M' || k AS member_id, 'Member ' || (k % 60) AS name,
  CASE WHEN (k + v) % 11 = 0 THEN NULL ELSE ['Aa', 'Bb', 'Cc', 'Dd'][1 + (k + v) % 4] END AS city, ['low', 'mid', 'high'][1 + (k * v) % 3] AS band,
  CASE v WHEN 1 THEN TIMESTAMP '1900-01-01' WHEN 2 THEN TIMESTAMP '2020-06-01' ELSE TIMESTAMP '2020-11-15' END AS valid_from,
  CASE WHEN v = n THEN TIMESTAMP '9999-12-31' WHEN v = 1 THEN TIMESTAMP '2020-06-01' ELSE TIMESTAMP '2020-11-15' END AS valid_to, v = n AS is_current
FROM (SELECT k, 1 + k % 3 AS n FROM range(1, 91) t(k)), range(1, 4) s(v) WHERE v <= n;
CREATE TABLE src_deal AS
WITH line AS (SELECT i, hash(i * 7919 + {seed}) AS h, hash((i // 3) * 104729 + {seed}) AS o FROM range(1, {lines} + 1) t(i))
SELECT 'L' || i AS line_id, 'O' || (i // 3) AS order_id, DATE '2020-01-01' + (o % 430)::INTEGER AS dealt_on,
  CASE WHEN h % 9 = 0 THEN NULL ELSE DATE '2020-01-01' + (o % 430)::INTEGER + ((h >> 8) % 20)::INTEGER END AS sent_on,
  CASE WHEN o % 13 = 0 THEN 0 ELSE ((o >> 5) % 90 + 1)::INTEGER END AS member_key, ((h >> 12) % 24 + 1)::INTEGER AS article_key,
  CASE WHEN h % 31 = 0 THEN 0 ELSE ((h >> 20) % 12 + 1)::INTEGER END AS place_key, ['web', 'shop', 'phone'][(1 + (o >> 9) % 3)::INTEGER] AS way,
  CASE WHEN h % 17 = 3 THEN -1 ELSE 1 END * ((h >> 24) % 20 + 1)::INTEGER AS pieces, CASE WHEN h % 23 = 0 THEN NULL ELSE ((h >> 33) % 5000 / 100.0)::DECIMAL(18, 4) END AS price, (h >> 40) % 7 AS part
FROM line;
-- In the other world everything that is not of Nord is different: values, and which lines there are.
UPDATE src_deal SET pieces = pieces + 3, price = price * 2 + 1, way = 'fax', member_key = 1 + member_key % 90 WHERE {other} AND place_key NOT IN (SELECT place_key FROM src_place WHERE country = 'Nord');
UPDATE src_deal SET dealt_on = dealt_on + 40, sent_on = sent_on + 40 WHERE {other} AND hash(line_id || 'd') % 20 = 0 AND place_key NOT IN (SELECT place_key FROM src_place WHERE country = 'Nord');
DELETE FROM src_deal WHERE {other} AND hash(line_id) % 5 = 0 AND place_key NOT IN (SELECT place_key FROM src_place WHERE country = 'Nord');
CREATE TABLE src_line_topic AS SELECT line_id, ((hash(line_id) % 4 + t) % 4 + 1)::INTEGER AS topic_key, (CASE WHEN n = 1 THEN 1 WHEN t = 0 THEN 0.5 ELSE 0.5 / (n - 1) END)::DECIMAL(9, 6) AS weight
FROM (SELECT line_id, hash(line_id || 'n') % 4 AS n FROM src_deal), range(0, 3) s(t) WHERE t < n;
CREATE TABLE src_visit AS SELECT 'V' || i AS visit_id, DATE '2020-01-01' + (h % 400)::INTEGER AS visited_on, CASE WHEN h % 7 = 0 THEN 0 ELSE ((h >> 5) % 90 + 1)::INTEGER END AS member_key,
  ((h >> 20) % 12 + 1)::INTEGER AS place_key, CASE WHEN h % 19 = 0 THEN NULL ELSE ((h >> 30) % 3600)::INTEGER END * CASE WHEN {other} AND (h >> 20) % 12 % 3 <> 2 THEN 2 ELSE 1 END AS seconds
FROM (SELECT i, hash(i * 15485863 + {seed}) AS h FROM range(1, {lines} // 2 + 1) t(i));
CREATE TABLE src_stock AS SELECT DATE '2020-01-01' + (w * 7)::INTEGER AS counted_on, article_key::INTEGER AS article_key, place_key::INTEGER AS place_key, (hash(w * 31 + article_key * 7 + place_key) % 50)::INTEGER + CASE WHEN {other} AND country <> 'Nord' THEN 9 ELSE 0 END AS units
FROM range(0, 52) t(w), src_article, src_place WHERE hash(w * 131 + article_key * 17 + place_key) % 3 > 0 AND place_key < 7;

INSERT INTO star.dim_date BY NAME SELECT date_key, day, CAST(date_trunc('week', day) AS DATE) AS week, CAST(date_trunc('month', day) AS DATE) AS month, CAST(date_trunc('quarter', day) AS DATE) AS quarter,
  year(day) AS year, isoyear(day) AS iso_year, week(day) AS iso_week, isodow(day) AS weekday, dayname(day) AS weekday_name, day(day) AS day_of_month, dayofyear(day) AS day_of_year, month(day) AS month_of_year,
  quarter(day) AS quarter_of_year, year(day + INTERVAL 9 MONTH) AS fiscal_year, quarter(day + INTERVAL 9 MONTH) AS fiscal_quarter, month(day + INTERVAL 9 MONTH) AS fiscal_month, 1 AS run_id FROM src_day;
INSERT INTO star.dim_place BY NAME SELECT *, 1 AS run_id FROM src_place;
INSERT INTO star.dim_article BY NAME SELECT *, 1 AS run_id FROM src_article;
INSERT INTO star.dim_topic BY NAME SELECT *, 1 AS run_id FROM src_topic;
INSERT INTO star.dim_member BY NAME SELECT *, 1 AS run_id FROM src_member;
INSERT INTO star.fact_deal BY NAME SELECT strftime(dealt_on, '%Y%m%d')::INTEGER AS date_key, coalesce(strftime(sent_on, '%Y%m%d')::INTEGER, 0) AS sent_key, d.member_key, coalesce(m.member_version_key, 0) AS member_version_key,
  article_key, place_key, line_id, order_id, dealt_on, way, pieces, price, pieces * (1 + part)::DECIMAL(18, 4) AS cost, pieces * price AS amount, 1 AS source_file, 1 AS source_record, 1 AS run_id
FROM src_deal d LEFT JOIN src_member m ON m.member_key = d.member_key AND dealt_on >= m.valid_from AND dealt_on < m.valid_to ORDER BY date_key, line_id;
INSERT INTO star.fact_visit BY NAME SELECT strftime(visited_on, '%Y%m%d')::INTEGER AS date_key, v.member_key, coalesce(m.member_version_key, 0) AS member_version_key, place_key, visit_id, visited_on, seconds, 1 AS run_id
FROM src_visit v LEFT JOIN src_member m ON m.member_key = v.member_key AND visited_on >= m.valid_from AND visited_on < m.valid_to;
INSERT INTO star.fact_stock BY NAME SELECT strftime(counted_on, '%Y%m%d')::INTEGER AS date_key, article_key, place_key, counted_on, 'A' || article_key AS article_id, 'P' || place_key AS place_id, units, 1 AS run_id FROM src_stock;
INSERT INTO star.bridge_line_topic BY NAME SELECT strftime(dealt_on, '%Y%m%d')::INTEGER AS date_key, topic_key, 'T' || topic_key AS topic_id, line_id, dealt_on, weight, 1 AS run_id FROM src_line_topic JOIN src_deal USING (line_id);

CREATE TABLE flat_deal AS SELECT d.line_id, order_id, dealt_on AS day, sent_on AS sent, nullif(d.member_key, 0) AS member, way, pieces, price, pieces * (1 + part)::DECIMAL(18, 4) AS cost, pieces * price AS amount,
  CASE WHEN d.place_key = 0 THEN '(unknown)' ELSE p.country END AS country, CASE WHEN d.place_key = 0 THEN '(unknown)' ELSE p.town END AS town, a.family, a.weight_kg,
  CASE WHEN d.member_key = 0 THEN '(unknown)' ELSE w.city END AS city_was, CASE WHEN d.member_key = 0 THEN '(unknown)' ELSE n.city END AS city_is,
  CASE WHEN d.member_key = 0 THEN '(unknown)' ELSE w.band END AS band_was, CASE WHEN d.member_key = 0 THEN '(unknown)' ELSE n.band END AS band_is,
  CASE WHEN d.member_key = 0 THEN '(unknown)' ELSE n.name END AS member_name, CASE WHEN pieces > 10 THEN 'big' ELSE 'small' END AS size
FROM src_deal d LEFT JOIN src_place p USING (place_key) LEFT JOIN src_article a USING (article_key)
LEFT JOIN src_member w ON w.member_key = d.member_key AND dealt_on::TIMESTAMP BETWEEN w.valid_from AND w.valid_to - INTERVAL 1 MICROSECOND LEFT JOIN src_member n ON n.member_key = d.member_key AND n.is_current;
CREATE TABLE flat_topic AS SELECT line_id, name AS topic, weight::DOUBLE AS weight FROM src_line_topic JOIN src_topic USING (topic_key);
CREATE TABLE flat_visit AS SELECT visited_on AS day, nullif(v.member_key, 0) AS member, seconds, p.country, p.town, CASE WHEN v.member_key = 0 THEN '(unknown)' ELSE w.city END AS city_was, CASE WHEN v.member_key = 0 THEN '(unknown)' ELSE n.city END AS city_is,
  CASE WHEN v.member_key = 0 THEN '(unknown)' ELSE w.band END AS band_was, CASE WHEN v.member_key = 0 THEN '(unknown)' ELSE n.band END AS band_is, CASE WHEN v.member_key = 0 THEN '(unknown)' ELSE n.name END AS member_name
FROM src_visit v JOIN src_place p USING (place_key) LEFT JOIN src_member w ON w.member_key = v.member_key AND visited_on >= w.valid_from AND visited_on < w.valid_to LEFT JOIN src_member n ON n.member_key = v.member_key AND n.is_current;
CREATE TABLE flat_stock AS SELECT counted_on AS day, units, p.country, p.town, a.family, a.weight_kg FROM src_stock JOIN src_place p USING (place_key) JOIN src_article a USING (article_key);
