-- grain: one thing of a hierarchy, a tree or a bridge that is other than the model takes for granted
-- reads: {table}, {history}
-- writes: load_above, load_tree

-- part: parents
-- Spans of one parent that meet are one span, so that few are left to be held against each other.
WITH child AS (
  SELECT {child} AS child FROM {table} WHERE {child} IS NOT NULL AND {key} <> 0 GROUP BY {child}
  HAVING min({parent}) <> max({parent}) AND bool_or(run_id = {run})
), span AS (
  SELECT DISTINCT {child} AS child, {parent} AS parent, {from} AS since, {to} AS until
  FROM {table}
  WHERE {key} <> 0 AND {parent} IS NOT NULL AND NOT coalesce(is_deleted, false) AND {child} IN (SELECT child FROM child)
), begun AS (
  SELECT *, since > max(until) OVER (PARTITION BY child, parent ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_new FROM span
), numbered AS (
  SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY child, parent ORDER BY since, until) AS island FROM begun
), island AS (
  SELECT child, parent, min(since) AS since, max(until) AS until FROM numbered GROUP BY child, parent, island
), doubled AS (
  SELECT a.child, min(a.parent) AS one, max(b.parent) AS other
  FROM island a JOIN island b ON a.child = b.child AND a.parent < b.parent AND a.since < b.until AND b.since < a.until
  GROUP BY a.child
)
SELECT count(*) AS found, min(concat(child, ' in ', one, ' and ', other)) AS example FROM doubled

-- part: above
CREATE OR REPLACE TEMP TABLE load_above AS
SELECT m.{key} AS member_key, p.{key} AS parent_key
FROM {table} m JOIN {table} p ON p.{id} = m.{parent} AND p.{key} <> 0
WHERE m.{key} <> 0{current}

-- part: circles
WITH RECURSIVE climb AS (
  SELECT member_key AS begin_key, parent_key AS at_key, [member_key] AS way FROM load_above
  UNION ALL
  SELECT c.begin_key, a.parent_key, list_append(c.way, c.at_key)
  FROM climb c JOIN load_above a ON a.member_key = c.at_key
  WHERE NOT list_contains(c.way, c.at_key)
)
SELECT count(DISTINCT c.begin_key) AS found, min(m.{id}) AS example
FROM climb c JOIN {table} m ON m.{key} = c.begin_key
WHERE c.at_key = c.begin_key

-- part: tree
CREATE OR REPLACE TEMP TABLE load_tree AS
WITH RECURSIVE climb AS (
  SELECT DISTINCT {key} AS member_key, {key} AS ancestor_key, 0 AS distance, CAST([] AS INTEGER[]) AS way FROM {table} WHERE {key} <> 0
  UNION ALL
  SELECT c.member_key, a.parent_key, c.distance + 1, list_append(c.way, c.ancestor_key)
  FROM climb c JOIN load_above a ON a.member_key = c.ancestor_key
  WHERE NOT list_contains(c.way, a.parent_key) AND a.parent_key <> c.ancestor_key AND a.parent_key <> c.member_key
)
SELECT ancestor_key, member_key AS {key}, min(distance) AS distance FROM climb GROUP BY ALL

-- part: weights
WITH touched AS (
  SELECT DISTINCT {of} FROM {table} WHERE run_id = {run}
  UNION
  SELECT DISTINCT {of} FROM {history} WHERE run_to = {run}
), total AS (
  SELECT {of}, CAST(sum({weight}) AS DOUBLE) AS total FROM {table} SEMI JOIN touched USING ({of}) GROUP BY {of}
)
SELECT count(*) AS found, min(concat_ws(' ', {of}, '=', round(total, 6))) AS example FROM total WHERE abs(coalesce(total, 0) - 1) > 0.000001
