-- grain: one currency and day with the factor that turns an amount into the project's currency
-- reads: {rows}, star.fact_exchange_rate, star.fact_exchange_rate_history
-- writes: load_pair, load_rate

-- part: pairs
SELECT DISTINCT {column} AS _currency, CAST({time} AS DATE) AS _day
FROM {rows}
WHERE {column} IS NOT NULL AND {column} <> {currency} AND {time} IS NOT NULL

-- part: needed
CREATE OR REPLACE TEMP TABLE load_pair AS
{pairs}

-- part: needed_count
SELECT count(*) FROM load_pair

-- part: rates
-- A quoted pair counts in both directions; the direction as quoted goes first. A direct rate goes before one over a third currency.
CREATE OR REPLACE TEMP TABLE load_rate AS
WITH quote AS (
  SELECT from_currency AS c, to_currency AS d, rate_date, CAST(rate AS DOUBLE) AS factor, 0 AS turned, source_file, source_record
  FROM star.fact_exchange_rate WHERE rate > 0
  UNION ALL
  SELECT to_currency, from_currency, rate_date, 1 / CAST(rate AS DOUBLE), 1, source_file, source_record
  FROM star.fact_exchange_rate WHERE rate > 0
), leg AS (
  SELECT p._day, q.c, q.d, q.factor, q.rate_date
  FROM (SELECT DISTINCT _day FROM load_pair) p JOIN quote q ON q.rate_date <= p._day AND q.rate_date > p._day - {days}
  WHERE q.d = {currency} OR q.c IN (SELECT _currency FROM load_pair)
  QUALIFY row_number() OVER (PARTITION BY p._day, q.c, q.d ORDER BY q.rate_date DESC, q.turned, q.source_file DESC, q.source_record DESC) = 1
), way AS (
  SELECT p._currency, p._day, l.factor, 0 AS stops, l.rate_date, '' AS over_currency
  FROM load_pair p JOIN leg l ON l._day = p._day AND l.c = p._currency AND l.d = {currency}
  UNION ALL
  SELECT p._currency, p._day, a.factor * b.factor, 1, least(a.rate_date, b.rate_date), a.d
  FROM load_pair p JOIN leg a ON a._day = p._day AND a.c = p._currency JOIN leg b ON b._day = p._day AND b.c = a.d AND b.d = {currency}
)
SELECT _currency, _day, factor AS _factor
FROM way
QUALIFY row_number() OVER (PARTITION BY _currency, _day ORDER BY stops, rate_date DESC, over_currency) = 1

-- part: missing
SELECT _currency AS currency, count(*) AS days, min(_day) AS first
FROM load_pair ANTI JOIN load_rate USING (_currency, _day)
GROUP BY _currency
ORDER BY _currency

-- part: changed_days
SELECT min(rate_date) AS first, max(rate_date) AS last
FROM (
  SELECT rate_date FROM star.fact_exchange_rate WHERE run_id = {run}
  UNION ALL
  SELECT rate_date FROM star.fact_exchange_rate_history WHERE run_to = {run}
)
