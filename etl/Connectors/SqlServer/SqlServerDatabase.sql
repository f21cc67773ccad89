-- grain: one record of the relation
-- reads: {relation}, sys.dm_exec_describe_first_result_set, sys.databases
-- writes: nothing

-- part: settings
SET LOCK_TIMEOUT 60000;
SET DATEFORMAT ymd;
IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state = 1) SET TRANSACTION ISOLATION LEVEL SNAPSHOT

-- part: all
SELECT * FROM {relation}

-- part: columns
SELECT name, system_type_name FROM sys.dm_exec_describe_first_result_set({select}, NULL, 0) WHERE is_hidden = 0 ORDER BY column_ordinal

-- part: select
SELECT {top}{columns} FROM {relation} WHERE {condition}
-- part: order
 ORDER BY {columns}
