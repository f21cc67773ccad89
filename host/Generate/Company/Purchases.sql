-- grain: one row per order, per order line or return, and per contact of a campaign
-- reads: gen_person, gen_life, gen_record, gen_product, gen_campaign, gen_case, gen_opportunity, gen_opportunity_stage
-- writes: gen_staff_month, gen_total (and temporary tables, and files of the project folder)

-- part: purchases
-- The process itself: after each purchase the next one comes after an exponential time, until the person leaves or the data ends.
CREATE OR REPLACE TEMP TABLE gen_purchase AS
WITH RECURSIVE purchase AS (
  SELECT person, 0 AS number, joined + draw(person, 301) AS age, rate, least(joined + lifetime, {days})::DOUBLE AS ends FROM gen_person
  UNION ALL
  SELECT person, number + 1, age - ln(1 - draw(person * 10000 + number + 1, 302)) / greatest(rate, 1e-9), rate, ends
  FROM purchase
  WHERE number < 2999 AND age - ln(1 - draw(person * 10000 + number + 1, 302)) / greatest(rate, 1e-9) < ends
)
SELECT person, number, person * 10000 + number AS order_number, floor(age)::BIGINT AS day, 28800 + pick(age - floor(age), 43200) AS second
FROM purchase
WHERE age < {days}

-- part: contacts
-- A fifth of those a campaign chooses are left alone. Younger people heed campaigns twice as often as older ones.
CREATE OR REPLACE TEMP TABLE gen_contact AS
WITH chosen AS (
  SELECT campaign, person, gen_campaign.day, kind, channel, cost, campaign * 100000000 + person AS number,
    effect * CASE WHEN birth_date >= DATE '1980-01-01' THEN 1.3 ELSE 0.65 END AS effect, left_on
  FROM gen_campaign JOIN gen_person ON draw(campaign * 100000000 + person, 311) < reach AND has_web AND joined < gen_campaign.day
    JOIN gen_life USING (person)
)
SELECT *, draw(number, 312) < 0.2 AS is_control, draw(number, 313) < effect AND left_on > day + 14 AS would_heed, 32400 + pick(draw(number, 314), 3600) AS second,
  day + 1 + pick(draw(number, 315), 12) AS heeded_on
FROM chosen

-- part: orders
CREATE OR REPLACE TEMP TABLE gen_order AS
WITH second_account AS (
  SELECT person, customer AS second_number, day AS second_since FROM gen_record WHERE customer = 'W' || person || '-2'
),
placed AS (
  SELECT purchase.person, order_number, day, second, NULL::BIGINT AS campaign, NULL::BIGINT AS employee, NULL::VARCHAR AS channel
  FROM gen_purchase AS purchase JOIN gen_life USING (person)
  WHERE number = 0 OR day <= left_on
  UNION ALL
  SELECT person, person * 10000 + 5000 + campaign, heeded_on, 28800 + pick(draw(number, 316), 43200), campaign, NULL, 'web'
  FROM gen_contact
  WHERE would_heed AND NOT is_control
  UNION ALL
  SELECT person, order_number, closed_on, 36000, campaign, employee, 'sales' FROM gen_opportunity WHERE is_won
),
channelled AS (
  SELECT placed.* EXCLUDE (channel), country, currency, factor, region_number, taste,
    coalesce(channel, CASE WHEN has_web AND (NOT has_card OR draw(order_number, 321) < 0.6) THEN 'web' ELSE 'shop' END) AS channel
  FROM placed JOIN gen_person USING (person)
)
SELECT channelled.* EXCLUDE (employee, region_number),
  CASE channel WHEN 'shop' THEN 2 + (region_number * 3 + 1) * {team} + pick(draw(order_number, 322), {team}) ELSE employee END AS employee,
  CASE channel WHEN 'web' THEN CASE WHEN second_since <= day AND draw(order_number, 323) < 0.5 THEN second_number ELSE 'W' || person END
    WHEN 'shop' THEN CASE WHEN draw(order_number, 324) >= 0.05 THEN 'K' || person END ELSE 'A' || person END AS customer,
  (CASE channel WHEN 'web' THEN 'W' WHEN 'shop' THEN 'S' ELSE 'D' END) || order_number AS order_id, moment(day, second) AS ordered_at, year('{start}'::DATE + day::INTEGER) - year('{start}'::DATE) AS year
FROM channelled LEFT JOIN second_account USING (person)

