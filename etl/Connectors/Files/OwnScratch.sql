-- grain: none
-- reads: nothing
-- writes: nothing

-- part: settings
SELECT current_setting('threads')::INTEGER AS threads, current_setting('memory_limit') AS memory_limit, current_setting('temp_directory') AS temp_directory
