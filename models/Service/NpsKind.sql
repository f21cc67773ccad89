-- grain: one month, and all of them
-- reads: {table}
-- writes: none

-- part: months
SELECT {month} AS name, count(*) AS answers, count(*) FILTER ({score} >= 9) AS promoters, count(*) FILTER ({score} <= 6) AS detractors, avg({score}) AS mean
FROM {table}
WHERE {score} BETWEEN 0 AND 10
GROUP BY ALL
ORDER BY ALL

-- part: outside
SELECT count(*) FROM {table} WHERE NOT coalesce({score} BETWEEN 0 AND 10, false)

-- part: month
strftime({moment}, '%Y-%m')

-- part: all
'all'

-- part: terms
-- Words of the comments: how often detractors and promoters use them.
WITH word AS (
  SELECT DISTINCT row_number() OVER () AS answer, {score} AS score, unnest(regexp_extract_all(lower({comment}), '\p{L}{4,}')) AS term FROM {table} WHERE {score} BETWEEN 0 AND 10
)
SELECT term, count(*) AS answers, count(*) FILTER (score <= 6) AS detractors, count(*) FILTER (score >= 9) AS promoters, avg(score) AS mean
FROM word
GROUP BY term
HAVING count(*) > 1
ORDER BY answers DESC, term
LIMIT 50
