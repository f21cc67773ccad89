-- grain: one row per person and per record that a source system keeps of them
-- reads: gen_country, gen_region, gen_fatal, gen_first_case
-- writes: nothing (temporary tables, and files of the project folder)

-- part: persons
-- Purchases by the Pareto/NBD law (Schmittlein, Morrison and Colombo 1987): each person buys at a rate of their own, drawn from a gamma law of shape 0.5 (half a
-- squared normal number), and leaves after an exponential time whose rate is drawn from another.
CREATE OR REPLACE TEMP TABLE gen_person AS
WITH drawn AS (
  SELECT number AS person,
    -- Every twentieth person is married to the one before, with the same family name, address and telephone, and a first name that is not that one's.
    first_name(CASE WHEN number % 20 = 0 THEN (draw(number - 1, 201) + 0.1 + 0.8 * draw(number, 201)) % 1 ELSE draw(number, 201) END) AS first_name,
    CASE WHEN number % 20 = 0 THEN number - 1 ELSE number END AS house,
    DATE '1945-01-01' + pick(draw(number, 202), 22000)::INTEGER AS birth_date,
    CASE WHEN draw(number, 203) < 0.15
      THEN 365 * pick(draw(number, 204), {years}) + 315 + pick(draw(number, 205), 40)
      ELSE pick(power(draw(number, 204), 0.8), 0.97 * {days}) END AS joined,
    0.5 * power(draw_normal(number, 206), 2) / {rate_scale} AS rate, 0.5 * power(draw_normal(number, 207), 2) / {leaving_scale} AS leaving,
    draw(number, 208) < 0.12 AS is_business, draw(number, 209) < 0.75 AS has_web,
    draw(number, 210) < 0.45 AS likes_shops, draw(number, 211) < 0.5 AS likes_points,
    draw(number, 212) < 0.06 * {years} AS moves, draw(number, 213) < 0.01 * {years} AS renames, pick(draw(number, 214), 6) AS taste
  FROM range({first}, {last} + 1) AS numbers(number)
),
housed AS (
  SELECT drawn.*, family_name(draw(house, 221), draw(house, 222)) AS family_name, family_name(draw(house, 223), draw(house, 224)) AS new_family_name,
    country.number AS country_number, country.country, region_number, currency, factor, cities[1 + pick(draw(house, 225), 3)] AS city,
    cities[1 + (pick(draw(house, 225), 3) + 1) % 3] AS new_city,
    (1 + pick(draw(house, 226), 180)) || ' ' || (['Mill', 'Church', 'Park', 'Station', 'Garden', 'Market', 'Lake', 'Hill'])[1 + pick(draw(house, 227), 8)]
      || ' ' || (['Road', 'Street', 'Lane', 'Way', 'Square'])[1 + pick(draw(house, 228), 5)] AS street,
    lpad(pick(draw(house, 229), 100000)::VARCHAR, 5, '0') AS postal_code,
    code, lpad((700000000 + pick(draw(house, 230), 99999999))::VARCHAR, 9, '0') AS phone
  FROM drawn JOIN gen_country AS country ON draw(house, 220) < upto AND draw(house, 220) >= upto_before
    JOIN gen_region USING (region)
)
SELECT * REPLACE (least(joined, {days} - 10)::BIGINT AS joined, least(rate, 0.4) AS rate),
  -ln(1 - draw(person, 231)) / greatest(leaving, 1e-9) AS lifetime,
  (likes_shops OR NOT has_web) AS has_card, likes_points AND (likes_shops OR NOT has_web OR draw(person, 232) < 0.5) AS is_member,
  CASE WHEN moves THEN joined + 20 + pick(draw(person, 233), {days}) END AS moved, CASE WHEN renames THEN joined + 20 + pick(draw(person, 234), {days}) END AS renamed,
  has_web AND draw(person, 235) < 0.06 AS has_second_account,
  plain(first_name) || '.' || plain(family_name) || person AS mailbox,
  (['mail.example', 'post.example', 'inbox.example'])[1 + pick(draw(person, 236), 3)] AS mail_domain,
  (['search', 'friends', 'social', 'advertisement', 'fair'])[1 + pick(power(draw(person, 237), 1.5), 5)] AS source,
  (['web', 'shop', 'sales', 'partner'])[CASE WHEN has_web THEN 1 ELSE 2 END] AS first_channel
FROM housed

-- part: left
-- Who leaves because of a complaint that ended badly leaves then, whatever their own law says.
CREATE OR REPLACE TEMP TABLE gen_life AS
SELECT person, joined, rate, lifetime, least(joined + lifetime, coalesce(fatal, 1e9)) AS left_on, fatal IS NOT NULL AND fatal < joined + lifetime AS left_by_complaint
FROM gen_person LEFT JOIN gen_fatal USING (person)

