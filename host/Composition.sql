-- grain: one row
-- reads: meta.run
-- writes: nothing

-- part: version
SELECT version()

-- part: published
SELECT count(*) FROM meta.run WHERE status = 'published'
