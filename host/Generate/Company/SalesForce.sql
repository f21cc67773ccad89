-- grain: one row per stage that an opportunity entered, and per event on the web site
-- reads: gen_person, gen_product, gen_order, gen_line, gen_response
-- writes: nothing (temporary tables, and files of the project folder)

-- part: opportunities
-- A business customer is offered something about every seven months. An opportunity goes from stage to stage until it is won, lost on the way, or the data ends.
CREATE OR REPLACE TEMP TABLE gen_opportunity_stage AS
WITH begun AS (
  SELECT *, person * 100 + turn AS opportunity, joined + 5 + turn * 200 + pick(draw(person * 100 + turn, 501), 150) AS begins
  FROM gen_person, range(0, 20) AS turns(turn)
  WHERE is_business AND joined + 5 + turn * 200 + pick(draw(person * 100 + turn, 501), 150) < {days}
),
priced AS (
  SELECT begun.*, product, price, 10 + pick(draw(person * 10 + turn % 10, 337) * draw(person * 10 + turn % 10, 338), 150) AS quantity,
    2 + region_number * 3 * {team} + pick(draw(opportunity, 502), {team}) AS employee
  FROM begun JOIN gen_product ON product = 1 + pick(draw(opportunity, 503), {products}) AND year = 0
),
stepped AS (
  SELECT *, unnest(range(0, 5)) AS step, draw(opportunity, 504) AS fate FROM priced
),
dated AS (
  SELECT *, begins + sum(CASE WHEN step = 0 THEN 0 ELSE 3 + pick(draw(opportunity * 8 + step, 505), 30) END) OVER (PARTITION BY opportunity ORDER BY step) AS day,
    -- Chances of being lost: 25 % at each of the four steps.
    CASE WHEN fate < 0.25 THEN 1 WHEN fate < 0.4375 THEN 2 WHEN fate < 0.578125 THEN 3 WHEN fate < 0.68359375 THEN 4 ELSE 9 END AS lost_at
  FROM stepped
)
SELECT person, opportunity, turn, step, day, moment(day, 36000) AS entered_at, product, quantity, employee, currency,
  round(quantity * round(price * factor, 2) * (1 + 0.02 * (4 - step) * (draw(opportunity, 506) - 0.3)), 2)::DECIMAL(18,2) AS amount, step = lost_at AS is_lost, step = 4 AND lost_at = 9 AS is_won,
  CASE WHEN step = lost_at THEN 'lost' ELSE (['lead', 'qualified', 'offer', 'negotiation', 'won'])[1 + step] END AS stage,
  CASE WHEN step = lost_at THEN 0 ELSE ([0.3164, 0.4219, 0.5625, 0.75, 1])[1 + step] END AS probability, begins + 80 AS expected,
  (['web', 'fair', 'referral', 'campaign'])[1 + pick(draw(opportunity, 507), 4)] AS source,
  (['price', 'competitor', 'no need', 'timing'])[1 + pick(draw(opportunity, 508), 4)] AS loss_reason
FROM dated
WHERE step <= lost_at AND day < {days};
CREATE OR REPLACE TEMP TABLE gen_opportunity AS
SELECT stage.person, opportunity, stage.person * 10000 + 8000 + turn AS order_number, day AS closed_on, employee, NULL::BIGINT AS campaign, is_won
FROM gen_opportunity_stage AS stage
WHERE is_won

-- part: visits
-- Before an order on the web comes a visit that ends in it, and often another one some days before; a clicked campaign brings a visit too.
CREATE OR REPLACE TEMP TABLE gen_event AS
WITH session AS (
  SELECT order_number AS number, 1 AS turn, customer, placed.ordered_at AS ends_at, order_id, campaign, product, round(value, 2)::DECIMAL(18,2) AS value
  FROM gen_order AS placed JOIN (
    SELECT order_number, min(product) AS product, sum((quantity * unit_price - discount) / factor) AS value FROM gen_line WHERE NOT is_return GROUP BY order_number
  ) AS total USING (order_number)
  WHERE channel = 'web'
  UNION ALL
  SELECT order_number, 2, CASE WHEN draw(order_number, 511) < 0.7 THEN customer END, ordered_at - to_hours(10 + pick(draw(order_number, 512), 90)), NULL, NULL, 1 + pick(draw(order_number, 513), {products}), NULL
  FROM gen_order WHERE channel = 'web' AND draw(order_number, 514) < 0.6
  UNION ALL
  SELECT number, 3, 'W' || person, sent_at + to_minutes(2440), NULL, campaign, 1 + pick(draw(number, 515), {products}), NULL FROM gen_response WHERE is_clicked
  UNION ALL
  SELECT person, 4, NULL, moment(joined, 30000) - to_hours(pick(draw(person, 516), 200)), NULL, NULL, 1 + pick(draw(person, 517), {products}), NULL FROM gen_person WHERE has_web
),
through AS (
  SELECT *, number * 8 + turn AS session, CASE WHEN turn = 3 THEN 'mail' ELSE (['search', 'direct', 'social', 'affiliate'])[1 + pick(power(draw(number * 8 + turn, 518), 1.6), 4)] END AS channel
  FROM session
)
SELECT *, unnest(CASE WHEN turn = 1 THEN [1, 2, 3, 4] WHEN turn = 2 THEN [1, 2] ELSE [1] END) AS step FROM through

-- part: write_opportunities
COPY (
  SELECT 'O' || opportunity AS opportunity_id, written(entered_at) AS entered_at, stage, 'A' || person AS account, staff(employee) AS owner, sku(product) AS sku, source,
    amount, currency, probability, written_day(expected) AS expected_close_on, is_won, is_lost, CASE WHEN is_lost THEN loss_reason END AS loss_reason
  FROM gen_opportunity_stage ORDER BY entered_at, opportunity_id
) TO {file} (FORMAT csv, HEADER true)

-- part: write_events
COPY (
  SELECT 'Y' || session || '-' || step AS event, written(ends_at - to_minutes(12 - 3 * step)) AS happened_at, customer AS account, 'V' || session AS visit,
    (['page_view', 'add_to_cart', 'checkout', 'purchase'])[step] AS kind, (['/product', '/cart', '/checkout', '/thanks'])[step] AS page, sku(product) AS sku,
    campaign_code(campaign) AS campaign, channel, CASE WHEN step = 4 THEN order_id END AS order_id, CASE WHEN step = 4 THEN value END AS value
  FROM gen_event WHERE ends_at >= '{start}'::TIMESTAMP + INTERVAL 1 HOUR AND ends_at < {end} ORDER BY happened_at, event
) TO {file} (FORMAT csv, HEADER true)
