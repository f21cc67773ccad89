-- grain: one column of a table or view
-- reads: pg_class, pg_namespace, pg_attribute, pg_index, pg_type
-- writes: nothing

-- part: columns
SELECT n.nspname, c.relname, c.reltuples::bigint, c.relkind IN ('r', 'p') AS counted, a.attname,
       (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END)::bigint AS type,
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier, a.attnotnull,
       EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum) AS indexed,
       coalesce(array_position(k.indkey::smallint[], a.attnum) + 1, 0) AS key_place
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN LATERAL (
    SELECT x.indkey FROM pg_index x
    WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
    ORDER BY x.indisprimary DESC, x.indnatts, x.indexrelid LIMIT 1) k ON true
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname = 'public' DESC, n.nspname, c.relname, a.attnum
