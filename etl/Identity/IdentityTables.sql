-- grain: record: one record of one customer from a run on; link: one pair of records that a run found to be one; decision: one decision of a person; model: one run's parameters
-- reads: none
-- writes: identity.record, identity.link, identity.decision, identity.model

CREATE SCHEMA IF NOT EXISTS identity;
CREATE TABLE IF NOT EXISTS identity.record (record_key VARCHAR NOT NULL, source INTEGER NOT NULL, customer_id BIGINT NOT NULL, content UBIGINT NOT NULL, run_from INTEGER NOT NULL, run_to INTEGER);
CREATE TABLE IF NOT EXISTS identity.link (left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL, rule VARCHAR NOT NULL, pattern BIGINT, weight DOUBLE NOT NULL, run_from INTEGER NOT NULL, run_to INTEGER);
CREATE TABLE IF NOT EXISTS identity.decision (decision_id INTEGER NOT NULL, is_merge BOOLEAN NOT NULL, left_key VARCHAR NOT NULL, right_key VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, decided_by VARCHAR, note VARCHAR);
CREATE TABLE IF NOT EXISTS identity.model (run_id INTEGER NOT NULL, model VARCHAR NOT NULL)
