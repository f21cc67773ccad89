-- grain: one row per row of a block
-- reads: nothing
-- writes: nothing

-- part: make
CREATE OR REPLACE TEMP TABLE figures ({columns})

-- part: write
COPY figures TO {path} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{notes}})
