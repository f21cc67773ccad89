-- grain: one record of a file delivered again that stands in another place
-- reads: {rows}, {relocated}
-- writes: {relocated}

-- part: said
SELECT _file, _record, {hash} AS said FROM {rows}

-- part: find
-- Only records whose place holds something else now are looked for elsewhere; of those that say the same, the first goes with the first.
CREATE OR REPLACE TEMP TABLE {relocated} AS
WITH placed AS (
  SELECT coalesce(o._file, n._file) AS file_id, coalesce(o._record, n._record) AS record, o.said AS was, n.said AS now
  FROM (
{old}
) o FULL JOIN (
{now}
) n ON n._file = o._file AND n._record = o._record
  WHERE o.said IS DISTINCT FROM n.said
), gone AS (
  SELECT file_id, record, was AS said, row_number() OVER (PARTITION BY file_id, was ORDER BY record) AS number FROM placed WHERE was IS NOT NULL
), come AS (
  SELECT file_id, record, now AS said, row_number() OVER (PARTITION BY file_id, now ORDER BY record) AS number FROM placed WHERE now IS NOT NULL
), matched AS (
  SELECT g.file_id, g.record AS old_record, c.record AS source_record FROM gone g JOIN come c USING (file_id, said, number)
)
SELECT file_id AS old_file, old_record, file_id, source_record FROM matched
UNION ALL
SELECT file_id, record, file_id, -record
FROM gone
WHERE (file_id, record) NOT IN (SELECT (file_id, old_record) FROM matched) AND (file_id, record) IN (SELECT (file_id, source_record) FROM matched)

-- part: count
SELECT count(*) FROM {relocated}
