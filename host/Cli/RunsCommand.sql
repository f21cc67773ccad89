-- grain: one row per run, newest first
-- reads: meta.run, meta.run_step
-- writes: none
SELECT r.run_id, r.status, r.started_at, r.published_at, r.newest, r.read, r.loaded, r.unchanged, r.quarantined, r.removed,
       (SELECT sum(s.seconds) FROM meta.run_step s WHERE s.run_id = r.run_id) AS seconds
FROM meta.run r
ORDER BY r.run_id DESC
LIMIT $limit
