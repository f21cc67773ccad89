-- grain: one column of a table or view
-- reads: sys.objects, sys.schemas, sys.columns, sys.types, sys.indexes, sys.index_columns, sys.partitions
-- writes: nothing

-- part: columns
SELECT s.name, o.name, c.name,
       CASE WHEN y.name IN ('decimal', 'numeric') THEN CONCAT(y.name, '(', c.precision, ',', c.scale, ')') ELSE y.name END,
       CAST(CASE WHEN c.is_nullable = 0 THEN 1 ELSE 0 END AS bit),
       CAST(CASE WHEN EXISTS (SELECT 1 FROM sys.index_columns x WHERE x.object_id = c.object_id AND x.column_id = c.column_id AND x.key_ordinal = 1) THEN 1 ELSE 0 END AS bit),
       COALESCE(k.key_ordinal, 0),
       COALESCE((SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)), -1)
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.columns c ON c.object_id = o.object_id
JOIN sys.types y ON y.user_type_id = c.system_type_id
LEFT JOIN sys.index_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id AND k.key_ordinal > 0
     AND k.index_id = (SELECT TOP (1) i.index_id FROM sys.indexes i WHERE i.object_id = o.object_id AND i.is_unique = 1 AND i.has_filter = 0
                       ORDER BY i.is_primary_key DESC, i.index_id)
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
ORDER BY CASE WHEN s.name = 'dbo' THEN 0 ELSE 1 END, s.name, o.name, c.column_id
