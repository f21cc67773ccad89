-- grain: one key of a stream, or one record of a delivery
-- reads: {raw}, {listed}, {table}, {said}, {delta}, {bad}, {files}, {relocated}, {among}, duckdb_tables
-- writes: {table}, {said}, {delta}, {moved}, {replaced}, {relocated}, {bad}

-- part: is_there
SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'stage' AND table_name = $name AND database_name = current_database()

-- part: make
CREATE TABLE {table} (
  key VARCHAR, ord {ord_type}, hash UBIGINT, is_deleted BOOLEAN, file_id INTEGER, source_record BIGINT, good_file INTEGER, good_record BIGINT)

-- part: said
CREATE OR REPLACE TEMP TABLE {said} AS
SELECT {key} AS key, CAST({ord} AS {ord_type}) AS ord, {hash} AS hash, {is_deleted} AS is_deleted, _file AS file_id, _record AS source_record
FROM (SELECT _file, _record, _deleted, {typed} FROM {raw})

-- part: delta
-- A record that is older than what its key stands for came late, unless the key was taken for deleted: being there is the newest word on it.
CREATE OR REPLACE TEMP TABLE {delta} AS
WITH many AS (
  SELECT key FROM {said} WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1
), placed AS (
  SELECT s.*, k.hash AS k_hash, k.is_deleted AS k_deleted, k.good_file, k.good_record, k.key IS NOT NULL AS is_known,
         coalesce(s.ord < k.ord AND NOT k.is_deleted, false) AS is_late
  FROM {said} s LEFT JOIN {table} k ON k.key = s.key
  WHERE s.key IS NOT NULL
), before AS (
  SELECT *, k_hash AS p_hash, k_deleted AS p_deleted, NOT is_known AS is_first FROM placed WHERE key NOT IN (SELECT key FROM many)
  UNION ALL
  SELECT *,
         CASE WHEN is_late THEN k_hash ELSE coalesce(lag(hash) OVER w, k_hash) END,
         CASE WHEN is_late THEN k_deleted ELSE coalesce(lag(is_deleted) OVER w, k_deleted) END,
         NOT is_known AND row_number() OVER w = 1
  FROM placed
  WHERE key IN (SELECT key FROM many)
  WINDOW w AS (PARTITION BY key, is_late ORDER BY ord NULLS FIRST, file_id, source_record)
)
SELECT key, ord, hash, is_deleted, file_id, source_record, good_file, good_record,
       CASE WHEN is_first AND is_deleted THEN 'unchanged'
            WHEN NOT is_first AND is_deleted AND p_deleted THEN 'unchanged'
            WHEN NOT is_first AND hash = p_hash AND is_deleted = p_deleted THEN 'unchanged'
            WHEN is_late THEN 'late'
            ELSE 'current' END AS status
FROM before

-- part: judged_again
-- What the quarantine holds of a file goes when it is delivered again: a bad record in it is judged anew, though it is as it was.
UPDATE {delta} SET status = 'current'
WHERE status = 'unchanged' AND key IN (
  SELECT key FROM {table} WHERE file_id IN (SELECT file_id FROM {files}) AND (good_file, good_record) IS DISTINCT FROM (file_id, source_record) AND NOT is_deleted)

-- part: relocated
-- Records of files delivered again that are as they were, in another place. Negative, so that places old and new are not mistaken for each other.
CREATE OR REPLACE TEMP TABLE {relocated} AS
SELECT d.key, k.file_id AS old_file, k.source_record AS old_record, d.file_id, -d.source_record AS source_record
FROM {delta} d JOIN {table} k ON k.key = d.key
WHERE d.status = 'unchanged' AND NOT k.is_deleted AND k.file_id IN (SELECT file_id FROM {files})
QUALIFY row_number() OVER (PARTITION BY d.key ORDER BY d.file_id = k.file_id DESC, d.file_id, d.source_record) = 1;
DELETE FROM {relocated} WHERE old_file = file_id AND old_record = -source_record

-- part: relocated_count
SELECT count(*) FROM {relocated}

-- part: relocate
UPDATE {table} k SET file_id = r.file_id, source_record = -r.source_record, good_file = r.file_id, good_record = -r.source_record
FROM {relocated} r WHERE r.key = k.key

