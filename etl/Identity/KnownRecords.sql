-- grain: one record of one source, with what it said last of each column: v the value, t since when it holds, f and r the file and record that said it
-- reads: {rows}, identity_said, identity_now, identity_known_now, identity_source, identity.known, identity.source
-- writes: identity_said, identity_now, identity.known, identity.source

-- part: said_none
CREATE OR REPLACE TEMP TABLE identity_said AS SELECT source, source_id, {columns} FROM identity.known LIMIT 0

-- part: said
INSERT INTO identity_said BY NAME
SELECT {source} AS source, CAST({key} AS VARCHAR) AS source_id{values}
FROM (SELECT *, coalesce(CAST({time} AS TIMESTAMP), TIMESTAMP '0001-01-01') AS _t FROM {rows} WHERE {key} IS NOT NULL)
GROUP BY ALL

-- part: said_value
, arg_max(struct_pack(v := CAST({column} AS VARCHAR), t := _t, f := _file, r := _record), (_t, _file, _record)) FILTER ({column} IS NOT NULL) AS {column}

-- part: spoken
INSERT INTO identity_said BY NAME
SELECT DISTINCT {source} AS source, CAST({key} AS VARCHAR) AS source_id
FROM {rows}
WHERE {key} IS NOT NULL AND {source} || ':' || CAST({key} AS VARCHAR) NOT IN (SELECT record_key FROM identity.known)

-- part: now
CREATE OR REPLACE TEMP TABLE identity_now AS
SELECT source || ':' || source_id AS record_key, source, source_id, {latest}
FROM (
  SELECT source, source_id, {columns} FROM identity_said
  UNION ALL
  SELECT source, source_id, {kept} FROM identity.known WHERE record_key IN (SELECT source || ':' || source_id FROM identity_said) OR {outdated}
)
GROUP BY source, source_id

-- part: latest
arg_max({column}, ({column}.t, {column}.f, {column}.r)) FILTER ({column} IS NOT NULL) AS {column}

-- part: kept
CASE WHEN {column}.f IN ({files}) THEN NULL ELSE {column} END AS {column}

-- part: forget_same
DELETE FROM identity_now n USING identity.known k WHERE k.record_key = n.record_key AND {same}

-- part: sources
CREATE OR REPLACE TEMP TABLE identity_source AS
SELECT number, source FROM identity.source
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY source) + (SELECT coalesce(max(number), -1) FROM identity.source) AS INTEGER), source
FROM (SELECT DISTINCT source FROM identity_now WHERE source NOT IN (SELECT source FROM identity.source))

-- part: current
CREATE OR REPLACE TEMP VIEW identity_known_now AS
SELECT record_key, source, source_id, {columns} FROM identity.known WHERE record_key NOT IN (SELECT record_key FROM identity_now)
UNION ALL
SELECT record_key, source, source_id, {columns} FROM identity_now

-- part: count
SELECT count(*) FROM identity_now

-- part: to_match
SELECT count(*) > 0 FROM identity_now n LEFT JOIN identity.known k ON k.record_key = n.record_key WHERE k.record_key IS NULL OR {other}

-- part: relation
(SELECT k.record_key AS _key, s.number AS _source, {columns} FROM identity_known_now k JOIN identity_source s ON s.source = k.source)

-- part: publish
DELETE FROM identity.known WHERE record_key IN (SELECT record_key FROM identity_now);
INSERT INTO identity.known BY NAME SELECT * FROM identity_now;
INSERT INTO identity.source SELECT number, source FROM identity_source WHERE source NOT IN (SELECT source FROM identity.source)
