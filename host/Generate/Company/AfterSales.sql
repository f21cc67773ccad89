-- grain: one row per support case, interaction, answer to a survey, and entry of a points account
-- reads: gen_person, gen_life, gen_purchase, gen_order, gen_line, gen_state, gen_opportunity_stage
-- writes: nothing (temporary tables, and files of the project folder)

-- part: cases
-- One purchase of fourteen leads to a case; a complaint that is kept waiting ends badly, and half of those end the relation.
CREATE OR REPLACE TEMP TABLE gen_case AS
WITH raised AS (
  SELECT purchase.*, region_number, country, draw(order_number, 401) AS u, day + 1 + pick(draw(order_number, 402), 10) AS opened_day,
    32400 + pick(draw(order_number, 403), 30000) AS opened_second
  FROM gen_purchase AS purchase JOIN gen_person USING (person)
  WHERE draw(order_number, 404) < 0.07
),
judged AS (
  SELECT *, (['delivery', 'damaged article', 'invoice', 'return', 'question'])[1 + pick(draw(order_number, 405), 5)] AS category, u < 0.45 AS is_complaint,
    u < 0.15 AS is_bad, (['high', 'normal', 'normal', 'low'])[1 + pick(draw(order_number, 406), 4)] AS priority
  FROM raised
),
timed AS (
  SELECT *, map {'high': 480, 'normal': 2880, 'low': 7200}[priority] AS sla,
    (10 + 200 * power(draw(order_number, 407), 2)) * CASE WHEN is_bad THEN 12 ELSE 1 END AS response_minutes,
    map {'high': 480, 'normal': 2880, 'low': 7200}[priority] * (CASE WHEN is_bad THEN 1.5 + draw(order_number, 408) ELSE 0.1 + 1.05 * draw(order_number, 408) END) AS resolution_minutes
  FROM judged
)
SELECT *, moment(opened_day, opened_second) AS opened_at, is_bad AND draw(order_number, 409) < 0.5 AS is_fatal,
  moment(opened_day, opened_second) + to_minutes(response_minutes::INTEGER) AS first_response_at,
  moment(opened_day, opened_second) + to_minutes((response_minutes + resolution_minutes)::INTEGER) AS resolved_at,
  CASE WHEN is_bad THEN 1 + pick(draw(order_number, 410), 2) ELSE 3 + pick(power(draw(order_number, 410), 0.6), 3) END AS satisfaction,
  2 + (region_number * 3 + 2) * {team} + pick(draw(order_number, 411), {team}) AS employee
FROM timed

-- part: fatal
CREATE OR REPLACE TEMP TABLE gen_fatal AS
SELECT person, min(opened_day) + 1.0 AS fatal FROM gen_case WHERE is_fatal AND number > 0 GROUP BY person

-- part: standing
-- Cases of orders that were never placed, since the person had left, are none.
CREATE OR REPLACE TEMP TABLE gen_case AS
SELECT gen_case.* FROM gen_case JOIN gen_life USING (person) WHERE (number = 0 OR day <= left_on) AND opened_at < '{start}'::TIMESTAMP + to_days({days});
CREATE OR REPLACE TEMP TABLE gen_first_case AS
SELECT person, min(opened_day) AS first_case FROM gen_case GROUP BY person