-- part: status
-- Of several records of one key the last that says something new is the current one.
UPDATE {delta} SET status = 'superseded'
WHERE status = 'current' AND (file_id, source_record) IN (
  SELECT (file_id, source_record)
  FROM {delta}
  WHERE status = 'current' AND key IN (SELECT key FROM {delta} WHERE status = 'current' GROUP BY key HAVING count(*) > 1)
  QUALIFY row_number() OVER (PARTITION BY key ORDER BY ord DESC NULLS LAST, file_id DESC, source_record DESC) > 1)

-- part: recall
CREATE OR REPLACE TEMP TABLE {delta} AS
SELECT s.*, k.good_file, k.good_record,
       CASE WHEN k.file_id = s.file_id AND k.source_record = s.source_record THEN 'current' ELSE 'superseded' END AS status
FROM {said} s LEFT JOIN {table} k ON k.key = s.key
WHERE s.key IS NOT NULL

-- part: counts
SELECT count(*) FILTER (WHERE status = 'unchanged') AS unchanged, count(*) FILTER (WHERE status = 'current') AS "current",
       count(*) FILTER (WHERE status = 'superseded') AS superseded, count(*) FILTER (WHERE status = 'late') AS late,
       count(*) FILTER (WHERE status = 'current' AND is_deleted) AS deleted
FROM {delta}

-- part: all
SELECT *, true AS _current FROM {raw}

-- part: new
SELECT r.*, d.status IS NULL AS _current
FROM {raw} r LEFT JOIN (SELECT file_id, source_record, status FROM {delta} WHERE status <> 'current') d
  ON d.file_id = r._file AND d.source_record = r._record
WHERE d.status IS DISTINCT FROM 'unchanged'

-- part: keyless
INSERT INTO {bad}
SELECT file_id, source_record, NULL, NULL, 'key', {column}, {reason}, NULL, NULL
FROM {said}
WHERE key IS NULL

-- part: keys
SELECT {key} AS key FROM (SELECT {typed} FROM {raw})

-- part: listed
SELECT {listed_key} AS key FROM {listed}

-- part: gone
SELECT key, good_file, good_record
FROM {table}
WHERE NOT is_deleted AND key NOT IN (SELECT key FROM ({present}) WHERE key IS NOT NULL)

-- part: gone_again
-- Keys that landed in a run that died, and that the source no longer has.
UNION ALL
SELECT DISTINCT key, CAST(NULL AS INTEGER), CAST(NULL AS BIGINT)
FROM ({came})
WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM {table}) AND key NOT IN (SELECT key FROM ({present}) WHERE key IS NOT NULL)

-- part: gone_from
SELECT key, good_file, good_record
FROM {table}
WHERE NOT is_deleted AND file_id IN (SELECT file_id FROM {files}) AND key NOT IN (SELECT key FROM ({present}) WHERE key IS NOT NULL)

-- part: gone_among
SELECT key, good_file, good_record
FROM {table}
WHERE NOT is_deleted AND key IN (SELECT key FROM {among}) AND key NOT IN (SELECT key FROM ({present}) WHERE key IS NOT NULL)

-- part: settle
CREATE OR REPLACE TEMP TABLE {moved} AS
SELECT good_file AS old_file, good_record AS old_record, file_id, CASE WHEN NOT is_deleted THEN source_record END AS source_record
FROM {delta}
WHERE status = 'current' AND good_record IS NOT NULL AND (file_id, source_record) NOT IN (SELECT (file_id, source_record) FROM {bad});
CREATE OR REPLACE TEMP TABLE {replaced} AS
SELECT k.file_id, k.source_record
FROM {table} k JOIN {delta} d ON d.key = k.key
WHERE d.status = 'current' AND (d.file_id, d.source_record) NOT IN (SELECT (file_id, source_record) FROM {bad})
  AND (d.file_id, d.source_record) IS DISTINCT FROM (k.file_id, k.source_record);
UPDATE {delta} SET good_file = CASE WHEN is_deleted THEN NULL ELSE file_id END, good_record = CASE WHEN is_deleted THEN NULL ELSE source_record END
WHERE status = 'current' AND (file_id, source_record) NOT IN (SELECT (file_id, source_record) FROM {bad})

-- part: moved_count
SELECT count(*) FROM {moved}

-- part: write
DELETE FROM {table} WHERE key IN (SELECT key FROM {delta} WHERE status = 'current');
INSERT INTO {table}
SELECT key, ord, hash, is_deleted, file_id, source_record, good_file, good_record FROM {delta} WHERE status = 'current'
