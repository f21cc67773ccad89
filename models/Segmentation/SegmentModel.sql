-- grain: one row per segment, snapshot date and member
-- reads: star.fact_sales, star.fact_support_case, star.fact_campaign_contact, star.fact_interaction, star.fact_web_event, star.fact_loyalty_entry, star.fact_survey_response, star.dim_customer
-- writes: nothing (temporary tables only; the loader's merge writes star.score_segment_member and star.score_segment_overlap)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales

-- part: events
-- Everything that conditions count, one row per customer, event and moment.
CREATE OR REPLACE TEMP VIEW segment_event AS
SELECT customer_key, 'order' AS event, min(ordered_at) AS happened_at FROM star.fact_sales WHERE NOT coalesce(is_return, false) GROUP BY customer_key, order_id
UNION ALL SELECT customer_key, 'return', min(ordered_at) FROM star.fact_sales WHERE is_return GROUP BY customer_key, order_id
UNION ALL SELECT customer_key, 'case', opened_at FROM star.fact_support_case
UNION ALL SELECT customer_key, 'complaint', opened_at FROM star.fact_support_case WHERE is_complaint
UNION ALL SELECT customer_key, 'contact', sent_at FROM star.fact_campaign_contact WHERE NOT coalesce(is_control, false)
UNION ALL SELECT customer_key, 'response', responded_at FROM star.fact_campaign_contact WHERE responded_at IS NOT NULL
UNION ALL SELECT customer_key, 'interaction', started_at FROM star.fact_interaction
UNION ALL SELECT customer_key, 'web_event', happened_at FROM star.fact_web_event
UNION ALL SELECT customer_key, 'loyalty_entry', entered_at FROM star.fact_loyalty_entry
UNION ALL SELECT customer_key, 'survey_response', answered_at FROM star.fact_survey_response

-- part: tables
CREATE OR REPLACE TEMP TABLE segment_member (snapshot_date DATE, segment VARCHAR, title VARCHAR, customer_key INTEGER);
CREATE OR REPLACE TEMP TABLE segment_snapshot (snapshot_date DATE, segment VARCHAR)

-- part: snapshots
INSERT INTO segment_snapshot
SELECT $newest::DATE, $segment
UNION
SELECT last_day(date_trunc('month', $newest::DATE) - to_months(back::INTEGER)), $segment FROM range(1, $month_ends::BIGINT + 1) AS month(back)

-- part: members
INSERT INTO segment_member
SELECT snapshot_date, $segment, $title, customer_key
FROM (
  SELECT snapshot.snapshot_date, who.customer_key
  FROM (SELECT snapshot_date FROM segment_snapshot WHERE segment = $segment) AS snapshot
  JOIN (SELECT customer_key, min(valid_from) AS known_from FROM star.dim_customer WHERE customer_key <> 0 GROUP BY customer_key) AS who ON true
) AS who
WHERE {conditions}

-- part: counted
(snapshot_date, customer_key) {in} (
  SELECT snapshot.snapshot_date, customer_key
  FROM segment_snapshot AS snapshot JOIN ({source}) AS happened ON happened_at < snapshot.snapshot_date + 1 {within}
  WHERE snapshot.segment = $segment AND customer_key IS NOT NULL
  GROUP BY snapshot.snapshot_date, customer_key
  HAVING {value} IS NOT NULL AND {test}
)

-- part: within
AND happened_at >= snapshot.snapshot_date + 1 - {days}

-- part: event
SELECT customer_key, happened_at FROM segment_event WHERE event = {name}

-- part: sale
SELECT customer_key, ordered_at AS happened_at, revenue, quantity, order_id, coalesce(is_return, false) AS is_return FROM star.fact_sales

-- part: attribute
(snapshot_date, customer_key) IN (
  SELECT snapshot.snapshot_date, customer_key
  FROM segment_snapshot AS snapshot JOIN star.dim_customer AS version ON version.valid_from < snapshot.snapshot_date + 1 AND version.valid_to >= snapshot.snapshot_date + 1
  WHERE snapshot.segment = $segment AND {test}
)

-- part: rows
CREATE OR REPLACE TEMP TABLE segment_member_row AS
SELECT strftime(member.snapshot_date, '%Y%m%d')::INTEGER AS date_key, member.customer_key, coalesce(version.customer_version_key, 0) AS customer_version_key, member.snapshot_date, member.segment, member.title,
  before.customer_key IS NULL AS is_new
FROM segment_member AS member
LEFT JOIN (SELECT segment, snapshot_date, lag(snapshot_date) OVER (PARTITION BY segment ORDER BY snapshot_date) AS previous_date FROM segment_snapshot) AS snapshot
  ON snapshot.segment = member.segment AND snapshot.snapshot_date = member.snapshot_date
LEFT JOIN segment_member AS before ON before.segment = member.segment AND before.snapshot_date = snapshot.previous_date AND before.customer_key = member.customer_key
LEFT JOIN star.dim_customer AS version ON version.customer_key = member.customer_key AND version.valid_from < member.snapshot_date + 1 AND version.valid_to >= member.snapshot_date + 1;
CREATE OR REPLACE TEMP TABLE segment_overlap_row AS
SELECT strftime(a.snapshot_date, '%Y%m%d')::INTEGER AS date_key, a.snapshot_date, a.segment, b.segment AS other_segment, count(*) AS customers
FROM segment_member AS a JOIN segment_member AS b ON b.snapshot_date = a.snapshot_date AND b.customer_key = a.customer_key
GROUP BY a.snapshot_date, a.segment, b.segment

-- part: count
SELECT segment, count(*) AS customers FROM segment_member WHERE snapshot_date = $newest::DATE GROUP BY segment ORDER BY segment

-- part: forget
DROP TABLE segment_member;
DROP TABLE segment_snapshot;
DROP TABLE segment_member_row;
DROP TABLE segment_overlap_row;
DROP VIEW segment_event
