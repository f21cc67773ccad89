-- grain: one row: the newest published run; one stream with its last load
-- reads: meta.run, meta.run_stream, meta.quarantine
-- writes: nothing

-- part: newest
SELECT run_id AS "Run", published_at AS "PublishedAt", newest AS "Newest" FROM meta.run WHERE status = 'published' ORDER BY run_id DESC LIMIT 1

-- part: streams
SELECT s.source AS "Source", s.stream AS "Stream", max(r.published_at) AS "Loaded", max(r.run_id) AS "Run", sum(s.loaded)::BIGINT AS "Rows"
FROM meta.run_stream s JOIN meta.run r ON r.run_id = s.run_id
WHERE r.status = 'published'
GROUP BY s.source, s.stream
ORDER BY s.source, s.stream

-- part: set_aside
SELECT count(*) FROM meta.quarantine