-- part: lines
-- Three of five lines are of the category that the person likes; after every third product the one that goes with it is taken too.
CREATE OR REPLACE TEMP TABLE gen_line AS
WITH counted AS (
  SELECT *, CASE channel WHEN 'sales' THEN 1 ELSE 1 + pick(draw(order_number, 331) * draw(order_number, 332), 4) END AS lines FROM gen_order
),
numbered AS (
  SELECT *, unnest(range(1, lines + 1)) AS line FROM counted
),
first AS (
  SELECT *, order_number * 8 + line AS number, least({products}, 1 + CASE WHEN draw(order_number * 8 + line, 333) < 0.6
      THEN pick(draw(order_number * 8 + line, 334) * draw(order_number * 8 + line, 335), {products} // 6) * 6 + (taste + 5) % 6
      ELSE pick(draw(order_number * 8 + line, 334) * draw(order_number * 8 + line, 335), {products}) END) AS drawn_product
  FROM numbered
),
second AS (
  SELECT *, coalesce(CASE WHEN line > 1 AND draw(number, 336) < 0.35 THEN lag(1 + drawn_product % {products}) OVER (PARTITION BY order_number ORDER BY line) END, drawn_product) AS product
  FROM first
),
sold AS (
  SELECT second.*, price, unit_cost,
    CASE channel WHEN 'sales' THEN 10 + pick(draw(person * 10 + order_number % 10, 337) * draw(person * 10 + order_number % 10, 338), 150) ELSE 1 + pick(power(draw(number, 339), 3), 5) END AS quantity,
    draw(number, 340) < 0.06 AND channel <> 'sales' AS comes_back, 2 + pick(draw(order_number, 341), 28) AS days_kept, draw(number, 342) AS dirt
  FROM second JOIN gen_product USING (product, year)
),
line AS (
  SELECT order_id, order_number, person, customer, day, ordered_at, line, product, quantity, round(price * factor, 2)::DECIMAL(18,2) AS unit_price,
    CASE WHEN campaign IS NOT NULL AND channel = 'web' THEN round(quantity * round(price * factor, 2) * 0.1, 2) WHEN channel = 'sales' THEN round(quantity * round(price * factor, 2) * 0.08, 2) ELSE 0 END::DECIMAL(18,2) AS discount,
    round(quantity * unit_cost * factor, 2)::DECIMAL(18,2) AS cost, currency, factor, country, channel, employee, campaign, false AS is_return, comes_back, days_kept,
    CASE WHEN channel <> 'shop' THEN '' WHEN dirt < {ragged} THEN 'ragged' WHEN dirt < {ragged} + {bad_dates} THEN 'bad date'
      WHEN dirt < {ragged} + {bad_dates} + {unknown_products} THEN 'unknown product' ELSE '' END AS dirt
  FROM sold
)
SELECT order_id, order_number, person, customer, day, ordered_at, line, product, quantity, unit_price, discount, cost, currency, factor, country, channel, employee, campaign, is_return,
  round((quantity * unit_price - discount) * 0.2, 2)::DECIMAL(18,2) AS tax, dirt
FROM line
UNION ALL
SELECT 'R' || order_id, order_number, person, customer, day + days_kept, ordered_at + to_days(days_kept::INTEGER), line, product, -quantity, unit_price, -discount, -cost, currency, factor, country, channel,
  employee, campaign, true, -round((quantity * unit_price - discount) * 0.2, 2), ''
FROM line
WHERE comes_back AND day + days_kept < {days}

-- part: became
-- What became of each contact. Somebody responds who buys within two weeks, whether or not the contact made them.
CREATE OR REPLACE TEMP TABLE gen_response AS
WITH bought AS (
  SELECT contact.number, min(ordered_at) AS responded_at, bool_or(placed.campaign IS NULL) AS would_anyway
  FROM gen_contact AS contact JOIN gen_order AS placed ON placed.person = contact.person AND placed.day > contact.day AND placed.day <= contact.day + 14
    AND (placed.campaign IS NULL OR placed.campaign = contact.campaign) AND placed.channel <> 'sales'
  GROUP BY contact.number
)
SELECT contact.*, responded_at, coalesce(would_anyway, false) AS would_anyway, moment(contact.day, second) AS sent_at,
  NOT is_control AND (would_heed OR draw(number, 351) < 0.32) AS is_opened, NOT is_control AND (would_heed OR draw(number, 351) < 0.07) AS is_clicked,
  NOT is_control AND NOT would_heed AND draw(number, 351) > 0.985 AS is_bounced, NOT is_control AND NOT would_heed AND draw(number, 352) < 0.004 AS is_unsubscribed
FROM gen_contact AS contact LEFT JOIN bought USING (number)

-- part: staff_months
INSERT INTO gen_staff_month
SELECT employee, month, sum(revenue)
FROM (SELECT employee, floor(day / 30.4375)::BIGINT AS month, (quantity * unit_price - discount) / factor AS revenue FROM gen_line WHERE employee IS NOT NULL)
GROUP BY employee, month

-- part: totals
INSERT INTO gen_total
SELECT (SELECT count(*) FROM gen_person), (SELECT count(*) FROM gen_record), (SELECT count(*) FROM gen_order), count(*), count(*) FILTER (WHERE is_return),
  count(*) FILTER (WHERE dirt IN ('ragged', 'bad date')), count(*) FILTER (WHERE dirt = 'unknown product'), (SELECT count(*) FROM gen_contact),
  (SELECT count(*) FROM gen_case), (SELECT count(DISTINCT opportunity) FROM gen_opportunity_stage)
FROM gen_line

-- part: write_web_orders
COPY (
  SELECT order_id, line, written(line.ordered_at) AS ordered_at, customer AS account, sku(product) AS sku, quantity, unit_price, discount, tax, cost, currency, country,
    campaign_code(campaign) AS campaign, is_return, CASE WHEN NOT is_return THEN written(line.ordered_at + INTERVAL 3 DAY) END AS promised_for,
    CASE WHEN NOT is_return AND day + 4 < {days} THEN written(line.ordered_at + to_hours(20 + pick(power(draw(order_number, 361), 2), 80))) END AS shipped_at
  FROM gen_line AS line WHERE channel = 'web' ORDER BY line.ordered_at, order_id, line
) TO {file} (FORMAT csv, HEADER true)

-- part: write_reasons
COPY (
  SELECT order_id, written(ordered_at) AS ordered_at, customer AS account, unnest(CASE WHEN draw(order_number, 362) < 0.5 THEN [one] ELSE [one, two] END) AS reason,
    unnest(CASE WHEN draw(order_number, 362) < 0.5 THEN [1.0] ELSE [0.6, 0.4] END) AS share
  FROM (
    SELECT *, (['price', 'quality', 'delivery'])[1 + pick(draw(order_number, 363), 3)] AS one, (['promotion', 'advice', 'habit'])[1 + pick(draw(order_number, 364), 3)] AS two
    FROM gen_order WHERE channel = 'web' AND draw(order_number, 365) < 0.2
  )
  ORDER BY ordered_at, order_id, reason
) TO {file} (FORMAT csv, HEADER true)

-- part: write_receipts
-- A line is written as one text, since the dirty ones are no CSV; no field of it needs a quote.
COPY (
  SELECT concat(
    order_id, ',', line, ',', CASE WHEN dirt = 'bad date' THEN strftime(ordered_at, '%Y-02-30 %H:%M:%S') ELSE written(ordered_at) END, ',', customer, ',',
    CASE WHEN dirt = 'unknown product' THEN 'X' || lpad(product::VARCHAR, 5, '0') ELSE sku(product) END,
    CASE WHEN dirt = 'ragged' AND line % 2 = 1 THEN '' ELSE concat(',', quantity, ',', unit_price, ',', discount, ',', tax, ',', cost, ',', currency, ',', country, ',', staff(employee), ',', is_return) END,
    CASE WHEN dirt = 'ragged' AND line % 2 = 0 THEN ',?' ELSE '' END
  ) AS "receipt,line,sold_at,card,sku,quantity,unit_price,discount,tax,cost,currency,country,assistant,is_return"
  FROM gen_line WHERE channel = 'shop' ORDER BY ordered_at, order_id, line
) TO {file} (FORMAT csv, HEADER true, DELIMITER E'\x01', QUOTE E'\x02', ESCAPE E'\x02')

-- part: write_sales_orders
COPY (
  SELECT order_id, line, written(ordered_at) AS ordered_at, customer AS account, sku(product) AS sku, quantity, unit_price, discount, tax, cost, currency, country, staff(employee) AS owner, campaign_code(campaign) AS campaign
  FROM gen_line WHERE channel = 'sales' ORDER BY ordered_at, order_id, line
) TO {file} (FORMAT csv, HEADER true)

-- part: write_contacts
COPY (
  SELECT campaign_code(campaign) || '-' || person AS contact_id, campaign_code(campaign) AS campaign_id, 'W' || person AS account, channel, written(sent_at) AS sent_at,
    CASE WHEN is_opened THEN written(sent_at + to_minutes(5 + pick(draw(number, 371), 2000))) END AS opened_at,
    CASE WHEN is_clicked THEN written(sent_at + to_minutes(2010 + pick(draw(number, 372), 400))) END AS clicked_at,
    written(responded_at) AS responded_at, CASE WHEN is_bounced THEN written(sent_at + INTERVAL 1 MINUTE) END AS bounced_at,
    CASE WHEN is_unsubscribed THEN written(sent_at + INTERVAL 1 DAY) END AS unsubscribed_at, is_control, CASE WHEN NOT is_control THEN cost END AS cost
  FROM gen_response ORDER BY sent_at, contact_id
) TO {file} (FORMAT csv, HEADER true)

-- part: truth_contacts
-- What a campaign did is known for each contact: those it made buy who would not have bought.
COPY (
  SELECT campaign_code(campaign) || '-' || person AS contact_id, campaign_code(campaign) AS campaign_id, person, is_control, round(effect, 6) AS chance,
    would_heed AND NOT would_anyway AS would_be_won
  FROM gen_response ORDER BY campaign, person
) TO {file} (FORMAT csv, HEADER true)
