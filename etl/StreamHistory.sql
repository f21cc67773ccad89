-- grain: one landed record of earlier runs
-- reads: {rows}, {members}, {gone}, meta.quarantine
-- writes: {view}

-- part: members
CREATE OR REPLACE TEMP TABLE {view} AS
SELECT DISTINCT member FROM (
{rows}
)
WHERE member IS NOT NULL

-- part: member_of
SELECT {key} AS member FROM ({rows}) WHERE _file IN ({ids})

-- part: all_rows
SELECT * FROM ({rows}) WHERE _file IN ({ids})

-- part: some_members
SELECT * FROM ({rows}) WHERE _file IN ({ids}) AND {key} IN (SELECT member FROM {members})

-- part: not_quarantined
SELECT *{added} FROM {rows} WHERE (_file, _record) NOT IN (SELECT (source_file, source_record) FROM meta.quarantine WHERE source_record IS NOT NULL)

-- part: gone_files
SELECT DISTINCT good_file FROM {gone} WHERE good_file IS NOT NULL
