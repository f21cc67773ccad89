-- grain: one row of a fact that is made from other facts
-- reads: {table}, {history}, load_touched
-- writes: load_touched, load_fact

-- part: has_rows
SELECT EXISTS (SELECT 1 FROM {table})

-- part: is_touched
SELECT EXISTS (SELECT 1 FROM {table} WHERE run_id = {run}) OR EXISTS (SELECT 1 FROM {history} WHERE run_to = {run})

-- part: touched
SELECT DISTINCT {identity} FROM {table} WHERE run_id = {run} AND {known}

-- part: touched_history
SELECT DISTINCT {identity} FROM {history} WHERE run_to = {run} AND {known}

-- part: touched_all
CREATE OR REPLACE TEMP TABLE load_touched AS
{parts}

-- part: part
SELECT {identity}, {columns}
FROM {table}
WHERE {known}{touched}
GROUP BY {groups}

-- part: wanted
CREATE OR REPLACE TEMP TABLE load_fact AS
SELECT {named_values}
FROM (
SELECT {given}
FROM (
{parts}
)
GROUP BY {identity}
)
