-- grain: one entry of the log of changes
-- reads: pg_class, pg_index, pg_replication_slots, pg_publication_tables, pg_logical_slot_peek_binary_changes, pg_logical_slot_peek_changes
-- writes: {publication}

-- part: level
SELECT current_setting('wal_level')

-- part: publication
SELECT count(*) FROM pg_publication_tables WHERE pubname = @name AND schemaname = @schema AND tablename = @table

-- part: publish
CREATE PUBLICATION {publication} FOR TABLE {relation}

-- part: slot
SELECT plugin, confirmed_flush_lsn::text, active FROM pg_replication_slots WHERE slot_name = @name

-- part: create
SELECT lsn::text FROM pg_create_logical_replication_slot(@name, @plugin)

-- part: advance
SELECT end_lsn::text FROM pg_replication_slot_advance(@name, @lsn::pg_lsn)

-- part: end
SELECT pg_current_wal_flush_lsn()::text

-- part: snapshot
SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text

-- part: identity
SELECT c.relreplident::text, EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c WHERE c.oid = @relation::regclass

-- part: peek pgoutput
SELECT lsn::text, xid::text, data
FROM pg_logical_slot_peek_binary_changes(@name, @until::pg_lsn, NULL, 'proto_version', '1', 'publication_names', @publication)

-- part: peek test_decoding
SELECT lsn::text, xid::text, data
FROM pg_logical_slot_peek_changes(@name, @until::pg_lsn, NULL, 'include-xids', '0', 'skip-empty-xacts', '0')
WHERE @publication <> ''

-- part: row
SELECT {columns} FROM {relation} WHERE {condition}
