-- grain: one row: the newest migration; one source; the newest run
-- reads: meta.schema_version, meta.run, meta.run_stream
-- writes: none

-- part: version
SELECT coalesce(max(version), 0) FROM meta.schema_version

-- part: loads
SELECT s.source, max(r.published_at) AS loaded
FROM meta.run_stream s JOIN meta.run r ON r.run_id = s.run_id
WHERE r.status = 'published' AND r.published_at IS NOT NULL
GROUP BY s.source

-- part: aside
SELECT run_id, read, quarantined FROM meta.run WHERE status = 'published' ORDER BY run_id DESC LIMIT 1
