-- grain: contract rows of all streams together
-- reads: {rows}, {from}, {into}
-- writes: {view}, {into}

-- part: view
CREATE OR REPLACE TEMP VIEW {view} AS
{rows}

-- part: rows
SELECT {columns}, _file, _record, _deleted FROM {rows}

-- part: join_members
INSERT INTO {into} SELECT member FROM {from} WHERE member NOT IN (SELECT member FROM {into})
