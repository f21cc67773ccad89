-- grain: one row: the number of the run that was published last
-- reads: meta.run
-- writes: nothing
SELECT CAST(max(run_id) AS VARCHAR) FROM meta.run WHERE status = 'published'
