-- grain: one row per run; per run and stream; per run and step; per file landed; per record set aside; per table declared
-- reads:
-- writes: meta.run, meta.run_stream, meta.run_step, meta.source_file, meta.quarantine, meta.declared_table
CREATE SCHEMA IF NOT EXISTS meta;
CREATE SCHEMA IF NOT EXISTS star;

-- Moments are UTC. No column has a function default: such a default can make a write-ahead log that a killed process leaves unreadable.
CREATE TABLE meta.run (
    run_id INTEGER PRIMARY KEY,
    status VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    published_at TIMESTAMP,
    newest TIMESTAMP,
    declarations VARCHAR,
    program VARCHAR,
    read BIGINT NOT NULL,
    loaded BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    removed BIGINT NOT NULL
);

CREATE TABLE meta.run_stream (
    run_id INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    files BIGINT NOT NULL,
    read BIGINT NOT NULL,
    loaded BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    removed BIGINT NOT NULL
);

CREATE TABLE meta.run_step (
    run_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    step VARCHAR NOT NULL,
    rows BIGINT,
    seconds DOUBLE NOT NULL
);

-- The tables below grow with the data, so they have no index to keep up.
CREATE TABLE meta.source_file (
    file_id INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    modified TIMESTAMP,
    sha256 VARCHAR,
    records BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    landing VARCHAR,
    run_id INTEGER NOT NULL
);

CREATE TABLE meta.quarantine (
    quarantine_id BIGINT NOT NULL,
    run_id INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    contract VARCHAR,
    source_file INTEGER,
    source_record BIGINT,
    line BIGINT,
    column_name VARCHAR,
    rule VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    raw VARCHAR
);

CREATE TABLE meta.declared_table (
    table_name VARCHAR PRIMARY KEY,
    definition_hash VARCHAR NOT NULL
);