-- part: points
-- One point for each euro, two years long; the points of one order in three are spent with the next one.
CREATE OR REPLACE TEMP TABLE gen_points AS
WITH spent AS (
  SELECT placed.person, placed.order_id, placed.ordered_at, placed.day, placed.order_number, floor(sum((quantity * unit_price - discount) / placed.factor)) AS points
  FROM gen_order AS placed JOIN gen_line AS line USING (order_number) JOIN gen_person AS person ON person.person = placed.person
  WHERE is_member AND NOT is_return AND placed.channel <> 'sales' AND placed.customer IS NOT NULL AND dirt NOT IN ('ragged', 'bad date')
  GROUP BY ALL
),
ranked AS (
  SELECT *, sum(points) OVER (PARTITION BY person ORDER BY day RANGE BETWEEN 364 PRECEDING AND CURRENT ROW) AS year_points,
    lead(ordered_at) OVER own AS next_at, lead(order_id) OVER own AS next_order, lead(day) OVER own AS next_day
  FROM spent
  WHERE points > 0
  WINDOW own AS (PARTITION BY person ORDER BY ordered_at, order_number)
),
tiered AS (
  SELECT *, CASE WHEN year_points >= 600 THEN 'gold' WHEN year_points >= 200 THEN 'silver' ELSE 'basic' END AS tier,
    next_day IS NOT NULL AND next_day < day + 730 AND draw(order_number, 421) < 0.33 AS is_redeemed
  FROM ranked
)
SELECT 'G' || order_number AS entry, person, 'earned' AS kind, points, day, ordered_at AS entered_at, order_id, tier FROM tiered
UNION ALL
SELECT 'U' || order_number, person, 'redeemed', -points, next_day, next_at + INTERVAL 1 SECOND, next_order, tier FROM tiered WHERE is_redeemed
UNION ALL
SELECT 'V' || order_number, person, 'expired', -points, day + 730, moment(day + 730, 3600), NULL, tier FROM tiered WHERE NOT is_redeemed AND day + 730 < {days}

