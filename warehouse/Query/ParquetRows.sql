-- grain: one row per row that is appended
-- reads: nothing
-- writes: nothing

-- part: make
CREATE OR REPLACE TEMP TABLE appended ({columns})

-- part: write
COPY appended TO {path} (FORMAT parquet, COMPRESSION zstd{notes})
