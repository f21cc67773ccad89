-- grain: one pair of records that share a blocking key, with its score
-- reads: record, pair, scored (and the file, and the keys)
-- writes: record, rule_key, pair, scored

-- What an analyst writes for this file alone: the columns and weights are known, the blocking keys are given.
CREATE TABLE record AS
SELECT CAST(id AS INTEGER) AS id, lower(trim(given_name)) AS g, lower(trim(surname)) AS s, replace(CAST(birth_date AS VARCHAR), '-', '') AS b,
       replace(lower(trim(street)), 'street', 'str.') AS a, postal_code AS p, phone AS t, lower(email) AS e
FROM read_csv('{file}', all_varchar = true);
CREATE TABLE rule_key AS SELECT * FROM read_parquet('{keys}');
CREATE TABLE pair (l INTEGER, r INTEGER);
{pairs}
CREATE TABLE scored AS
SELECT l, r, -20.0
  + CASE WHEN x.g = y.g THEN 6 WHEN jaro_winkler_similarity(x.g, y.g) >= 0.92 THEN 4 WHEN jaro_winkler_similarity(x.g, y.g) >= 0.85 OR (least(length(x.g), length(y.g)) = 1 AND left(x.g, 1) = left(y.g, 1)) THEN 2 WHEN x.g IS NULL OR y.g IS NULL THEN 0 ELSE -4 END
  + CASE WHEN x.s = y.s THEN 9 WHEN jaro_winkler_similarity(x.s, y.s) >= 0.92 THEN 6 WHEN jaro_winkler_similarity(x.s, y.s) >= 0.85 THEN 2 WHEN x.s IS NULL OR y.s IS NULL THEN 0 ELSE -5 END
  + CASE WHEN x.b = y.b THEN 14 WHEN damerau_levenshtein(x.b, y.b) <= 1 THEN 6 WHEN x.b IS NULL OR y.b IS NULL THEN 0 ELSE -5 END
  + CASE WHEN x.a = y.a THEN 16 WHEN jaro_winkler_similarity(x.a, y.a) >= 0.92 THEN 8 WHEN x.a IS NULL OR y.a IS NULL THEN 0 ELSE -4 END
  + CASE WHEN x.p = y.p THEN 8 WHEN damerau_levenshtein(x.p, y.p) <= 1 THEN 3 WHEN x.p IS NULL OR y.p IS NULL THEN 0 ELSE -3 END
  + CASE WHEN x.t = y.t THEN 18 WHEN damerau_levenshtein(x.t, y.t) <= 1 THEN 6 WHEN x.t IS NULL OR y.t IS NULL THEN 0 ELSE -3 END
  + CASE WHEN x.e = y.e THEN 18 WHEN jaro_winkler_similarity(x.e, y.e) >= 0.9 THEN 6 WHEN x.e IS NULL OR y.e IS NULL THEN 0 ELSE -3 END AS weight
FROM pair JOIN record x ON x.id = pair.l JOIN record y ON y.id = pair.r;
-- the answer
SELECT (SELECT count(*) FROM pair) || ' pairs, ' || (SELECT count(*) FROM scored WHERE weight >= 0) || ' links'