-- part: write_members
-- A member's tier as of each order that changed it.
COPY (
  WITH told AS (
    SELECT person, tier, entered_at FROM gen_points WHERE kind = 'earned'
    QUALIFY coalesce(lag(tier) OVER (PARTITION BY person ORDER BY entered_at, entry) <> tier, tier <> 'basic')
  )
  SELECT customer AS member, 'M' || person AS loyalty_number, written(changed_at) AS updated_at, first_name, family_name, email, phone, city, country, birth_date, tier,
    written(moment(day, 21600)) AS joined_at
  FROM (
    SELECT state.*, moment(changed, 21600) AS changed_at, NULL AS tier FROM gen_state AS state WHERE system = 'loyalty' AND changed > day
    UNION ALL
    SELECT state.*, moment(changed, 21600), 'basic' FROM gen_state AS state WHERE system = 'loyalty' AND changed = day
    UNION ALL
    SELECT state.*, entered_at, told.tier FROM gen_state AS state JOIN told USING (person) WHERE system = 'loyalty' AND changed = day AND entered_at > moment(day, 21600)
  )
  ORDER BY changed_at, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_points
COPY (
  SELECT entry, written(entered_at) AS entered_at, 'L' || person AS member, kind, points::BIGINT AS points, CASE WHEN kind = 'earned' THEN written_day(day + 730) END AS expires_on, tier, order_id,
    CASE order_id[1] WHEN 'W' THEN 'web' WHEN 'S' THEN 'shop' END AS channel
  FROM gen_points ORDER BY entered_at, entry
) TO {file} (FORMAT csv, HEADER true)

-- part: write_cases
COPY (
  SELECT 'T' || order_number AS case_id, written(opened_at) AS opened_at, 'T' || person AS caller, staff(employee) AS agent, (['call', 'mail', 'chat'])[1 + pick(draw(order_number, 431), 3)] AS channel,
    category, priority, CASE WHEN resolved_at < {end} THEN 'closed' ELSE 'open' END AS status, is_complaint,
    CASE WHEN first_response_at < {end} THEN written(first_response_at) END AS first_response_at, CASE WHEN resolved_at < {end} THEN written(resolved_at) END AS resolved_at,
    CASE WHEN is_bad AND resolved_at < {end} THEN 1 ELSE 0 END AS reopened, sla AS sla_minutes, CASE WHEN resolved_at < {end} AND draw(order_number, 432) < 0.7 THEN satisfaction END AS satisfaction,
    written(least(resolved_at, {end})) AS changed_at
  FROM gen_case ORDER BY opened_at, case_id
) TO {file} (FORMAT csv, HEADER true)

-- part: write_ratings
COPY (
  SELECT 'Q' || order_number || '-' || kind AS answer, written(resolved_at + INTERVAL 1 DAY) AS answered_at, 'T' || person AS caller, 'T' || order_number AS case_id, staff(employee) AS agent, kind,
    CASE kind WHEN 'csat' THEN satisfaction ELSE least(7, satisfaction + 1 + pick(draw(order_number, 441), 2)) END AS score, CASE kind WHEN 'csat' THEN 5 ELSE 7 END AS best,
    CASE WHEN satisfaction <= 2 THEN 'too slow' WHEN satisfaction = 5 THEN 'friendly' END AS comment
  FROM (SELECT *, unnest(['csat', 'ces']) AS kind FROM gen_case)
  WHERE resolved_at + INTERVAL 1 DAY < {end} AND draw(order_number * 2 + (kind = 'ces')::INTEGER, 442) < 0.5 ORDER BY resolved_at, answer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_opinions
-- Twice a year the web customers are asked whether they would recommend the house; who had a bad case since does not. Some answers are beyond the scale.
COPY (
  WITH asked AS (
    SELECT person, round_number, round_number * 182 + pick(draw(person * 40 + round_number, 451), 182) AS day, person * 40 + round_number AS number
    FROM gen_person JOIN gen_life USING (person, joined), range(0, {years} * 2) AS rounds(round_number)
    WHERE has_web AND joined < round_number * 182 - 30 AND left_on > round_number * 182 + 90 AND draw(person * 40 + round_number, 452) < 0.18
  ),
  felt AS (
    SELECT asked.*, EXISTS (SELECT 1 FROM gen_case WHERE gen_case.person = asked.person AND is_bad AND opened_day BETWEEN asked.day - 365 AND asked.day) AS is_hurt
    FROM asked WHERE day < {days}
  )
  SELECT 'N' || number AS answer, written(moment(day, 40000 + pick(draw(number, 453), 30000))) AS answered_at, 'W' || person AS account, 'mail' AS channel, 'nps' AS kind,
    CASE WHEN draw(number, 454) < {bad_scores} THEN 11 WHEN is_hurt THEN pick(draw(number, 455), 7) ELSE 4 + pick(power(draw(number, 455), 0.55), 7) END AS score, 10 AS best
  FROM felt ORDER BY answered_at, answer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_talks
COPY (
  SELECT 'I' || order_number || '-' || turn AS talk, written(CASE turn WHEN 1 THEN opened_at ELSE first_response_at END) AS started_at, 'T' || person AS caller, staff(employee) AS agent, 'T' || order_number AS case_id,
    CASE turn WHEN 1 THEN (['call', 'mail', 'chat'])[1 + pick(draw(order_number, 431), 3)] ELSE 'call' END AS kind, CASE turn WHEN 1 THEN 'in' ELSE 'out' END AS direction,
    60 + pick(power(draw(order_number * 2 + turn, 461), 2), 1500) AS seconds, category AS subject, CASE WHEN turn = 2 AND NOT is_bad THEN 'solved' WHEN turn = 2 THEN 'call back' ELSE 'taken up' END AS outcome
  FROM (SELECT *, unnest([1, 2]) AS turn FROM gen_case)
  WHERE turn = 1 OR first_response_at < {end}
  ORDER BY opened_at, talk
) TO {file} (FORMAT csv, HEADER true)

-- part: write_visits
COPY (
  SELECT 'J' || opportunity || '-' || step AS visit, written(entered_at + INTERVAL 2 HOUR) AS started_at, 'A' || person AS account, staff(employee) AS owner,
    CASE WHEN step % 2 = 0 THEN 'visit' ELSE 'call' END AS kind, 900 + pick(draw(opportunity * 8 + step, 471), 4000) AS seconds, stage AS subject
  FROM gen_opportunity_stage WHERE step < 4 AND entered_at + INTERVAL 2 HOUR < {end} ORDER BY entered_at, visit
) TO {file} (FORMAT csv, HEADER true)
