-- grain: one row of the fact in {table}
-- reads: {rows}, {table}
-- writes: {table}, load_fact

-- part: append
INSERT INTO {table} ({columns}, run_id)
SELECT {values}, {run}
FROM (SELECT {inner} FROM {rows}) r{joins}

-- part: wanted
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {named_values}
FROM (SELECT {inner} FROM {rows}) r{joins}

-- part: last_of_key
-- When several records of one delivery say what one row is, the last one says it.
DELETE FROM load_fact WHERE rowid NOT IN (
  SELECT rowid FROM load_fact QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY source_file DESC, source_record DESC) = 1)

-- part: lookup_again
-- Rows whose version of a dimension is another one now.
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {kept_values}
FROM {table} f{version_joins}
WHERE ({touched}) AND ({moved})

-- part: rows_of_table
SELECT count(*) FROM load_fact

-- part: newest
SELECT max({time}) FROM {table}
