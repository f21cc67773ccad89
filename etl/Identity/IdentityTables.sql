-- grain: record: one record of one customer from a run on; known: one record, what it said last of each column; link: one pair of records that a run found to be one; decision: one pair that a person decided on; survivor: one value of one customer; fact_record: one role of one fact row; source: one source's number; setting: one run's declaration; model: one run's parameters
-- reads: identity.record
-- writes: identity.record, identity.known, identity.link, identity.decision, identity.survivor, identity.fact_record, identity.source, identity.setting, identity.model

-- part: exist
SELECT count(*) > 0 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'identity' AND table_name = 'fact_record'

-- part: have_records
SELECT count(*) > 0 FROM identity.record

-- part: make
CREATE SCHEMA IF NOT EXISTS identity;
CREATE TABLE IF NOT EXISTS identity.record (record_key VARCHAR NOT NULL, source INTEGER NOT NULL, customer_id BIGINT NOT NULL, content UBIGINT NOT NULL, run_from INTEGER NOT NULL, run_to INTEGER);
CREATE TABLE IF NOT EXISTS identity.known (record_key VARCHAR NOT NULL, source VARCHAR NOT NULL, source_id VARCHAR NOT NULL, _deleted STRUCT(v VARCHAR, t TIMESTAMP, f INTEGER, r BIGINT));
CREATE TABLE IF NOT EXISTS identity.link (left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL, rule VARCHAR NOT NULL, pattern BIGINT, weight DOUBLE NOT NULL, run_from INTEGER NOT NULL, run_to INTEGER);
CREATE TABLE IF NOT EXISTS identity.decision (decision_id INTEGER NOT NULL, is_merge BOOLEAN NOT NULL, left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, decided_by VARCHAR, note VARCHAR, run_id INTEGER);
CREATE TABLE IF NOT EXISTS identity.survivor (customer_id VARCHAR NOT NULL, column_name VARCHAR NOT NULL, record_key VARCHAR NOT NULL, value VARCHAR, said_at TIMESTAMP, source_file INTEGER, source_record BIGINT, run_from INTEGER NOT NULL, run_to INTEGER);
CREATE TABLE IF NOT EXISTS identity.fact_record (fact VARCHAR NOT NULL, role VARCHAR NOT NULL, source_file INTEGER NOT NULL, source_record BIGINT NOT NULL, record_key VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS identity.source (number INTEGER NOT NULL, source VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS identity.setting (run_id INTEGER NOT NULL, settings VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS identity.model (run_id INTEGER NOT NULL, model VARCHAR NOT NULL)

-- part: columns
SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'identity' AND table_name = 'known'

-- part: add
ALTER TABLE identity.known ADD COLUMN {column} STRUCT(v VARCHAR, t TIMESTAMP, f INTEGER, r BIGINT)
