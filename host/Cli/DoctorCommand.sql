-- grain: one row: the newest migration
-- reads: meta.schema_version
-- writes: none
SELECT coalesce(max(version), 0) FROM meta.schema_version
