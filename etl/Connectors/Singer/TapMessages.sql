-- grain: one record of a Parquet file that a tap wrote
-- reads: nothing (no table: the file)
-- writes: nothing

SELECT to_json(r)::VARCHAR FROM read_parquet({file}) r
