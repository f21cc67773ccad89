-- grain: one published run
-- reads: meta.run
-- writes: nothing

-- part: newest
SELECT run_id, newest, published_at FROM meta.run WHERE status = 'published' ORDER BY run_id DESC LIMIT 1

-- part: run
SELECT run_id, newest, published_at FROM meta.run WHERE status = 'published' AND run_id = $run

-- part: known
SELECT min(run_id), max(run_id), count(*) FROM meta.run WHERE status = 'published'
