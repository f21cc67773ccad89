-- grain: one column of a table or view
-- reads: sqlite_schema, {relation}
-- writes: nothing

-- part: columns
SELECT t.name, t.type, c.name, c.type, c.pk
FROM sqlite_schema t, pragma_table_info(t.name) c
WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY t.name, c.cid

-- part: unique
SELECT t.name, i.name, k.name
FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) k
WHERE t.type = 'table' AND i."unique" = 1 AND i.partial = 0
ORDER BY t.name, i.seq, k.seqno

-- part: indexed
SELECT DISTINCT t.name, k.name
FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) k
WHERE t.type = 'table' AND k.seqno = 0

-- part: rows
SELECT count(*) FROM {relation}
