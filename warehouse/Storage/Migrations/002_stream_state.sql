-- grain: one row per stream that has a state or columns to remember
-- reads:
-- writes: meta.stream_state
-- What a connector goes on from, and the columns the stream had; written with the rows it belongs to. run_id is the run that wrote it.
CREATE TABLE meta.stream_state (
    source VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    state VARCHAR,
    columns VARCHAR,
    run_id INTEGER
);

-- What is known of the keys of a stream: one table per stream that has a key.
CREATE SCHEMA IF NOT EXISTS stage;
