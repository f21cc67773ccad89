-- grain: one hash of the list
-- reads: suppressed, suppression_key
-- writes: suppressed, suppression_key

-- part: make
CREATE OR REPLACE TEMP TABLE suppressed (hash VARCHAR);
CREATE OR REPLACE TEMP TABLE suppression_key (k VARCHAR)

-- part: key
INSERT INTO suppression_key VALUES ($key)

-- part: hashes
INSERT INTO suppressed SELECT unnest($hashes::VARCHAR[])

-- part: matches
sha256((SELECT k FROM suppression_key) || sha256((SELECT k FROM suppression_key) || {text})) IN (SELECT hash FROM suppressed)
