-- grain: one row
-- reads: meta.run
-- writes: nothing
SELECT max(published_at) AS published FROM meta.run WHERE status = 'published'
