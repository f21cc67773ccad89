-- grain: one row per country, product and its year, employee and their target, campaign, currency and day, of a company that does not exist
-- reads: nothing (drawn by hashing numbers with the seed, so that the same options give the same rows)
-- writes: nothing (temporary tables, and files of the project folder)

-- part: draws
-- A number by the standard normal law (Box and Muller, 1958).
CREATE OR REPLACE TEMP MACRO draw_normal(number, salt) AS sqrt(-2 * ln(1 - draw(number, salt))) * cos(2 * pi() * draw(number, salt + 1000));
CREATE OR REPLACE TEMP MACRO family_name(u, v) AS
  (['Ander', 'Berg', 'Carl', 'Dahl', 'Eich', 'Fair', 'Gold', 'Hart', 'Iver', 'Jans', 'Kings', 'Lind', 'Mar', 'New', 'Olm', 'Peter', 'Quist', 'Rosen', 'Stein', 'Thorn',
    'Ulm', 'Vander', 'West', 'Young', 'Zim', 'Ash', 'Brad', 'Clay', 'Dev', 'Ell', 'Falk', 'Grün', 'Holm', 'Ingel', 'Kowal', 'Lefè', 'Mül', 'Nord', 'Öster', 'Pål'])[1 + pick(u, 40)]
  || (['son', 'mann', 'ley', 'ton', 'ski', 'berg', 'dal', 'feld', 'ham', 'wick', 'stad', 'vik', 'bach', 'ford', 'well', 'ano', 'etti', 'oux', 'ner', 'hoff', 'sen', 'lund', 'more', 'wood', 'ez'])[1 + pick(v, 25)];
