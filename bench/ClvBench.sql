-- grain: one customer, as the models see them
-- reads: history, prediction, score
-- writes: history, prediction, score

-- part: tables
CREATE TABLE history (repeats INTEGER, last_age INTEGER, age INTEGER);
CREATE TABLE prediction (repeats INTEGER, last_age INTEGER, age INTEGER, alive DOUBLE, expected DOUBLE);

-- part: groups
SELECT repeats, last_age, age, count(*) FROM history GROUP BY ALL ORDER BY ALL

-- part: score
CREATE TABLE score AS SELECT alive, expected FROM history JOIN prediction USING (repeats, last_age, age)

-- part: sum
SELECT sum(expected) FROM score
