-- grain: one word of one source in one month
-- reads: star.fact_survey_response, star.fact_interaction, star.fact_support_case, term_text
-- writes: nothing (temporary tables only; the loader's merge writes star.score_term)

-- part: texts
-- What is written about a complaint is a complaint: answers about such a case, and what its calls and mails were about.
CREATE OR REPLACE TEMP TABLE term_text AS
WITH complaint AS (SELECT DISTINCT case_id FROM star.fact_support_case WHERE is_complaint AND case_id IS NOT NULL),
written AS (
  SELECT answered_at AS moment, case_id, comment AS text, (score / coalesce(scale_max, CASE kind WHEN 'nps' THEN 10 WHEN 'ces' THEN 7 ELSE 5 END))::DOUBLE AS share, false AS is_about_case FROM star.fact_survey_response
  UNION ALL
  SELECT started_at, case_id, subject, NULL, true FROM star.fact_interaction WHERE coalesce(direction, 'in') = 'in'
)
SELECT row_number() OVER () AS text_id, date_trunc('month', moment)::DATE AS month, moment::DATE AS day, CASE WHEN complaint.case_id IS NULL THEN 'review' ELSE 'complaint' END AS source, lower(text) AS text, share
FROM written LEFT JOIN complaint ON complaint.case_id = written.case_id
WHERE trim(coalesce(text, '')) <> '' AND (complaint.case_id IS NOT NULL OR NOT is_about_case)

-- part: newest
SELECT max(day) FROM term_text

-- part: rows
CREATE OR REPLACE TEMP TABLE term_row AS
WITH word AS (
  SELECT DISTINCT text_id, month, source, share, unnest(regexp_extract_all(text, '\p{L}{3,}')) AS term FROM term_text
),
kept AS (
  SELECT source, term
  FROM word
  WHERE NOT list_contains(from_json($ignored, '["VARCHAR"]'), term)
  GROUP BY source, term
  HAVING count(*) >= $least::BIGINT
  QUALIFY row_number() OVER (PARTITION BY source ORDER BY count(*) DESC, term) <= $terms::BIGINT
),
whole AS (SELECT source, month, count(*) AS texts FROM term_text GROUP BY source, month)
SELECT strftime(word.month, '%Y%m%d')::INTEGER AS date_key, word.month, word.source, word.term, count(*)::BIGINT AS texts, any_value(whole.texts)::BIGINT AS month_texts,
  count(share)::BIGINT AS scored_texts, round(coalesce(sum(share), 0), 9) AS score_sum
FROM word JOIN kept USING (source, term) JOIN whole ON whole.source = word.source AND whole.month = word.month
GROUP BY word.month, word.source, word.term

-- part: state
SELECT (SELECT count(*) FROM term_text) AS texts, (SELECT count(*) FROM term_text WHERE source = 'complaint') AS complaints, count(DISTINCT source || ' ' || term) AS terms FROM term_row

-- part: forget
DROP TABLE IF EXISTS term_text;
DROP TABLE IF EXISTS term_row