-- Text as it stands in a CSV field that is never quoted.
CREATE OR REPLACE TEMP MACRO moment(at_day, at_second) AS TIMESTAMP '{start}' + to_days(at_day::INTEGER) + to_seconds(at_second::DOUBLE);
CREATE OR REPLACE TEMP MACRO written(stamp) AS strftime(stamp, '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE TEMP MACRO written_day(at_day) AS strftime(DATE '{start}' + at_day::INTEGER, '%Y-%m-%d')

-- part: countries
-- Factor: about how many units of the currency make one euro; list prices abroad are the euro's times it.
CREATE OR REPLACE TEMP TABLE gen_country AS
SELECT unnest([
  {'number': 1, 'country': 'United Kingdom', 'region': 'UK & Ireland', 'continent': 'Europe', 'currency': 'GBP', 'factor': 0.86, 'code': '44', 'upto': 0.24, 'upto_before': 0.0, 'cities': ['London', 'Manchester', 'Leeds']},
  {'number': 2, 'country': 'Germany', 'region': 'DACH', 'continent': 'Europe', 'currency': 'EUR', 'factor': 1.0, 'code': '49', 'upto': 0.46, 'upto_before': 0.24, 'cities': ['Berlin', 'Hamburg', 'München']},
  {'number': 3, 'country': 'France', 'region': 'France & Benelux', 'continent': 'Europe', 'currency': 'EUR', 'factor': 1.0, 'code': '33', 'upto': 0.59, 'upto_before': 0.46, 'cities': ['Paris', 'Lyon', 'Nantes']},
  {'number': 4, 'country': 'Netherlands', 'region': 'France & Benelux', 'continent': 'Europe', 'currency': 'EUR', 'factor': 1.0, 'code': '31', 'upto': 0.66, 'upto_before': 0.59, 'cities': ['Amsterdam', 'Utrecht', 'Eindhoven']},
  {'number': 5, 'country': 'Sweden', 'region': 'Nordics', 'continent': 'Europe', 'currency': 'SEK', 'factor': 11.3, 'code': '46', 'upto': 0.73, 'upto_before': 0.66, 'cities': ['Stockholm', 'Malmö', 'Uppsala']},
  {'number': 6, 'country': 'Denmark', 'region': 'Nordics', 'continent': 'Europe', 'currency': 'DKK', 'factor': 7.46, 'code': '45', 'upto': 0.77, 'upto_before': 0.73, 'cities': ['København', 'Aarhus', 'Odense']},
  {'number': 7, 'country': 'Switzerland', 'region': 'DACH', 'continent': 'Europe', 'currency': 'CHF', 'factor': 0.96, 'code': '41', 'upto': 0.82, 'upto_before': 0.77, 'cities': ['Zürich', 'Bern', 'Basel']},
  {'number': 8, 'country': 'Austria', 'region': 'DACH', 'continent': 'Europe', 'currency': 'EUR', 'factor': 1.0, 'code': '43', 'upto': 0.86, 'upto_before': 0.82, 'cities': ['Wien', 'Graz', 'Linz']},
  {'number': 9, 'country': 'Poland', 'region': 'Poland', 'continent': 'Europe', 'currency': 'PLN', 'factor': 4.35, 'code': '48', 'upto': 0.91, 'upto_before': 0.86, 'cities': ['Warszawa', 'Kraków', 'Gdańsk']},
  {'number': 10, 'country': 'Ireland', 'region': 'UK & Ireland', 'continent': 'Europe', 'currency': 'EUR', 'factor': 1.0, 'code': '353', 'upto': 0.94, 'upto_before': 0.91, 'cities': ['Dublin', 'Cork', 'Galway']},
  {'number': 11, 'country': 'United States', 'region': 'America', 'continent': 'North America', 'currency': 'USD', 'factor': 1.08, 'code': '1', 'upto': 1.0, 'upto_before': 0.94, 'cities': ['New York', 'Boston', 'Chicago']}
], recursive := true);
CREATE OR REPLACE TEMP TABLE gen_region AS
SELECT region, row_number() OVER (ORDER BY min(number)) - 1 AS region_number FROM gen_country GROUP BY region

-- part: products
-- List prices rise by some percent each first of January; what is never sold again stays in the list.
CREATE OR REPLACE TEMP TABLE gen_product AS
SELECT product, year, greatest(0, date_diff('day', DATE '{start}', make_date(year(DATE '{start}') + year, 1, 1))) AS day,
  round((4 + 116 * draw(product, 101) * draw(product, 102)) * (1 + 0.03 * year), 2)::DECIMAL(18,2) AS price,
  round((4 + 116 * draw(product, 101) * draw(product, 102)) * (0.45 + 0.2 * draw(product, 103)), 2)::DECIMAL(18,2) AS unit_cost,
  product % 6 AS category_number,
  (['Kitchen', 'Lights', 'Living', 'Garden', 'Office', 'Travel'])[1 + product % 6] AS category,
  (['Mugs', 'Lanterns', 'Cushions', 'Pots', 'Desk lamps', 'Bags', 'Pans', 'Lamps', 'Frames', 'Tools', 'Shelves', 'Cases'])[1 + product % 12] AS subcategory,
  (['Alder', 'Brook', 'Cedar', 'Dune', 'Elm', 'Fjord', 'Grove', 'Heath', 'Isle', 'Juniper', 'Kelp', 'Loch'])[1 + product % 12] AS brand,
  (['Small', 'Large', 'Red', 'Blue', 'Vintage', 'Paper', 'Glass', 'Wooden', 'Striped', 'Silver'])[1 + product // 12 % 10] || ' '
    || (['mug', 'lantern', 'cushion', 'pot', 'desk lamp', 'bag', 'pan', 'lamp', 'frame', 'rake', 'shelf', 'case'])[1 + product % 12] || ' no. ' || product AS name,
  draw(product, 104) < 0.05 AND year = {last_year} AS is_dropped
FROM range(1, {products} + 1) AS products(product), range(0, {last_year} + 1) AS years(year)

-- part: employees
-- In each region three teams of {team} people; the first of the first team leads the region, and number 1 leads all.
CREATE OR REPLACE TEMP TABLE gen_employee AS
WITH place AS (
  SELECT 2 + (region_number * 3 + team_number) * {team} + seat AS employee, region, region_number, team_number, seat
  FROM gen_region, range(3) AS teams(team_number), range({team}) AS seats(seat)
  UNION ALL
  SELECT 1, NULL, NULL, NULL, 0
)
SELECT *, (['Field sales', 'Shops', 'Service desk'])[1 + team_number] AS team,
  CASE WHEN employee = 1 THEN 'Head of customers' WHEN team_number = 0 AND seat = 0 THEN 'Regional head'
    ELSE (['Account manager', 'Shop assistant', 'Service agent'])[1 + team_number] END AS job_title,
  CASE WHEN employee = 1 THEN NULL WHEN team_number = 0 AND seat = 0 THEN 1 ELSE 2 + region_number * 3 * {team} END AS manager,
  first_name(draw(employee, 111)) AS first_name, family_name(draw(employee, 112), draw(employee, 113)) AS family_name,
  -pick(draw(employee, 114), 2000) - 30 AS hired,
  CASE WHEN employee > 1 AND draw(employee, 115) < 0.25 THEN 30 + pick(draw(employee, 116), {days} * 0.8) END AS promoted
FROM place

-- part: campaigns
-- One a month. The effect is the chance that a contact makes a customer buy who would not have bought.
CREATE OR REPLACE TEMP TABLE gen_campaign AS
WITH month AS (
  SELECT number AS campaign, date_diff('day', DATE '{start}', (DATE '{start}' + to_months(number::INTEGER - 1) + to_days(7))::DATE) AS day,
    (['newsletter', 'seasonal offer', 'win-back', 'cross-sell', 'event'])[1 + number % 5] AS kind
  FROM range(1, {months} + 1) AS numbers(number)
)
SELECT *, map {'newsletter': 0.03, 'seasonal offer': 0.09, 'win-back': 0.06, 'cross-sell': 0.05, 'event': 0.12}[kind] * (0.8 + 0.4 * draw(campaign, 121)) AS effect,
  map {'newsletter': 'mail', 'seasonal offer': 'mail', 'win-back': 'letter', 'cross-sell': 'mail', 'event': 'call'}[kind] AS channel,
  map {'newsletter': 0.02, 'seasonal offer': 0.03, 'win-back': 0.90, 'cross-sell': 0.03, 'event': 2.50}[kind]::DECIMAL(18,2) AS cost,
  map {'newsletter': 0.5, 'seasonal offer': 0.6, 'win-back': 0.3, 'cross-sell': 0.4, 'event': 0.08}[kind] AS reach,
  upper(kind[1]) || kind[2:] || strftime(DATE '{start}' + day::INTEGER, ' %b %Y') AS name
FROM month
WHERE day < {days} - 21

-- part: rates
-- Euros for one unit, quoted on working days; the logarithm walks by some tenths of a percent a day.
CREATE OR REPLACE TEMP TABLE gen_rate AS
WITH walk AS (
  SELECT currency, factor, day, sum(0.002 * draw_normal(day + 100 + 10000 * number, 131)) OVER (PARTITION BY currency ORDER BY day) AS step
  FROM (SELECT currency, min(number) AS number, min(factor) AS factor FROM gen_country WHERE currency <> 'EUR' GROUP BY currency), range(-10, {days}) AS days(day)
)
SELECT currency, day, round(exp(step - 0.0005 * abs(step)) / factor, 6)::DECIMAL(18,6) AS rate
FROM walk
WHERE isodow(DATE '{start}' + day::INTEGER) < 6

-- part: sums
-- What is summed over all parts of the persons, for targets and for what is told in the end.
CREATE OR REPLACE TEMP TABLE gen_staff_month (employee BIGINT, month BIGINT, revenue DOUBLE);
CREATE OR REPLACE TEMP TABLE gen_total (
  persons BIGINT, records BIGINT, orders BIGINT, lines BIGINT, returned_lines BIGINT, broken_lines BIGINT, unknown_products BIGINT, contacts BIGINT, cases BIGINT, opportunities BIGINT)

-- part: write_geography
COPY (SELECT country, region, continent FROM gen_country ORDER BY number) TO {file} (FORMAT csv, HEADER true)

-- part: write_channels
COPY (
  SELECT unnest(['web', 'shop', 'sales', 'mail', 'letter', 'call', 'chat', 'search', 'social', 'direct', 'affiliate']) AS channel,
    unnest(['online', 'retail', 'field', 'marketing', 'marketing', 'contact centre', 'contact centre', 'online', 'online', 'online', 'online']) AS channel_group,
    unnest([true, false, false, true, false, false, true, true, true, true, true]) AS is_digital
) TO {file} (FORMAT csv, HEADER true)

-- part: write_products
COPY (
  SELECT sku(product) AS sku, written_day(day) AS valid_from, name, category, subcategory, brand, price, unit_cost, NOT is_dropped AS is_active
  FROM gen_product ORDER BY product, year
) TO {file} (FORMAT csv, HEADER true)

-- part: write_employees
COPY (
  SELECT staff(employee) AS employee_id, written_day(coalesce(changed, hired)) AS valid_from, first_name || ' ' || family_name AS name,
    plain(first_name) || '.' || plain(family_name) || '.' || employee || '@company.example' AS email,
    CASE WHEN changed IS NULL THEN job_title ELSE 'Senior ' || lower(job_title) END AS job_title, coalesce(team, 'Management') AS team, region,
    staff(manager) AS manager_id, written_day(hired) AS hired_on
  FROM (SELECT *, unnest(CASE WHEN promoted IS NULL THEN [NULL] ELSE [NULL, promoted] END) AS changed FROM gen_employee)
  ORDER BY employee, changed NULLS FIRST
) TO {file} (FORMAT csv, HEADER true)

-- part: write_campaigns
COPY (
  SELECT campaign_code(campaign) AS campaign_id, written_day(day) AS starts_on, written_day(day + 13) AS ends_on, name, kind, channel,
    map {'newsletter': 'activate', 'seasonal offer': 'sell', 'win-back': 'win back', 'cross-sell': 'cross-sell', 'event': 'bind'}[kind] AS objective,
    round(cost * reach * {customers} * 0.5, 0) AS budget
  FROM gen_campaign ORDER BY campaign
) TO {file} (FORMAT csv, HEADER true)

-- part: write_rates
COPY (SELECT written_day(day) AS rate_date, currency, 'EUR' AS base, rate FROM gen_rate ORDER BY day, currency) TO {file} (FORMAT csv, HEADER true)

-- part: numbers
CREATE OR REPLACE TEMP MACRO sku(product) AS 'P' || lpad(product::VARCHAR, 5, '0');
CREATE OR REPLACE TEMP MACRO staff(employee) AS 'E' || lpad(employee::VARCHAR, 4, '0');
CREATE OR REPLACE TEMP MACRO campaign_code(campaign) AS 'C' || lpad(campaign::VARCHAR, 3, '0')

-- part: write_targets
-- Each of the staff is to sell somewhat more than they did on average, and more each month; three months beyond the data are set too.
COPY (
  WITH mean AS (
    SELECT employee, sum(revenue) / {months} AS revenue FROM gen_staff_month GROUP BY employee
  )
  SELECT strftime(DATE '{start}' + to_months(month::INTEGER), '%Y-%m-%d') AS month, 'revenue' AS measure, staff(employee) AS employee, region,
    round(mean.revenue * (0.85 + 0.25 * draw(employee, 521)) * (0.5 + month / {months}::DOUBLE), -1)::DECIMAL(18,2) AS amount
  FROM mean JOIN gen_employee USING (employee), range(0, {months} + 3) AS months(month)
  ORDER BY month, employee
) TO {file} (FORMAT csv, HEADER true)

-- part: summary
SELECT sum(persons)::BIGINT AS persons, sum(records)::BIGINT AS records, sum(orders)::BIGINT AS orders, sum(lines)::BIGINT AS lines, sum(returned_lines)::BIGINT AS returned_lines,
  sum(broken_lines)::BIGINT AS broken_lines, sum(unknown_products)::BIGINT AS unknown_products, sum(contacts)::BIGINT AS contacts, sum(cases)::BIGINT AS cases,
  sum(opportunities)::BIGINT AS opportunities
FROM gen_total