-- part: records
-- A system knows a person from a moment on, by a number of its own, as somebody typed it there.
CREATE OR REPLACE TEMP TABLE gen_record AS
WITH known AS (
  SELECT *, 'webshop' AS system, 'W' || person AS customer, joined AS day, 1 AS salt FROM gen_person WHERE has_web
  UNION ALL
  SELECT *, 'webshop', 'W' || person || '-2', joined + 30 + pick(draw(person, 241), {days} - joined), 2 FROM gen_person WHERE has_second_account
  UNION ALL
  SELECT *, 'till', 'K' || person, joined, 3 FROM gen_person WHERE has_card
  UNION ALL
  SELECT *, 'loyalty', 'L' || person, joined + pick(draw(person, 242), 60), 4 FROM gen_person WHERE is_member
  UNION ALL
  SELECT *, 'sales', 'A' || person, joined + pick(draw(person, 243), 30), 5 FROM gen_person WHERE is_business
  UNION ALL
  SELECT gen_person.*, 'servicedesk', 'T' || person, first_case, 6 FROM gen_person JOIN gen_first_case USING (person)
),
typed AS (
  SELECT *, draw(person * 8 + salt, 251) AS u_mail, draw(person * 8 + salt, 252) AS u_phone, draw(person * 8 + salt, 253) AS u_name, draw(person * 8 + salt, 254) AS u_birth
  FROM known
  WHERE day < {days}
)
SELECT person, system, customer, day,
  CASE WHEN system = 'servicedesk' AND u_name < 0.2 THEN first_name[1] || '.' WHEN system IN ('till', 'servicedesk') AND u_name > 0.96 THEN first_name || first_name[-1] ELSE first_name END AS first_name,
  CASE WHEN system IN ('till', 'servicedesk') AND u_name BETWEEN 0.9 AND 0.93 THEN family_name[1:2] || family_name[4:] WHEN system = 'sales' AND u_name < 0.3 THEN upper(family_name) ELSE family_name END AS family_name,
  CASE
    WHEN salt = 2 AND u_mail < 0.5 THEN mailbox || '+shop@' || mail_domain
    WHEN salt = 1 OR u_mail < 0.6 THEN CASE WHEN salt = 2 OR draw(person * 8 + salt, 255) < 0.1 THEN upper(mailbox || '@' || mail_domain) ELSE mailbox || '@' || mail_domain END
    WHEN salt = 2 OR u_mail < 0.8 THEN 'me' || person || '@private.example'
  END AS email,
  CASE WHEN u_phone < 0.5 THEN '+' || code || ' ' || phone WHEN u_phone < 0.85 THEN '00' || code || phone[1:3] || ' ' || phone[4:] WHEN salt = 1 THEN '+' || code || ' ' || phone END AS phone,
  CASE WHEN u_birth < map {'webshop': 0.7, 'till': 0.8, 'loyalty': 0.95, 'sales': 0.4, 'servicedesk': 0.0}[system] THEN birth_date END AS birth_date,
  street, postal_code, city, new_city, new_family_name, country, moved, renamed, is_member, source, first_channel,
  CASE WHEN left_on < {days} - 90 AND left_by_complaint AND draw(person, 256) < 0.5 THEN left_on END AS told_left
FROM typed JOIN gen_life USING (person)

-- part: states
-- Moves and changes of name reach the web shop and the loyalty programme; the others keep what they were told first.
CREATE OR REPLACE TEMP TABLE gen_state AS
SELECT DISTINCT record.* EXCLUDE (city, new_city, family_name, new_family_name, moved, renamed), changed,
  CASE WHEN changed >= moved THEN new_city ELSE city END AS city, CASE WHEN changed >= renamed THEN new_family_name ELSE family_name END AS family_name
FROM (
  SELECT *, unnest(CASE WHEN system IN ('webshop', 'loyalty') THEN [day, CASE WHEN moved > day THEN moved END, CASE WHEN renamed > day THEN renamed END,
    CASE WHEN told_left > day AND system = 'webshop' THEN told_left::BIGINT END] ELSE [day] END) AS changed
  FROM gen_record
) AS record
WHERE changed < {days}

-- part: write_accounts
COPY (
  SELECT customer AS account, written(moment(changed, 21600)) AS updated_at, first_name, family_name, email, phone, street, postal_code, city, country, birth_date,
    source, first_channel, written(moment(day, 21600)) AS registered_at,
    CASE WHEN changed >= told_left THEN written(moment(told_left::BIGINT, 21600)) END AS closed_at, CASE WHEN changed >= told_left THEN 'complaint' END AS why_closed
  FROM gen_state WHERE system = 'webshop' ORDER BY changed, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_cards
COPY (
  SELECT customer AS card, written(moment(changed, 21600)) AS issued_at, first_name, family_name, email, phone, postal_code, city, country, birth_date,
    CASE WHEN is_member THEN 'M' || person END AS loyalty_number
  FROM gen_state WHERE system = 'till' ORDER BY changed, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_accounts_of_sales
COPY (
  SELECT customer AS account, written(moment(changed, 21600)) AS created_at, first_name, family_name, email, phone, street, postal_code, city, country, birth_date,
    (['owner', 'buyer', 'manager', 'architect'])[1 + pick(draw(person, 261), 4)] AS occupation, 30000 + 1000 * pick(draw(person, 262) * draw(person, 263), 120) AS income
  FROM gen_state WHERE system = 'sales' ORDER BY changed, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: write_callers
COPY (
  SELECT customer AS caller, written(moment(changed, 21600)) AS first_called_at, first_name, family_name, email, phone, country
  FROM gen_state WHERE system = 'servicedesk' ORDER BY changed, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: truth_records
COPY (
  SELECT system AS source, customer AS customer_id, person FROM gen_record ORDER BY person, system, customer
) TO {file} (FORMAT csv, HEADER true)

-- part: truth_lifetimes
-- A person's own rate and lifetime as drawn, and the day they really left (missing while they are there at the end of the data).
COPY (
  SELECT person, written_day(joined) AS joined_on, round(rate, 8) AS purchases_a_day, round(lifetime, 2) AS lifetime_days,
    CASE WHEN left_on < {days} THEN written_day(floor(left_on)) END AS left_on, left_by_complaint
  FROM gen_life ORDER BY person
) TO {file} (FORMAT csv, HEADER true)
