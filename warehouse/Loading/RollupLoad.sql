-- grain: one group of a rollup
-- reads: {table}, {history}, star.rollup_built, star.dim_date, load_rollup, load_period
-- writes: {rollup}, star.rollup_built, load_rollup, load_period

-- part: built
SELECT definition FROM star.rollup_built WHERE name = {name}

-- part: changed
SELECT EXISTS (SELECT 1 FROM {table} WHERE run_id = {run})

-- part: touched
SELECT EXISTS (SELECT 1 FROM {table} WHERE run_id = {run}) OR EXISTS (SELECT 1 FROM {history} WHERE run_to = {run})

-- part: clear
DELETE FROM {rollup}

-- part: forget
DELETE FROM star.rollup_built WHERE name = {name};
INSERT INTO star.rollup_built VALUES ({name}, {definition})

-- part: periods
-- Every day of the periods that rows of this run, or rows that it superseded, fall in; days that nobody knows are a period of their own.
CREATE OR REPLACE TEMP TABLE load_period AS
SELECT DISTINCT {key} AS date_key FROM {table} WHERE run_id = {run}
UNION
SELECT DISTINCT {key} FROM {history} WHERE run_to = {run};
CREATE OR REPLACE TEMP TABLE load_rollup AS
SELECT DISTINCT o.date_key
FROM star.dim_date d JOIN load_period USING (date_key) JOIN star.dim_date o ON o.{period} IS NOT DISTINCT FROM d.{period}

-- part: remove
DELETE FROM {rollup} WHERE {key} IN (SELECT date_key FROM load_rollup)

-- part: insert
INSERT INTO {rollup} BY NAME
{rows}
