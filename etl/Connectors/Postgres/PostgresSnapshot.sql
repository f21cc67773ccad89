-- grain: one transaction
-- reads: nothing
-- writes: nothing

-- part: settings
SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3; SET standard_conforming_strings = on;
SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0; SET client_encoding = 'UTF8'; SET bytea_output = 'hex'

-- part: begin
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- part: export
SELECT pg_export_snapshot()

-- part: join
SET TRANSACTION SNAPSHOT {snapshot}
