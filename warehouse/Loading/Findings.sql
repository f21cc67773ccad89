-- grain: one thing that a run found odd
-- reads: nothing
-- writes: conformed.finding

-- part: add
INSERT INTO conformed.finding VALUES ($run, $kind, $subject, $found, $text)
