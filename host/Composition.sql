-- grain: one row: the engine's version
-- reads: none
-- writes: none
SELECT version()
